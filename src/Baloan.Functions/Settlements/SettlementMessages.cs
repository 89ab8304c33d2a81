using Baloan.Functions.Http;
using Baloan.Functions.Storage;
using Microsoft.Extensions.Logging;

namespace Baloan.Functions.Settlements;

/// <summary>Has settlements looked at by messages on the queue, which say no more than which row to look at.</summary>
public sealed partial class SettlementMessages(WorkQueue queue, ILogger<SettlementMessages> logger)
{
    /// <summary>Has a settlement looked at after a while.</summary>
    /// <remarks>Where the queue is away or gone this only logs: the row is written, and the sweep makes the message good.</remarks>
    public async Task ScheduleAsync(Settlement settlement, TimeSpan delay, CancellationToken cancellationToken)
    {
        try
        {
            await queue.SendAsync(WorkMessage.Settlement, settlement.Code, delay, cancellationToken);
        }
        catch (Exception outage) when (Problems.IsStorageOutage(outage) || outage is Azure.RequestFailedException)
        {
            Log.NotQueued(logger, settlement.Code, outage);
        }
    }

    /// <summary>Keeps what Baloan said on the queue while its row cannot be written.</summary>
    /// <exception cref="Azure.RequestFailedException">The queue is away too.</exception>
    /// <exception cref="AggregateException">The queue is away too.</exception>
    public Task KeepAsync(string code, SettleAnswer answer, TimeSpan delay, CancellationToken cancellationToken) =>
        queue.SendAsync(WorkMessage.Settlement, code, delay, cancellationToken, answer);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "No message could be put on the queue for settlement {Code}; the sweep will do so.")]
        public static partial void NotQueued(ILogger logger, string code, Exception exception);
    }
}
