using System.Globalization;
using Azure;
using Azure.Data.Tables;
using Baloan.Core.Storage;
using Microsoft.Extensions.Logging;

namespace Baloan.Core.Settlements;

/// <summary>Keeps settlements in Table storage, and lists them.</summary>
/// <remarks>A settlement is a row in the partition of its code; the attempts before the present one are rows beside it.</remarks>
public sealed partial class SettlementStore(
    StorageClients storage,
    StorageSetup setup,
    StorageClock clock,
    SettlementList list,
    ILogger<SettlementStore> logger
)
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
            : (
                row with
                {
                    Status = SettlementStatus.NeedsReview,
                    ErrorCode = SettlementErrors.NeedsReview,
                    ErrorMessage = null,
                }
            ).WithoutSecrets();
    }

    /// <summary>Reads the attempts before the present one, oldest first; at most a hundred.</summary>
    public async Task<IReadOnlyList<Settlement>> ReadEarlierAttemptsAsync(Settlement settlement, CancellationToken cancellationToken)
    {
        return await ReadAttemptsAsync(settlement, MostAttempts, cancellationToken);
    }

    /// <summary>Reads all attempts before the present one, oldest first.</summary>
    public async Task<IReadOnlyList<Settlement>> ReadAllAttemptsAsync(Settlement settlement, CancellationToken cancellationToken) =>
        await ReadAttemptsAsync(settlement, int.MaxValue, cancellationToken);

    /// <summary>Reads one of the attempts before the present one; null where there is none of that number.</summary>
    public async Task<Settlement?> FindAttemptAsync(Settlement settlement, int number, CancellationToken cancellationToken) =>
        (await table.FindAsync<Settlement>(TableKeys.Escape(settlement.Code), AttemptKeyOf(number), cancellationToken)).Row;

    /// <summary>Writes a changed copy of the row of an attempt before the present one.</summary>
    /// <returns>The row; null, and nothing written, where somebody else has changed it meanwhile or it is not there.</returns>
    public async Task<Settlement?> TryUpdateAttemptAsync(Settlement changed, CancellationToken cancellationToken)
    {
        if (changed.PartitionKey != TableKeys.Escape(changed.Code))
        {
            // Only its entry in a list is left.
            return changed;
        }

        try
        {
            await table.UpdateEntityAsync(changed, changed.ETag, TableUpdateMode.Replace, cancellationToken);
            return changed;
        }
        catch (RequestFailedException lost) when (lost.Status is 404 or 412)
        {
            return null;
        }
    }

    private async Task<IReadOnlyList<Settlement>> ReadAttemptsAsync(Settlement settlement, int most, CancellationToken cancellationToken)
    {
        if (settlement.Attempts < 2)
        {
            return [];
        }

        var (partition, first, end) = (TableKeys.Escape(settlement.Code), AttemptPrefix, AttemptPrefix + "~");
        return await table.ReadAsync<Settlement>(
            TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey gt {first} and RowKey lt {end}"),
            most,
            null,
            cancellationToken
        );
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
    /// <returns>The row with the entries' ETags, not yet written.</returns>
    public async Task<Settlement> ListAsOpenAsync(Settlement settlement, CancellationToken cancellationToken)
    {
        var open = index.AddAsync(OpenPartitionOf(settlement.Code), settlement.IndexKey, settlement.Code, cancellationToken);
        var mark = list.MarkAsync(settlement, cancellationToken);
        await Task.WhenAll(open, mark, list.AddToCustomerAsync(settlement, cancellationToken));
        return settlement with { OpenETag = (await open).ToString(), ListETag = await mark };
    }

    /// <summary>Lists a settlement that has ended as under way once more, before the write that makes it so.</summary>
    /// <param name="next">The row to come.</param>
    /// <param name="ended">The row as it is, whose end has been filed.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The row to come with the entries' ETags, not yet written.</returns>
    public async Task<Settlement> ListAgainAsync(Settlement next, Settlement ended, CancellationToken cancellationToken)
    {
        // First, so that the sweep files that end once more where nothing comes after it.
        var open = await index.AddAsync(OpenPartitionOf(next.Code), next.IndexKey, next.Code, cancellationToken);
        var mark = list.MarkAsync(next, cancellationToken);
        await Task.WhenAll(
            mark,
            next.CustomerHash == ended.CustomerHash ? Task.CompletedTask : list.AddToCustomerAsync(next, cancellationToken)
        );
        await list.RemoveEndAsync(ended, isOver: next.Attempts > ended.Attempts, cancellationToken);
        return next with { OpenETag = open.ToString(), ListETag = await mark };
    }

    /// <summary>
    /// Lists one that stands still as under way, where the sweep may have forgotten it. A mark that is there stays the one over which its
    /// end is filed.
    /// </summary>
    public Task ListStandingAsync(Settlement settlement, CancellationToken cancellationToken) =>
        Task.WhenAll(
            index.AddAsync(OpenPartitionOf(settlement.Code), settlement.IndexKey, settlement.Code, cancellationToken),
            ListLateAsync(settlement, cancellationToken)
        );

    /// <summary>Lists one that is under way where a version of the app has accepted it that had no such list.</summary>
    public Task ListLateAsync(Settlement settlement, CancellationToken cancellationToken) =>
        Task.WhenAll(list.MarkIfMissingAsync(settlement, cancellationToken), ListBeforeAsync(settlement, cancellationToken));

    /// <summary>Lists of a settlement what such a version has not: its customer, and the ends of its earlier attempts.</summary>
    public async Task ListBeforeAsync(Settlement settlement, CancellationToken cancellationToken)
    {
        await list.AddToCustomerAsync(settlement, cancellationToken);
        foreach (var attempt in await ReadEarlierAttemptsAsync(settlement, cancellationToken))
        {
            await list.AddEndAsync(attempt, cancellationToken);
        }
    }

    /// <summary>The ETag of the entry that lists a settlement as under way; null where there is none.</summary>
    public async Task<ETag?> FindOpenAsync(Settlement settlement, CancellationToken cancellationToken) =>
        await index.FindAsync(OpenPartitionOf(settlement.Code), settlement.IndexKey, cancellationToken)
        ?? (settlement.ListETag is null ? await index.FindAsync(StatusIndex.Open, settlement.IndexKey, cancellationToken) : null);

    /// <summary>Lists a settlement that has ended by its time, its outcome and its end.</summary>
    /// <returns>Whether it is listed; not where its row is about to change, or has.</returns>
    public async Task<bool> ListAsEndedAsync(Settlement ended, CancellationToken cancellationToken)
    {
        if (ended.ListETag is null)
        {
            // Accepted by a version of the app that had no such lists.
            await ListBeforeAsync(ended, cancellationToken);
        }

        return await list.FileAsync(ended, () => FindAsync(ended.Code, cancellationToken), cancellationToken);
    }

    /// <summary>Takes a settlement off the list of those under way.</summary>
    /// <param name="settlement">The settlement.</param>
    /// <param name="entry">The entry that goes, and no other: a new attempt may have put its own there meanwhile.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task RemoveFromOpenAsync(Settlement settlement, ETag entry, CancellationToken cancellationToken) =>
        index.RemoveAsync(OpenPartitionOf(settlement.Code), settlement.IndexKey, entry, cancellationToken);

    /// <summary>Takes off all lists what was listed and then not accepted.</summary>
    public Task ForgetAsync(Settlement settlement, CancellationToken cancellationToken) =>
        Task.WhenAll(RemoveFromOpenAsync(settlement, ETag.All, cancellationToken), list.ForgetAsync(settlement, cancellationToken));

    /// <summary>Reads all that is listed as under way, in no order; an entry's id is the code.</summary>
    public IAsyncEnumerable<StatusIndex.Entry> ReadOpenAsync(CancellationToken cancellationToken) =>
        index.ReadSpreadAsync(StatusIndex.Open, 1_000, cancellationToken);

    /// <summary>Reads what is in review.</summary>
    /// <param name="most">How many at the most.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<IReadOnlyList<(string Code, DateTimeOffset Since)>> ReadInReviewAsync(
        int most,
        CancellationToken cancellationToken
    ) =>
        [
            .. from listed in await list.ReadAsync(
                SettlementRange.Of(SettlementStatus.NeedsReview),
                null,
                null,
                null,
                most,
                cancellationToken
            )
            select (listed.Code, listed.ReviewBeganAt ?? listed.UpdatedAt),
        ];

    /// <summary>Takes an entry out of those under way that no row stands behind.</summary>
    public Task ForgetOpenAsync(StatusIndex.Entry entry, CancellationToken cancellationToken) =>
        Task.WhenAll(RemoveOpenEntryAsync(entry, cancellationToken), list.ForgetAsync(entry.Key, cancellationToken));

    /// <summary>Takes away this very entry of those under way.</summary>
    public Task RemoveOpenEntryAsync(StatusIndex.Entry entry, CancellationToken cancellationToken) =>
        index.RemoveAsync(entry.Partition, entry.Key, entry.ETag, cancellationToken);

    /// <summary>Reads a page of those under way, newest first, however many there are.</summary>
    /// <param name="top">How many at the most.</param>
    /// <param name="after">The index key of the last one of the page before; null for the first page.</param>
    /// <param name="matches">Which are wanted.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The rows, and the key to go on after; null at the end.</returns>
    public Task<(IReadOnlyList<Settlement> Rows, string? After)> ListOpenAsync(
        int top,
        string? after,
        Func<Settlement, bool> matches,
        CancellationToken cancellationToken
    ) =>
        index.ListAsync(
            [.. Spread.PartitionsOf(StatusIndex.Open)],
            top,
            after,
            FindAsync,
            (row, entry) => row.IndexKey == entry.Key && matches(row),
            stray: null,
            cancellationToken
        );

    /// <summary>Reads the settlements whose codes begin so, in the order of their codes.</summary>
    /// <param name="code">How they begin, normalized.</param>
    /// <param name="most">How many at the most.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<IReadOnlyList<Settlement>> ReadByCodeAsync(string code, int most, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        var first = TableKeys.Escape(code);
        // After every sign of a key.
        var (end, row) = (first + "~", Settlement.Row);
        return await table.ReadAsync<Settlement>(
            TableClient.CreateQueryFilter($"PartitionKey ge {first} and PartitionKey lt {end} and RowKey eq {row}"),
            most,
            null,
            cancellationToken
        );
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
                        TableTransactionActionType.UpsertReplace,
                        before with
                        {
                            RowKey = AttemptKeyOf(before.Attempts),
                        }
                    ),
                    new TableTransactionAction(TableTransactionActionType.UpdateReplace, next, before.ETag),
                ],
                cancellationToken
            );
            return next with { ETag = written.Value[1].Headers.ETag!.Value };
        }
        catch (RequestFailedException lost) when (lost.Status == 412)
        {
            return await OwnWriteAsync(next, cancellationToken);
        }
    }

    private static string AttemptKeyOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{AttemptPrefix}{number:D4}");

    private static string OpenPartitionOf(string code) => Spread.PartitionOf(StatusIndex.Open, code);

    private Settlement Stamped(Settlement row) =>
        row with
        {
            WriteId = Guid.NewGuid().ToString("N"),
            SchemaVersion = Settlement.CurrentSchema,
            UpdatedAt = clock.GetUtcNow(),
        };

    private static partial class Log
    {
        [LoggerMessage(
            2,
            LogLevel.Critical,
            "The row of settlement {Code} is not whole, and nothing is done for it by itself. Columns of another type: {Columns}. Look "
                + "at it, ask Baloan, and resolve it."
        )]
        public static partial void NotWhole(ILogger logger, string code, string columns);
    }
}
