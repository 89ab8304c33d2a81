using System.Text.Json;
using Baloan.Core.Storage;

namespace Baloan.Core.Settlements;

/// <summary>Has settlements looked at by messages on the queue, which say no more than which row to look at.</summary>
public sealed class SettlementMessages(WorkQueue queue)
{
    /// <summary>Has a settlement looked at after a while. Where the queue is away, the sweep makes the message good.</summary>
    public Task ScheduleAsync(Settlement settlement, TimeSpan delay, CancellationToken cancellationToken) =>
        queue.ScheduleAsync(WorkMessage.Settlement, settlement.Code, delay, cancellationToken);

    /// <summary>Keeps what Baloan said on the queue while its row cannot be written.</summary>
    /// <exception cref="Azure.RequestFailedException">The queue is away too.</exception>
    /// <exception cref="AggregateException">The queue is away too.</exception>
    public Task KeepAsync(string code, SettleAnswer answer, TimeSpan delay, CancellationToken cancellationToken) =>
        queue.SendAsync(
            WorkMessage.Settlement,
            code,
            delay,
            cancellationToken,
            JsonSerializer.SerializeToElement(answer, SettlementJson.Default.SettleAnswer)
        );

    /// <summary>What Baloan said, where a message keeps it; null for all others.</summary>
    /// <exception cref="JsonException">It is none of this app.</exception>
    public static SettleAnswer? AnswerOf(WorkMessage message) => message.Answer?.Deserialize(SettlementJson.Default.SettleAnswer);
}
