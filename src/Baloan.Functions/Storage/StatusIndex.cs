using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;

namespace Baloan.Functions.Storage;

/// <summary>
/// Lists the ids of rows by status, newest first. It only points: the row is the truth, and what the index says too much or too
/// late is seen by reading the row and repaired by the sweep.
/// </summary>
/// <remarks>
/// A row under way stands in the partition <see cref="Open"/>, written before the row itself, so that the sweep finds whatever was
/// accepted. When it has ended it stands in the partition of its status, and leaves <see cref="Open"/> last of all.
/// </remarks>
public sealed class StatusIndex(StorageClients storage, StorageSetup setup, string tableName)
{
    /// <summary>The partition of all that has not ended.</summary>
    public const string Open = "open";

    private const string IdColumn = "Id";

    private readonly TableClient table = storage.Tables.GetTableClient(tableName);

    /// <summary>Puts an id into a partition, also where it is there already.</summary>
    public async Task AddAsync(string partition, string key, string id, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        await table.UpsertEntityAsync(new TableEntity(partition, key) { [IdColumn] = id }, TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>Takes an id out of a partition, also where it is gone already.</summary>
    public async Task RemoveAsync(string partition, string key, CancellationToken cancellationToken)
    {
        try
        {
            await table.DeleteEntityAsync(partition, key, ETag.All, cancellationToken);
        }
        catch (RequestFailedException gone) when (gone.Status == 404)
        {
            // Microsoft's client does not throw for this and others may.
        }
    }

    /// <summary>Reads the ids of a partition in order, a page of the table at a time.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="after">The key after which to begin; null for the beginning.</param>
    /// <param name="pageSize">How many rows a storage call brings, 1 to 1,000.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async IAsyncEnumerable<(string Key, string Id)> ReadAsync(
        string partition, string? after, int pageSize, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        var filter = after is null
            ? TableClient.CreateQueryFilter($"PartitionKey eq {partition}")
            : TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey gt {after}");
        await foreach (var row in table.QueryAsync<TableEntity>(filter, pageSize, ["RowKey", IdColumn], cancellationToken))
        {
            yield return (row.RowKey, row.GetString(IdColumn)!);
        }
    }
}
