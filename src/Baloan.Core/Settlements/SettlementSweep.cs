using Baloan.Core.Storage;
using Microsoft.Extensions.Logging;

namespace Baloan.Core.Settlements;

/// <summary>Finds settlements that stand still, puts lost messages on the queue again, and repairs the index.</summary>
public sealed partial class SettlementSweep(
    SettlementStore store,
    SettlementCompletion completion,
    SettlementRecorder recorder,
    SettlementMessages messages,
    SettlementOptions options,
    StorageClock clock,
    ILogger<SettlementSweep> logger
)
{
    private static readonly TimeSpan LongestPatience = TimeSpan.FromHours(1);

    /// <summary>Looks at all that has not ended.</summary>
    /// <returns>What is being verified, as it was seen: the codes, and when each was sent (UTC).</returns>
    public async Task<IReadOnlyList<(string Code, DateTimeOffset Since)>> SweepAsync(CancellationToken cancellationToken)
    {
        var verifying = new List<(string, DateTimeOffset)>();
        await foreach (var entry in store.ReadOpenAsync(cancellationToken))
        {
            try
            {
                var row = await store.FindAsync(entry.Id, cancellationToken);
                if (row is { Status: SettlementStatus.Verifying } && row.IndexKey == entry.Key)
                {
                    verifying.Add((row.Code, row.SubmittedAt ?? row.AttemptStartedAt));
                }

                await LookAtAsync(entry, row, cancellationToken);
            }
            catch (Exception fault) when (fault is not OperationCanceledException && !StorageOutage.IsCauseOf(fault))
            {
                // One row that cannot be read must not keep the others from being taken up.
                Log.NotTakenUp(logger, entry.Id, fault);
            }
        }

        return verifying;
    }

    private async Task LookAtAsync(StatusIndex.Entry entry, Settlement? row, CancellationToken cancellationToken)
    {
        var mayBeOfWriteToCome = clock.GetUtcNow() - entry.WrittenAt <= SettlementList.UntilRow;
        if (row is null || row.IndexKey != entry.Key)
        {
            if (!mayBeOfWriteToCome)
            {
                await store.ForgetOpenAsync(entry, cancellationToken);
            }
        }
        else if (row.IsNewer)
        {
            // The matter of the newer version's own sweep.
            Log.IsNewer(logger, row.Code);
        }
        else if (row.HasEnded)
        {
            // Another entry than the one that the row was written with may be that of a new attempt, whose row comes in a moment.
            if (entry.ETag.ToString() == row.OpenETag || !mayBeOfWriteToCome)
            {
                var isDone = await completion.CompleteAsync(row, entry.ETag, cancellationToken);
                if (isDone && entry.Partition == StatusIndex.Open)
                {
                    // From before those under way were spread.
                    await store.RemoveOpenEntryAsync(entry, cancellationToken);
                }
            }
        }
        else
        {
            if (row.ListETag is null)
            {
                await store.ListLateAsync(row, cancellationToken);
            }

            if (StandsStill(row))
            {
                await TakeUpAsync(row, cancellationToken);
            }
        }
    }

    private bool StandsStill(Settlement row)
    {
        // With each time that did not help, a while longer: a long queue must not get longer by the sweep.
        var patience = options.StandstillLimit * Math.Pow(2, Math.Min(row.Sweeps, 12));
        var since = row.SweptAt is { } swept && swept > row.DueAt ? swept : row.DueAt;
        return clock.GetUtcNow() - since > (patience < LongestPatience ? patience : LongestPatience);
    }

    private async Task TakeUpAsync(Settlement row, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (SettlementRules.HasWaitedTooLong(row, now))
        {
            await recorder.RecordAsync(
                SettlementRules.EndUnsettled(row, SettlementStatus.Failed, SettlementErrors.NeverSent, null, now, options),
                cancellationToken
            );
            return;
        }

        var noted = await store.TryUpdateAsync(row with { Sweeps = row.Sweeps + 1, SweptAt = now }, cancellationToken);
        if (noted is not null)
        {
            Log.TakenUp(logger, noted.Code, noted.Status, noted.Sweeps);
            await messages.ScheduleAsync(noted, TimeSpan.Zero, cancellationToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Settlement {Code} stood still as {Status} and is taken up again (time {Sweeps}).")]
        public static partial void TakenUp(ILogger logger, string code, SettlementStatus status, int sweeps);

        [LoggerMessage(3, LogLevel.Information, "Settlement {Code} was written by a newer version of the app, whose sweep looks after it.")]
        public static partial void IsNewer(ILogger logger, string code);

        [LoggerMessage(2, LogLevel.Error, "Settlement {Code} is listed as under way and could not be looked at.")]
        public static partial void NotTakenUp(ILogger logger, string code, Exception exception);
    }
}
