using System.Runtime.CompilerServices;
using Baloan.Core.Calendar;

namespace Baloan.Core.Settlements;

/// <summary>Until the index by end is there: reads everything.</summary>
public sealed class EndedSettlements(SettlementStore store)
{
    /// <summary>Reads each attempt that ended in the days, oldest first.</summary>
    public async IAsyncEnumerable<Settlement> ReadEndedAsync(DateOnly from, DateOnly to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var all = new List<Settlement>();
        string? after = null;
        do
        {
            (var rows, after) = await store.ListAsync(null, 100, after, cancellationToken);
            foreach (var row in rows)
            {
                all.Add(row);
                all.AddRange(await store.ReadEarlierAttemptsAsync(row, cancellationToken));
            }
        }
        while (after is not null);

        foreach (var row in all.Where(row => row.Ended is { } ended && TehranDays.DayOf(ended) >= from && TehranDays.DayOf(ended) <= to).OrderBy(row => row.Ended))
        {
            yield return row;
        }
    }
}
