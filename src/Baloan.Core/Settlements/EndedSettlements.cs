using System.Runtime.CompilerServices;
using Baloan.Core.Calendar;

namespace Baloan.Core.Settlements;

/// <summary>What the books are made of: the attempts that ended, and the settlements that were accepted, in some days of Tehran.</summary>
/// <remarks>An attempt that has ended is missing until its end is filed: mostly at once, and else once the sweep has passed.</remarks>
public sealed class EndedSettlements(SettlementList list, SettlementStore store)
{
    private const int Page = 1_000;
    private const int RowsAtOnce = 16;

    /// <summary>
    /// Reads each attempt that ended in the days, oldest first, earlier attempts of a code among them; one that was in review by its last
    /// end. Of its columns it has those that the books show.
    /// </summary>
    /// <param name="from">The first day.</param>
    /// <param name="to">The last day, itself included.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public IAsyncEnumerable<Settlement> ReadEndedAsync(DateOnly from, DateOnly to, CancellationToken cancellationToken) =>
        list.ReadEndedAsync(TehranDays.BeginningOf(from), TehranDays.EndOf(to), cancellationToken);

    /// <summary>Reads each settlement whose first attempt was accepted in the days, as it is now, newest first.</summary>
    /// <param name="from">The first day.</param>
    /// <param name="to">The last day, itself included.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async IAsyncEnumerable<Settlement> ReadAcceptedAsync(
        DateOnly from,
        DateOnly to,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var (first, end) = (TehranDays.BeginningOf(from), TehranDays.EndOf(to));
        List<Settlement> page;
        string? after = null;
        do
        {
            page = await list.ReadAsync(SettlementRange.All, first, end, after, Page, cancellationToken);
            foreach (var batch in page.Chunk(RowsAtOnce))
            {
                var rows = await Task.WhenAll(
                    batch.Select(async entry => entry.HasEnded ? entry : await store.FindAsync(entry.Code, cancellationToken))
                );
                foreach (var (entry, row) in batch.Zip(rows))
                {
                    if (row?.IndexKey == SettlementRange.All.IndexKeyOf(entry))
                    {
                        yield return row;
                    }
                }
            }

            after = page.Count == 0 ? null : SettlementRange.All.IndexKeyOf(page[^1]);
        } while (page.Count == Page);
    }
}
