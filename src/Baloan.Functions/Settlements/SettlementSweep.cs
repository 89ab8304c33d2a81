using Baloan.Core.Storage;
using Baloan.Functions.Http;
using Microsoft.Extensions.Logging;

namespace Baloan.Functions.Settlements;

/// <summary>Finds settlements that stand still, puts lost messages on the queue again, and repairs the index.</summary>
public sealed partial class SettlementSweep(
    SettlementStore store, SettlementProcessor processor, SettlementOptions options, TimeProvider time, ILogger<SettlementSweep> logger)
{
    // An entry of the index is written just before its row.
    private static readonly TimeSpan EntryWithoutRow = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LongestPatience = TimeSpan.FromHours(1);
    private static readonly TimeSpan GiveUpSending = TimeSpan.FromDays(1);

    /// <summary>Looks at all that has not ended.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        await foreach (var entry in store.ReadOpenAsync(cancellationToken))
        {
            try
            {
                await LookAtAsync(entry, cancellationToken);
            }
            catch (Exception fault) when (fault is not OperationCanceledException && !Problems.IsStorageOutage(fault))
            {
                // One row that cannot be read must not keep the others from being taken up.
                Log.NotTakenUp(logger, entry.Id, fault);
            }
        }
    }

    private async Task LookAtAsync(StatusIndex.Entry entry, CancellationToken cancellationToken)
    {
        var row = await store.FindAsync(entry.Id, cancellationToken);
        var mayBeOfWriteToCome = time.GetUtcNow() - entry.WrittenAt <= EntryWithoutRow;
        if (row is null || row.IndexKey != entry.Key)
        {
            if (!mayBeOfWriteToCome)
            {
                await store.ForgetOpenAsync(entry, cancellationToken);
            }
        }
        else if (row.Status.HasEnded())
        {
            // Another entry than the one that the row was written with may be that of a new attempt, whose row comes in a moment.
            if (entry.ETag.ToString() == row.OpenETag || !mayBeOfWriteToCome)
            {
                await store.FileAsync(row, entry.ETag, cancellationToken);
            }
        }
        else if (StandsStill(row))
        {
            await TakeUpAsync(row, cancellationToken);
        }
    }

    private bool StandsStill(Settlement row)
    {
        // With each time that did not help, a while longer: a long queue must not get longer by the sweep.
        var patience = options.StandstillLimit * Math.Pow(2, Math.Min(row.Sweeps, 12));
        var since = row.SweptAt is { } swept && swept > row.DueAt ? swept : row.DueAt;
        return time.GetUtcNow() - since > (patience < LongestPatience ? patience : LongestPatience);
    }

    private async Task TakeUpAsync(Settlement row, CancellationToken cancellationToken)
    {
        if (row.Status == SettlementStatus.Queued && time.GetUtcNow() - row.AttemptStartedAt > GiveUpSending)
        {
            await processor.GiveUpAsync(row, SettlementErrors.NeverSent, cancellationToken);
            return;
        }

        var noted = await store.TryUpdateAsync(
            row with { Sweeps = row.Sweeps + 1, SweptAt = time.GetUtcNow() }, cancellationToken);
        if (noted is not null)
        {
            Log.TakenUp(logger, noted.Code, noted.Status, noted.Sweeps);
            await store.RemindAsync(noted, TimeSpan.Zero, cancellationToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Settlement {Code} stood still as {Status} and is taken up again (time {Sweeps}).")]
        public static partial void TakenUp(ILogger logger, string code, SettlementStatus status, int sweeps);

        [LoggerMessage(2, LogLevel.Error, "Settlement {Code} is listed as under way and could not be looked at.")]
        public static partial void NotTakenUp(ILogger logger, string code, Exception exception);
    }
}
