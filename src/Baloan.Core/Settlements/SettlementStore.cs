using Azure;
using Azure.Data.Tables;
using Baloan.Core.Storage;
using Microsoft.Extensions.Logging;

namespace Baloan.Core.Settlements;

/// <summary>Keeps settlements in Table storage, and lists them.</summary>
/// <remarks>A settlement is a row in the partition of its code; the attempts before the present one are rows beside it.</remarks>
public sealed partial class SettlementStore(StorageClients storage, StorageSetup setup, StorageClock clock, ILogger<SettlementStore> logger)
{
    private const string AttemptPrefix = "attempt-";
    private const int MostAttempts = 100;

    private readonly TableClient table = storage.Tables.GetTableClient(StorageSetup.SettlementsTable);
    private readonly StatusIndex index = new(storage, setup, clock, StorageSetup.SettlementIndexTable);

    /// <summary>Reads a settlement; null where there is none of that code.</summary>
    /// <remarks>
    /// A row that is not whole, and not known to have ended, is one in review: what it would take to send it or to find out about it is
    /// not known, so a person decides.
    /// </remarks>
    public async Task<Settlement?> FindAsync(string code, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        var (row, unreadable) = await table.FindAsync<Settlement>(TableKeys.Escape(code), Settlement.Row, cancellationToken);
        if (row is null || (unreadable.Count == 0 && row.IsWhole))
        {
            return row;
        }

        if (row.IsNewer)
        {
            return row.AsReadable(code);
        }

        Log.NotWhole(logger, code, string.Join(", ", unreadable));
        row = row.AsReadable(code);
        return row is { HasKnownStatus: true, HasEnded: true }
            ? row
            : (row with { Status = SettlementStatus.NeedsReview, ErrorCode = SettlementErrors.NeedsReview, ErrorMessage = null }).WithoutSecrets();
    }

    /// <summary>Reads the attempts before the present one, oldest first; at most a hundred.</summary>
    public async Task<IReadOnlyList<Settlement>> ReadEarlierAttemptsAsync(Settlement settlement, CancellationToken cancellationToken)
    {
        if (settlement.Attempts < 2)
        {
            return [];
        }

        var (partition, first, end) = (TableKeys.Escape(settlement.Code), AttemptPrefix, AttemptPrefix + "~");
        return await table.ReadAsync<Settlement>(
            TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey gt {first} and RowKey lt {end}"), MostAttempts, null, cancellationToken);
    }

    /// <summary>Writes a changed copy of a row that was read.</summary>
    /// <returns>The row as it is now; null, and nothing written, where somebody else has changed it meanwhile.</returns>
    public async Task<Settlement?> TryUpdateAsync(Settlement changed, CancellationToken cancellationToken)
    {
        var next = Stamped(changed);
        try
        {
            var written = await table.UpdateEntityAsync(next, changed.ETag, TableUpdateMode.Replace, cancellationToken);
            return next with { ETag = written.Headers.ETag!.Value };
        }
        catch (RequestFailedException lost) when (lost.Status == 412)
        {
            return await OwnWriteAsync(next, cancellationToken);
        }
    }

    /// <summary>Lists a settlement as under way, before the write that makes it so.</summary>
    /// <returns>The row with the entry's ETag, not yet written.</returns>
    public async Task<Settlement> ListAsOpenAsync(Settlement settlement, CancellationToken cancellationToken)
    {
        var etag = await index.AddAsync(StatusIndex.Open, settlement.IndexKey, settlement.Code, cancellationToken);
        return settlement with { OpenETag = etag.ToString() };
    }

    /// <summary>The ETag of the entry that lists a settlement as under way; null where there is none.</summary>
    public Task<ETag?> FindOpenAsync(Settlement settlement, CancellationToken cancellationToken) =>
        index.FindAsync(StatusIndex.Open, settlement.IndexKey, cancellationToken);

    /// <summary>Lists a settlement that has ended under its status, and under no other end.</summary>
    public Task ListAsEndedAsync(Settlement ended, CancellationToken cancellationToken)
    {
        // What was once listed elsewhere, by an earlier attempt, before a review or by an end that Baloan corrected, has to leave there.
        var elsewhere = ended.Attempts > 1 || ended.ReviewBeganAt is not null || ended.Note is not null || ended.IsCorrected
            ? SettlementStatuses.Ended.Where(status => status != ended.Status)
            : [];
        return Task.WhenAll(
        [
            index.AddAsync(ended.Status.Name(), ended.IndexKey, ended.Code, cancellationToken),
            .. elsewhere.Select(status => index.RemoveAsync(status.Name(), ended.IndexKey, ETag.All, cancellationToken)),
        ]);
    }

    /// <summary>Takes a settlement off the list of those under way.</summary>
    /// <param name="settlement">The settlement.</param>
    /// <param name="entry">The entry that goes, and no other: a new attempt may have put its own there meanwhile.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task RemoveFromOpenAsync(Settlement settlement, ETag entry, CancellationToken cancellationToken) =>
        index.RemoveAsync(StatusIndex.Open, settlement.IndexKey, entry, cancellationToken);

    /// <summary>Reads all that is listed as under way; an entry's id is the code.</summary>
    public IAsyncEnumerable<StatusIndex.Entry> ReadOpenAsync(CancellationToken cancellationToken) =>
        index.ReadAsync(StatusIndex.Open, null, 500, cancellationToken);

    /// <summary>Reads all that is listed as in review; an entry was written when the review began.</summary>
    public IAsyncEnumerable<StatusIndex.Entry> ReadInReviewAsync(CancellationToken cancellationToken) =>
        index.ReadAsync(SettlementStatus.NeedsReview.Name(), null, 1_000, cancellationToken);

    /// <summary>Takes an entry out of those under way that no row stands behind.</summary>
    public Task ForgetOpenAsync(StatusIndex.Entry entry, CancellationToken cancellationToken) =>
        index.RemoveAsync(StatusIndex.Open, entry.Key, entry.ETag, cancellationToken);

    /// <summary>Reads a page of settlements, newest first.</summary>
    /// <param name="status">Those of one status; null for all.</param>
    /// <param name="top">How many at the most.</param>
    /// <param name="after">The index key of the last one of the page before; null for the first page.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The rows, and the key to go on after; null at the end.</returns>
    public async Task<(IReadOnlyList<Settlement> Rows, string? After)> ListAsync(
        SettlementStatus? status, int top, string? after, CancellationToken cancellationToken)
    {
        string[] partitions = status is { } one
            ? [one.HasEnded() ? one.Name() : StatusIndex.Open]
            : [StatusIndex.Open, .. SettlementStatuses.Ended.Select(s => s.Name())];
        return await index.ListAsync(
            partitions,
            top,
            after,
            FindAsync,
            (row, entry) => row.IndexKey == entry.Key && (status is null || (row.Status == status && row.UnknownStatus is null)),
            stray: null,
            cancellationToken);
    }

    /// <summary>Writes the row of a new settlement.</summary>
    /// <returns>The row; null, and nothing written, where there is one of that code already.</returns>
    public async Task<Settlement?> TryInsertAsync(Settlement settlement, CancellationToken cancellationToken)
    {
        var row = Stamped(settlement);
        try
        {
            var written = await table.AddEntityAsync(row, cancellationToken);
            return row with { ETag = written.Headers.ETag!.Value };
        }
        catch (RequestFailedException taken) when (taken.Status == 409)
        {
            return await OwnWriteAsync(row, cancellationToken);
        }
    }

    /// <summary>
    /// The row as it is, where it is this very write that made it so: the SDK repeats a write whose answer was lost, and the second
    /// one is refused.
    /// </summary>
    private async Task<Settlement?> OwnWriteAsync(Settlement written, CancellationToken cancellationToken) =>
        await FindAsync(written.Code, cancellationToken) is { } now && now.WriteId == written.WriteId ? now : null;

    /// <summary>Writes the row of a new attempt over that of the one before, which is kept beside it.</summary>
    /// <returns>The row; null, and nothing written, where somebody else has changed it meanwhile.</returns>
    public async Task<Settlement?> TryReplaceAsync(Settlement before, Settlement attempt, CancellationToken cancellationToken)
    {
        var next = Stamped(attempt with { ETag = before.ETag });
        try
        {
            var written = await table.SubmitTransactionAsync(
                [
                    new TableTransactionAction(
                        TableTransactionActionType.UpsertReplace, before with { RowKey = $"{AttemptPrefix}{before.Attempts:D4}" }),
                    new TableTransactionAction(TableTransactionActionType.UpdateReplace, next, before.ETag),
                ],
                cancellationToken);
            return next with { ETag = written.Value[1].Headers.ETag!.Value };
        }
        catch (RequestFailedException lost) when (lost.Status == 412)
        {
            return await OwnWriteAsync(next, cancellationToken);
        }
    }

    /// <summary>Takes the entry of a settlement off the list of those under way, whosever it is.</summary>
    public Task RemoveFromOpenAsync(Settlement settlement, CancellationToken cancellationToken) =>
        RemoveFromOpenAsync(settlement, ETag.All, cancellationToken);

    private Settlement Stamped(Settlement row) => row with
    {
        WriteId = Guid.NewGuid().ToString("N"),
        SchemaVersion = Settlement.CurrentSchema,
        UpdatedAt = clock.GetUtcNow(),
    };

    private static partial class Log
    {
        [LoggerMessage(2, LogLevel.Critical, "The row of settlement {Code} is not whole, and nothing is done for it by itself. Columns of another type: {Columns}. Look at it, ask Baloan, and resolve it.")]
        public static partial void NotWhole(ILogger logger, string code, string columns);
    }
}
