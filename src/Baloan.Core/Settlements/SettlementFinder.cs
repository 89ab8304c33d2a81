namespace Baloan.Core.Settlements;

/// <summary>Finds settlements, a page at a time and newest first, each time by one range of an index.</summary>
/// <remarks>
/// The range is that of the customer; else that of the code, where not too many begin so; else that of the outcome; else that of the time.
/// What else is asked for is looked at inside the range, of which one call reads at most a thousand entries: a page may have fewer than
/// were
/// asked for, and a continuation all the same.
/// </remarks>
public sealed class SettlementFinder(SettlementStore store, SettlementList list)
{
    private const int MostRead = 1_000;
    private const int RowsAtOnce = 16;

    /// <summary>Reads a page.</summary>
    /// <param name="query">What is looked for.</param>
    /// <param name="top">How many at the most.</param>
    /// <param name="after">The index key of the last one that the page before has looked at; null for the first page.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The rows, and the key to go on after; null at the end.</returns>
    public async Task<(IReadOnlyList<Settlement> Rows, string? After)> FindAsync(
        SettlementQuery query,
        int top,
        string? after,
        CancellationToken cancellationToken
    )
    {
        if (
            query is { CustomerHash: null, Code: { } code }
            && await store.ReadByCodeAsync(code, MostRead, cancellationToken) is { Count: < MostRead } rows
        )
        {
            var page = rows.Where(row => query.Matches(row) && (after is null || string.CompareOrdinal(row.IndexKey, after) > 0))
                .OrderBy(row => row.IndexKey, StringComparer.Ordinal)
                .Take(top + 1)
                .ToList();
            return page.Count > top ? (page[..top], page[top - 1].IndexKey) : (page, null);
        }

        if (query is { CustomerHash: null, Status: { } status } && !status.HasEnded())
        {
            return await FindOpenAsync(query, top, after, cancellationToken);
        }

        var range =
            query.CustomerHash is { } customer ? SettlementRange.OfCustomer(customer)
            : query.Status is { } end ? SettlementRange.Of(end)
            : SettlementRange.All;
        var found = new List<Settlement>(top);
        for (var read = 0; read < MostRead; )
        {
            // Where all in the range are looked for, a page more than the page would be read for nothing.
            var most = read == 0 && query is { CustomerHash: null, Code: null } ? top + 1 : MostRead;
            var entries = await list.ReadAsync(range, query.From, query.To, after, most, cancellationToken);
            read += entries.Count;
            foreach (var batch in entries.Where(query.MatchesForEver).Chunk(Math.Min(top, RowsAtOnce)))
            {
                var current = await Task.WhenAll(batch.Select(entry => ReadAsync(entry, cancellationToken)));
                foreach (var (entry, row) in batch.Zip(current))
                {
                    after = range.IndexKeyOf(entry);
                    if (row is not null && row.IndexKey == after && query.Matches(row))
                    {
                        found.Add(row);
                        if (found.Count == top)
                        {
                            return (found, entries.Count < most && ReferenceEquals(entry, entries[^1]) ? null : after);
                        }
                    }
                }
            }

            if (entries.Count < most)
            {
                return (found, null);
            }

            after = range.IndexKeyOf(entries[^1]);
        }

        return (found, after);
    }

    private async Task<(IReadOnlyList<Settlement> Rows, string? After)> FindOpenAsync(
        SettlementQuery query,
        int top,
        string? after,
        CancellationToken cancellationToken
    )
    {
        var entries = await store.ReadOpenAsync(cancellationToken).Take(MostRead).ToListAsync(cancellationToken);
        if (entries.Count == MostRead)
        {
            return await store.ListOpenAsync(top, after, query.Matches, cancellationToken);
        }

        var found = new List<Settlement>(top);
        var left = entries
            .Where(entry => after is null || string.CompareOrdinal(entry.Key, after) > 0)
            .DistinctBy(entry => entry.Key)
            .OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .ToList();
        foreach (var batch in left.Chunk(Math.Min(top, RowsAtOnce)))
        {
            foreach (var (entry, row) in batch.Zip(await Task.WhenAll(batch.Select(entry => store.FindAsync(entry.Id, cancellationToken)))))
            {
                if (row is not null && row.IndexKey == entry.Key && query.Matches(row))
                {
                    found.Add(row);
                    if (found.Count == top)
                    {
                        return (found, entry.Key == left[^1].Key ? null : entry.Key);
                    }
                }
            }
        }

        return (found, null);
    }

    private async Task<Settlement?> ReadAsync(Settlement listed, CancellationToken cancellationToken) =>
        listed.HasEnded ? listed : await store.FindAsync(listed.Code, cancellationToken);
}
