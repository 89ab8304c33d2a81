using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;

namespace Baloan.Core.Storage;

/// <summary>
/// Lists the ids of rows by status, newest first. It only points: the row is the truth, and what the index says too much or too
/// late is seen by reading the row and repaired by the sweep.
/// </summary>
/// <remarks>
/// A row under way stands in the partition <see cref="Open"/>, written before the row itself, so that the sweep finds whatever was
/// accepted. When it has ended it stands in the partition of its status, and leaves <see cref="Open"/> last of all.
/// </remarks>
public sealed class StatusIndex(StorageClients storage, StorageSetup setup, StorageClock clock, string tableName)
{
    /// <summary>The partition of all that has not ended.</summary>
    public const string Open = "open";

    private const string IdColumn = "Id";
    private const string WrittenAtColumn = "WrittenAt";
    private const int ReadAtOnce = 8;

    private readonly TableClient table = storage.Tables.GetTableClient(tableName);

    /// <summary>Puts an id into a partition, also where it is there already.</summary>
    /// <returns>The entry's ETag, with which it can be removed unless somebody has put it there again.</returns>
    public async Task<ETag> AddAsync(string partition, string key, string id, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        var written = await table.UpsertEntityAsync(
            new TableEntity(partition, key) { [IdColumn] = id, [WrittenAtColumn] = clock.GetUtcNow() },
            TableUpdateMode.Replace,
            cancellationToken
        );
        return written.Headers.ETag!.Value;
    }

    /// <summary>Takes an id out of a partition; nothing where it is gone already or was put there again.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="key">The key.</param>
    /// <param name="etag">The entry that is meant; <see cref="ETag.All"/> for whatever is there.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task RemoveAsync(string partition, string key, ETag etag, CancellationToken cancellationToken)
    {
        try
        {
            await table.DeleteEntityAsync(partition, key, etag, cancellationToken);
        }
        catch (RequestFailedException elsewise) when (elsewise.Status is 404 or 412)
        {
            // Gone, or another entry than the one that is meant.
        }
    }

    /// <summary>The ETag of an entry; null where it is not there.</summary>
    public async Task<ETag?> FindAsync(string partition, string key, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        var found = await table.GetEntityIfExistsAsync<TableEntity>(partition, key, cancellationToken: cancellationToken);
        return found.HasValue ? found.Value!.ETag : null;
    }

    /// <summary>Reads the ids of a partition in order, a page of the table at a time.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="after">The key after which to begin; null for the beginning.</param>
    /// <param name="pageSize">How many rows a storage call brings, 1 to 1,000.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async IAsyncEnumerable<Entry> ReadAsync(
        string partition,
        string? after,
        int pageSize,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var filter = after is null
            ? TableClient.CreateQueryFilter($"PartitionKey eq {partition}")
            : TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey gt {after}");
        await foreach (var entry in ReadAsync(filter, pageSize, cancellationToken))
        {
            yield return entry;
        }
    }

    /// <summary>Reads the ids of a partition that was spread, in no order, and of the one from before: all of it is one range.</summary>
    /// <param name="name">The name of the partitions; see <see cref="Spread"/>.</param>
    /// <param name="pageSize">How many rows a storage call brings, 1 to 1,000.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public IAsyncEnumerable<Entry> ReadSpreadAsync(string name, int pageSize, CancellationToken cancellationToken)
    {
        var end = Spread.EndOf(name);
        return ReadAsync(TableClient.CreateQueryFilter($"PartitionKey ge {name} and PartitionKey lt {end}"), pageSize, cancellationToken);
    }

    private async IAsyncEnumerable<Entry> ReadAsync(
        string filter,
        int pageSize,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await setup.ReadyAsync(cancellationToken);
        await foreach (var row in table.QueryAsync<TableEntity>(filter, pageSize, cancellationToken: cancellationToken))
        {
            // An entry that can point to nothing, as a broken version might have left it, must not hide the others.
            if (row[IdColumn] is string { Length: > 0 } id && TableKeys.Escape(id).Length <= TableKeys.Longest)
            {
                yield return new Entry(
                    row.PartitionKey,
                    row.RowKey,
                    id,
                    row[WrittenAtColumn] as DateTimeOffset? ?? TableKeys.TimeOf(row.RowKey) ?? row.Timestamp ?? default,
                    row.ETag
                );
            }
        }
    }

    /// <summary>Reads a page of rows out of some partitions, in the order of their keys.</summary>
    /// <param name="partitions">
    /// The partitions. What moves from the first to another enters the other before it leaves the first, which is therefore read first.
    /// </param>
    /// <param name="top">How many rows at the most.</param>
    /// <param name="after">The key of the last one of the page before; null for the first page.</param>
    /// <param name="find">Reads the row of an id.</param>
    /// <param name="belongs">Whether the row still is what the entry says.</param>
    /// <param name="stray">Told of each entry that says something else than its row; null for nobody.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The rows, and the key to go on after; null at the end.</returns>
    public async Task<(IReadOnlyList<T> Rows, string? After)> ListAsync<T>(
        IReadOnlyList<string> partitions,
        int top,
        string? after,
        Func<string, CancellationToken, Task<T?>> find,
        Func<T, Entry, bool> belongs,
        Func<Entry, Task>? stray,
        CancellationToken cancellationToken
    )
        where T : class
    {
        var rows = new List<T>(top);
        var position = after;
        while (true)
        {
            // Each partition is in the order of the list, so that the first of all is among the first of each.
            var firsts = new List<List<Entry>> { await FirstOfAsync(partitions[0]) };
            firsts.AddRange(await Task.WhenAll(partitions.Skip(1).Select(FirstOfAsync)));
            var entries = firsts
                .SelectMany(entry => entry)
                .DistinctBy(entry => entry.Key)
                .OrderBy(entry => entry.Key, StringComparer.Ordinal)
                .Take(top + 1)
                .ToList();
            foreach (var batch in entries.Take(top).Chunk(ReadAtOnce))
            {
                foreach (var (entry, row) in batch.Zip(await Task.WhenAll(batch.Select(entry => find(entry.Id, cancellationToken)))))
                {
                    position = entry.Key;
                    if (row is not null && belongs(row, entry))
                    {
                        rows.Add(row);
                        if (rows.Count == top)
                        {
                            return (rows, entry.Key == entries[^1].Key ? null : position);
                        }
                    }
                    else if (stray is not null)
                    {
                        await stray(entry);
                    }
                }
            }

            if (entries.Count <= top)
            {
                return (rows, null);
            }
        }

        async Task<List<Entry>> FirstOfAsync(string partition) =>
            await ReadAsync(partition, position, top + 1, cancellationToken).Take(top + 1).ToListAsync(cancellationToken);
    }

    /// <summary>An entry of the index.</summary>
    /// <param name="Partition">The partition that it stands in.</param>
    /// <param name="Key">Its place in the order.</param>
    /// <param name="Id">The row that it points to.</param>
    /// <param name="WrittenAt">When it was put there (UTC).</param>
    /// <param name="ETag">Its ETag.</param>
    public readonly record struct Entry(string Partition, string Key, string Id, DateTimeOffset WrittenAt, ETag ETag);
}
