using Azure;
using Baloan.Core.Storage;

namespace Baloan.Core.Loans;

/// <summary>Makes good what the death of a process left undone of openings.</summary>
public sealed class LoanOpeningSweep(LoanOpeningStore store, LoanRecorder recorder, StorageClock clock)
{
    // An entry of the index is written just before its row.
    private static readonly TimeSpan EntryWithoutRow = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Notes which openings nobody can be sending any more, records the loans of those that were opened, and takes out of the list what is
    /// done.
    /// </summary>
    /// <exception cref="RequestFailedException">Storage is away; the next sweep goes on.</exception>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        await foreach (var entry in store.ReadOpenAsync(cancellationToken))
        {
            var (row, isWhole) = await store.FindAsync(entry.Id, cancellationToken);
            if (row is null || (isWhole && (row.Status == LoanOpeningStatus.NotOpened || row.IndexKey != entry.Key)))
            {
                if (clock.GetUtcNow() - entry.WrittenAt > EntryWithoutRow)
                {
                    await store.ForgetAsync(entry, cancellationToken);
                }
            }
            else if (isWhole && LoanOpeningRules.OpenedBy(row) is { } opened)
            {
                await recorder.CompleteAsync(row, opened, cancellationToken);
            }
            else if (isWhole && LoanOpeningRules.IsOverdue(row, clock.GetUtcNow()))
            {
                await store.ForgoAsync(row, sendings: null, cancellationToken);
            }
        }
    }
}
