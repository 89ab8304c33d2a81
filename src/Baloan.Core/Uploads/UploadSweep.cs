using Baloan.Core.Storage;

namespace Baloan.Core.Uploads;

/// <summary>Finds uploads that stand still and puts their messages on the queue again.</summary>
public sealed class UploadSweep(UploadStore store, WorkQueue queue, UploadOptions options, StorageClock clock)
{
    // An entry of the index is written just before its row.
    private static readonly TimeSpan EntryWithoutRow = TimeSpan.FromMinutes(10);

    /// <summary>Looks at all that has not ended.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        await foreach (var (entry, row) in store.ReadOpenAsync(cancellationToken))
        {
            var now = clock.GetUtcNow();
            if (row is null ? now - entry.WrittenAt > EntryWithoutRow : row.HasEnded)
            {
                await store.ForgetOpenAsync(entry.Key, cancellationToken);
            }
            else if (
                row is not null
                && now - row.DueAt > options.StandstillLimit
                && await store.TryUpdateAsync(row with { DueAt = now }, cancellationToken)
            )
            {
                await queue.ScheduleAsync(WorkMessage.Upload, row.Id, TimeSpan.Zero, cancellationToken);
            }
        }
    }
}
