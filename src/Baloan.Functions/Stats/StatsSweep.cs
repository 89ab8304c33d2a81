using Baloan.Functions.Http;
using Baloan.Functions.Loans;
using Microsoft.Extensions.Logging;

namespace Baloan.Functions.Stats;

/// <summary>Counts what was recorded and not counted, such as by a process that died in between, and tidies up.</summary>
public sealed partial class StatsSweep(Tally tally, LoanStore loans, TimeProvider time, ILogger<StatsSweep> logger)
{
    // Whoever records it counts it in a moment.
    private static readonly TimeSpan UntilCounted = TimeSpan.FromMinutes(1);

    // The row is written just after its announcement.
    private static readonly TimeSpan UntilRecorded = TimeSpan.FromMinutes(10);

    /// <summary>Looks at all that was announced.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        foreach (var begun in await tally.TidyAsync(cancellationToken))
        {
            var age = time.GetUtcNow() - begun.WrittenAt;
            if (age < UntilCounted)
            {
                continue;
            }

            try
            {
                if (await loans.CountOfAsync(begun, cancellationToken) is { } count)
                {
                    await tally.CountAsync(count);
                }
                else if (age > UntilRecorded)
                {
                    await tally.ForgetAsync(begun, cancellationToken);
                }
            }
            catch (Exception fault) when (fault is not OperationCanceledException && !Problems.IsStorageOutage(fault))
            {
                Log.NotCounted(logger, begun.RowKey, fault);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "What {Row} announces could not be counted.")]
        public static partial void NotCounted(ILogger logger, string row, Exception exception);
    }
}
