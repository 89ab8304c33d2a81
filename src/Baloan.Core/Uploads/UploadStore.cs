using Azure;
using Azure.Data.Tables;
using Baloan.Core.Storage;
using Microsoft.Extensions.Logging;

namespace Baloan.Core.Uploads;

/// <summary>Keeps uploads in Table storage, and lists those under way.</summary>
public sealed partial class UploadStore(StorageClients storage, StorageSetup setup, StorageClock clock, ILogger<UploadStore> logger)
{
    private readonly TableClient table = storage.Tables.GetTableClient(StorageSetup.UploadsTable);
    private readonly StatusIndex index = new(storage, setup, clock, StorageSetup.UploadIndexTable);

    /// <summary>
    /// Reads an upload; null where there is none of that id. One whose row is not whole, and not known to have ended, has failed.
    /// </summary>
    public async Task<Upload?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        var (row, unreadable) = await table.FindAsync<Upload>(TableKeys.Escape(id), Upload.Row, cancellationToken);
        if (row is null || (unreadable.Count == 0 && row.IsWhole))
        {
            return row;
        }

        Log.NotWhole(logger, id, string.Join(", ", unreadable));
        row = row with { Id = id };
        return Enum.IsDefined(row.Status) && row.HasEnded
            ? row
            : row with
            {
                Status = UploadStatus.Failed,
                ErrorCode = UploadErrors.RecordUnreadable,
                ErrorMessage = null,
            };
    }

    /// <summary>Keeps a new upload, listed as under way before it is there.</summary>
    public async Task AddAsync(Upload row, CancellationToken cancellationToken)
    {
        await index.AddAsync(StatusIndex.Open, row.IndexKey, row.Id, cancellationToken);
        // The id is new, so that an insert that was carried out twice is the same row.
        await table.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>Writes a changed copy of a row that was read.</summary>
    /// <returns>Whether it was written; not where somebody else has changed the row meanwhile.</returns>
    public async Task<bool> TryUpdateAsync(Upload changed, CancellationToken cancellationToken)
    {
        try
        {
            await table.UpdateEntityAsync(changed, changed.ETag, TableUpdateMode.Replace, cancellationToken);
        }
        catch (RequestFailedException lost) when (lost.Status == 412)
        {
            return false;
        }

        if (changed.HasEnded)
        {
            await ForgetOpenAsync(changed.IndexKey, cancellationToken);
        }

        return true;
    }

    /// <summary>Reads all that is listed as under way, with the row where there is one.</summary>
    public async IAsyncEnumerable<(StatusIndex.Entry Entry, Upload? Row)> ReadOpenAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (var entry in index.ReadAsync(StatusIndex.Open, null, 500, cancellationToken))
        {
            yield return (entry, await FindAsync(entry.Id, cancellationToken));
        }
    }

    /// <summary>Reads a page of all uploads, in the order of their ids.</summary>
    /// <param name="after">The key of the last one of the page before; null for the first page.</param>
    /// <param name="most">How many at the most.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<List<Upload>> ReadAllAsync(string? after, int most, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        var (first, row) = (after ?? "", Upload.Row);
        return await table.ReadAsync<Upload>(
            TableClient.CreateQueryFilter($"PartitionKey gt {first} and RowKey eq {row}"),
            most,
            null,
            cancellationToken
        );
    }

    /// <summary>Whether an upload ended, as far as its row can be read, and was accepted before a time (UTC).</summary>
    public static bool MayBeDeleted(Upload upload, DateTimeOffset acceptedBefore)
    {
        ArgumentNullException.ThrowIfNull(upload);
        return upload.IsWhole && upload.HasEnded && upload.CreatedAt < acceptedBefore;
    }

    /// <summary>Deletes the row of an upload that has ended, unless somebody has changed it since it was read.</summary>
    public async Task DeleteAsync(Upload upload, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(upload);
        try
        {
            await table.DeleteEntityAsync(upload.PartitionKey, upload.RowKey, upload.ETag, cancellationToken);
        }
        catch (RequestFailedException changed) when (changed.Status == 412)
        {
            // The next lap looks at it again.
        }
    }

    /// <summary>Takes an entry out of those under way.</summary>
    public Task ForgetOpenAsync(string indexKey, CancellationToken cancellationToken) =>
        index.RemoveAsync(StatusIndex.Open, indexKey, ETag.All, cancellationToken);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The row of upload {Id} is not whole. Columns of another type: {Columns}.")]
        public static partial void NotWhole(ILogger logger, string id, string columns);
    }
}
