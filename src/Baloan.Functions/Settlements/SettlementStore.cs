using Azure;
using Azure.Data.Tables;
using Baloan.Functions.Http;
using Baloan.Functions.Stats;
using Baloan.Functions.Storage;
using Baloan.Functions.Subscriptions;
using Microsoft.Extensions.Logging;

namespace Baloan.Functions.Settlements;

/// <summary>Keeps settlements in Table storage, lists them, and puts their messages on the queue.</summary>
/// <remarks>
/// A settlement is a row in the partition of its code; the attempts before the present one are rows beside it. The order of writes
/// is the promise: invoice, index, row, message. Whatever process dies in between, the sweep finds the row by the index.
/// </remarks>
public sealed partial class SettlementStore(
    StorageClients storage,
    StorageSetup setup,
    WorkQueue queue,
    CustomerHasher hasher,
    CustomerHold hold,
    EventPublisher publisher,
    Tally tally,
    TimeProvider time,
    ILogger<SettlementStore> logger)
{
    private const string AttemptPrefix = "attempt-";
    private const int MostAttempts = 100;

    private readonly TableClient table = storage.Tables.GetTableClient(StorageSetup.SettlementsTable);
    private readonly StatusIndex index = new(storage, setup, time, StorageSetup.SettlementIndexTable);

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

        Log.NotWhole(logger, code, string.Join(", ", unreadable));
        row = row.AsReadable(code);
        return Enum.IsDefined(row.Status) && row.Status.HasEnded()
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

    /// <summary>Accepts a settlement, or a new attempt at one that was refused or failed.</summary>
    /// <returns>The row, and whether this call accepted it: if not, the same one was there already and nothing is sent.</returns>
    /// <exception cref="ProblemException">409: the code is taken by a different settlement.</exception>
    public async Task<(Settlement Row, bool Accepted)> AcceptAsync(NewSettlement request, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        var now = time.GetUtcNow();
        var first = new Settlement
        {
            PartitionKey = TableKeys.Escape(request.Code),
            WriteId = Guid.NewGuid().ToString("N"),
            Code = request.Code,
            Status = SettlementStatus.Queued,
            MaskedIdentifier = NationalIdentifier.Mask(request.NationalIdentifier),
            CustomerHash = await hasher.HashAsync(request.NationalIdentifier, cancellationToken),
            NationalIdentifier = request.NationalIdentifier,
            Otp = request.Otp,
            TransactionToken = request.TransactionToken,
            Total = request.Total,
            Attempts = 1,
            AttemptStartedAt = now,
            DueAt = now,
            InvoiceBlob = request.Invoice.Blob,
            InvoiceSnapshot = request.Invoice.Snapshot,
            InvoiceSize = request.Invoice.Size,
            InvoiceSha256 = request.Invoice.Sha256,
            Language = request.Language,
            CreatedAt = now,
            UpdatedAt = now,
        };

        first = await ListAsOpenAsync(first, cancellationToken);
        var accepted = await TryInsertAsync(first, cancellationToken);
        if (accepted is null)
        {
            (var row, var isNew) = await AcceptAgainAsync(first, cancellationToken);
            if (!isNew)
            {
                return (row, false);
            }

            accepted = row;
        }

        // Where this fails, it is counted when the end is.
        tally.CountSoon(Count.Accepted(accepted));
        await RemindAsync(accepted, TimeSpan.Zero, cancellationToken);
        return (accepted, true);
    }

    /// <summary>The settlement that a request asks for once more whose invoice is gone from Blob storage; null where there is none.</summary>
    /// <param name="request">The request; its invoice is not looked at.</param>
    /// <param name="blob">The name that the invoice had.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<Settlement?> FindRepeatedAsync(NewSettlement request, string blob, CancellationToken cancellationToken) =>
        await FindAsync(request.Code, cancellationToken) is { } existing
        && !existing.Status.AllowsNewAttempt()
        && existing.InvoiceBlob == blob
        && existing.Total == request.Total
        && existing.CustomerHash == await hasher.HashAsync(request.NationalIdentifier, cancellationToken)
            ? existing
            : null;

    /// <summary>Writes a changed copy of a row that was read.</summary>
    /// <returns>The row as it is now; null, and nothing written, where somebody else has changed it meanwhile.</returns>
    public async Task<Settlement?> TryUpdateAsync(Settlement changed, CancellationToken cancellationToken)
    {
        var next = changed with { WriteId = Guid.NewGuid().ToString("N"), UpdatedAt = time.GetUtcNow() };
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

    /// <summary>Puts a message on the queue that has the settlement looked at after a while.</summary>
    /// <remarks>Where the queue is away this only logs: the row is written, and the sweep makes the message good.</remarks>
    public async Task RemindAsync(Settlement settlement, TimeSpan delay, CancellationToken cancellationToken)
    {
        try
        {
            await queue.SendAsync(WorkMessage.Settlement, settlement.Code, delay, cancellationToken);
        }
        catch (Exception outage) when (Problems.IsStorageOutage(outage))
        {
            Log.NotQueued(logger, settlement.Code, outage);
        }
    }

    /// <summary>Lists a settlement as under way, before the write that makes it so.</summary>
    /// <returns>The row with the entry's ETag, not yet written.</returns>
    public async Task<Settlement> ListAsOpenAsync(Settlement settlement, CancellationToken cancellationToken)
    {
        var etag = await index.AddAsync(StatusIndex.Open, settlement.IndexKey, settlement.Code, cancellationToken);
        return settlement with { OpenETag = etag.ToString() };
    }

    /// <summary>
    /// Lists a settlement that has ended where it belongs, counts it, tells subscribers, and lets the customer's next one go on. All that
    /// comes before the entry among those under way goes, so that the sweep makes good what did not come about.
    /// </summary>
    /// <param name="ended">The row.</param>
    /// <param name="openEntry">
    /// The entry among those under way that goes, and no other: a new attempt may have put its own there meanwhile.
    /// </param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task FileAsync(Settlement ended, ETag openEntry, CancellationToken cancellationToken)
    {
        // What was once listed elsewhere, by an earlier attempt or before a review, has to leave there.
        var elsewhere = ended.Attempts > 1 || ended.Note is not null
            ? SettlementStatuses.Ended.Where(status => status != ended.Status)
            : [];
        await Task.WhenAll(
        [
            index.AddAsync(ended.Status.Name(), ended.IndexKey, ended.Code, cancellationToken),
            hold.ReleaseAsync(ended, cancellationToken),
            publisher.PublishAsync(SettlementEvent.Of(ended), cancellationToken),
            tally.CountAsync(Count.Ended(ended), Count.Accepted(ended) with { IsCountedMostly = true }).WaitAsync(cancellationToken),
            .. elsewhere.Select(status => index.RemoveAsync(status.Name(), ended.IndexKey, ETag.All, cancellationToken)),
        ]);
        await index.RemoveAsync(StatusIndex.Open, ended.IndexKey, openEntry, cancellationToken);
    }

    /// <summary>
    /// Files a settlement that has ended, where nobody has done so yet: before it is listed as under way again, for then the sweep
    /// would not find that end any more.
    /// </summary>
    public async Task FinishFilingAsync(Settlement ended, CancellationToken cancellationToken)
    {
        var openEntry = new ETag(ended.OpenETag);
        if (await index.FindAsync(StatusIndex.Open, ended.IndexKey, cancellationToken) == openEntry)
        {
            await FileAsync(ended, openEntry, cancellationToken);
        }
    }

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
            (row, entry) => row.IndexKey == entry.Key && (status is null || row.Status == status),
            stray: null,
            cancellationToken);
    }

    private async Task<Settlement?> TryInsertAsync(Settlement row, CancellationToken cancellationToken)
    {
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

    private async Task<(Settlement Row, bool Accepted)> AcceptAgainAsync(Settlement request, CancellationToken cancellationToken)
    {
        while (true)
        {
            var existing = await FindAsync(request.Code, cancellationToken)
                ?? throw new InvalidOperationException("A settlement's row vanished; rows are never deleted by this app.");
            if (existing.IndexKey != request.IndexKey)
            {
                await index.RemoveAsync(StatusIndex.Open, request.IndexKey, ETag.All, cancellationToken);
            }

            if (!existing.Status.AllowsNewAttempt())
            {
                return existing.Total == request.Total
                    && existing.CustomerHash == request.CustomerHash
                    && existing.InvoiceSha256 == request.InvoiceSha256
                        ? (existing, false)
                        : throw new ProblemException(409, "settlement_conflict", Texts.SettlementConflict);
            }

            var next = request with
            {
                ETag = existing.ETag,
                Attempts = existing.Attempts + 1,
                CreatedAt = existing.CreatedAt,
            };
            await FinishFilingAsync(existing, cancellationToken);
            next = await ListAsOpenAsync(next, cancellationToken);
            var before = existing with { RowKey = $"{AttemptPrefix}{existing.Attempts:D4}" };
            try
            {
                var written = await table.SubmitTransactionAsync(
                    [
                        new TableTransactionAction(TableTransactionActionType.UpsertReplace, before),
                        new TableTransactionAction(TableTransactionActionType.UpdateReplace, next, existing.ETag),
                    ],
                    cancellationToken);
                return (next with { ETag = written.Value[1].Headers.ETag!.Value }, true);
            }
            catch (RequestFailedException lost) when (lost.Status == 412)
            {
                if (await OwnWriteAsync(next, cancellationToken) is { } own)
                {
                    return (own, true);
                }
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "No message could be put on the queue for settlement {Code}; the sweep will do so.")]
        public static partial void NotQueued(ILogger logger, string code, Exception exception);

        [LoggerMessage(2, LogLevel.Critical, "The row of settlement {Code} is not whole, and nothing is done for it by itself. Columns of another type: {Columns}. Look at it, ask Baloan, and resolve it.")]
        public static partial void NotWhole(ILogger logger, string code, string columns);
    }
}
