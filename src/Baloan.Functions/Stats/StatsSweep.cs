using Baloan.Core.Counters;
using Baloan.Core.Loans;
using Baloan.Core.Storage;
using Microsoft.Extensions.Logging;

namespace Baloan.Functions.Stats;

/// <summary>Counts what was recorded and not counted, such as by a process that died in between, and tidies up.</summary>
public sealed partial class StatsSweep(CounterStore counters, LoanStore loans, TimeProvider time, ILogger<StatsSweep> logger)
{
    // Whoever records it counts it in a moment.
    private static readonly TimeSpan UntilCounted = TimeSpan.FromMinutes(1);

    // The row is written just after its announcement.
    private static readonly TimeSpan UntilRecorded = TimeSpan.FromMinutes(10);

    /// <summary>Whether the last sweep left some for the next one, which should not wait. A new instance does not know.</summary>
    public bool HasMore { get; private set; }

    /// <summary>Looks at all that was announced.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var (announced, isAll) = await counters.SweepAsync(cancellationToken);
        HasMore = !isAll;
        foreach (var pending in announced)
        {
            var age = time.GetUtcNow() - pending.WrittenAt;
            if (age < UntilCounted)
            {
                continue;
            }

            try
            {
                if (await loans.CountOfAsync(pending, cancellationToken) is { } count)
                {
                    await counters.CountAsync(count);
                }
                else if (age > UntilRecorded)
                {
                    await counters.RemovePendingAsync(pending, cancellationToken);
                }
            }
            catch (Exception fault) when (fault is not OperationCanceledException && !StorageOutage.IsCauseOf(fault))
            {
                Log.NotCounted(logger, pending.RowKey, fault);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "What {Row} announces could not be counted.")]
        public static partial void NotCounted(ILogger logger, string row, Exception exception);
    }
}
