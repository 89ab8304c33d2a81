using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using Baloan.Core.Storage;

namespace Baloan.Core.Settlements;

/// <summary>
/// Lists settlements by the time at which they were accepted, by outcome and by customer, and attempts by the time at which they ended.
/// </summary>
/// <remarks>
/// What has ended is listed with a copy of its row, so that a list is read in one call. Before a row is written that has not ended, its
/// entry by time is replaced by a mark, and who finds a mark reads the row: a mark is always right. A copy is written over the very mark
/// that was made before its row and no other, in one transaction with its entries by outcome and by end, so that whoever comes late with an
/// end that is over changes nothing. The entries by customer are written once and only point: a settlement costs less so, and a customer
/// has
/// few.
/// </remarks>
public sealed class SettlementList(StorageClients storage, StorageSetup setup, StorageClock clock)
{
    private const string EndPrefix = "ended-";
    private const int LongestPage = 1_000;

    // What the books show, and what it is found out by: a copy has three times as many columns.
    private static readonly string[] BookColumns =
    [
        nameof(Settlement.PartitionKey),
        nameof(Settlement.RowKey),
        nameof(Settlement.Timestamp),
        nameof(Settlement.SchemaVersion),
        nameof(Settlement.Code),
        nameof(Settlement.Status),
        nameof(Settlement.MaskedIdentifier),
        nameof(Settlement.Total),
        nameof(Settlement.Attempts),
        nameof(Settlement.AttemptStartedAt),
        nameof(Settlement.SubmittedAt),
        nameof(Settlement.KnownBy),
        nameof(Settlement.Inferred),
        nameof(Settlement.ErrorCode),
        nameof(Settlement.Note),
        nameof(Settlement.ResolvedBy),
        nameof(Settlement.EndedAt),
        nameof(Settlement.UpdatedAt),
    ];

    /// <summary>How long after a mark its row may still be on its way.</summary>
    public static readonly TimeSpan UntilRow = TimeSpan.FromMinutes(10);

    private readonly TableClient table = storage.Tables.GetTableClient(StorageSetup.SettlementIndexTable);

    /// <summary>Marks a settlement as one whose row tells, before that is written.</summary>
    /// <returns>The mark's ETag, over which the copy may be written once it has ended.</returns>
    public async Task<string> MarkAsync(Settlement settlement, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        var written = await table.UpsertEntityAsync(
            MarkOf(settlement, SettlementRange.All, clock.GetUtcNow()),
            TableUpdateMode.Replace,
            cancellationToken
        );
        return written.Headers.ETag!.Value.ToString();
    }

    /// <summary>Marks a settlement that is not listed by time; nothing where it is.</summary>
    public async Task MarkIfMissingAsync(Settlement settlement, CancellationToken cancellationToken)
    {
        try
        {
            // No write comes after this one.
            await table.AddEntityAsync(MarkOf(settlement, SettlementRange.All, DateTimeOffset.UnixEpoch), cancellationToken);
        }
        catch (RequestFailedException there) when (there.Status == 409)
        {
            // It is listed already.
        }
    }

    /// <summary>Lists a settlement under its customer.</summary>
    public async Task AddToCustomerAsync(Settlement settlement, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        var range = SettlementRange.OfCustomer(settlement.CustomerHash);
        await table.UpsertEntityAsync(MarkOf(settlement, range, clock.GetUtcNow()), TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>Lists an attempt that has ended by its time, its outcome and its end.</summary>
    /// <param name="ended">Its row.</param>
    /// <param name="read">Reads the row as it is now.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Whether it is listed; not where the row is about to change, or has.</returns>
    public async Task<bool> FileAsync(Settlement ended, Func<Task<Settlement?>> read, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        if (ended.ListETag is { } mark && await TryFileAsync(ended, new ETag(mark), cancellationToken))
        {
            return true;
        }

        while (true)
        {
            var listed = (
                await table.FindAsync<Settlement>(SettlementRange.Listed, SettlementRange.All.KeyOf(ended), cancellationToken)
            ).Row;
            if (listed is { HasEnded: true } && listed.WriteId == ended.WriteId && listed.Status == ended.Status)
            {
                return true;
            }

            if (await read() is not { } now || now.ETag != ended.ETag)
            {
                return false;
            }

            if (listed is { HasEnded: false } && clock.GetUtcNow() - listed.UpdatedAt <= UntilRow)
            {
                // The row that the mark was made for may be on its way. A review ends with a decision; any other end stays one.
                await (ended.Status == SettlementStatus.NeedsReview ? Task.CompletedTask : AddEndAsync(ended, cancellationToken));
                return false;
            }

            if (await TryFileAsync(ended, listed?.ETag, cancellationToken))
            {
                return true;
            }
        }
    }

    /// <summary>Lists an attempt by its end alone, such as one before the present one.</summary>
    public Task AddEndAsync(Settlement ended, CancellationToken cancellationToken) =>
        table.UpsertEntityAsync(CopyOf(ended, EndKeyOf(ended)), TableUpdateMode.Replace, cancellationToken);

    /// <summary>Takes off the list what said that a settlement has ended, before its row says otherwise and after it was marked.</summary>
    /// <param name="ended">The row.</param>
    /// <param name="isOver">Whether the attempt keeps that end: another one begins.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task RemoveEndAsync(Settlement ended, bool isOver, CancellationToken cancellationToken) =>
        Task.WhenAll(
            RemoveAsync(SettlementRange.Of(ended.Status).KeyOf(ended), cancellationToken),
            isOver ? Task.CompletedTask : RemoveAsync(EndKeyOf(ended), cancellationToken)
        );

    /// <summary>Takes off the list what was never accepted.</summary>
    public Task ForgetAsync(Settlement settlement, CancellationToken cancellationToken) =>
        Task.WhenAll(
            ForgetAsync(settlement.IndexKey, cancellationToken),
            table.DeleteEntityAsync(
                SettlementRange.OfCustomer(settlement.CustomerHash).Partition,
                settlement.IndexKey,
                ETag.All,
                cancellationToken
            )
        );

    /// <summary>Takes off the list by time what no row stands behind.</summary>
    public Task ForgetAsync(string indexKey, CancellationToken cancellationToken) =>
        RemoveAsync(SettlementRange.All.Prefix + indexKey, cancellationToken);

    /// <summary>Reads a range, newest first, by one call for each thousand: what has ended as it is, and of the rest marks.</summary>
    /// <param name="range">The range.</param>
    /// <param name="from">Those accepted from this time on (UTC); null for no beginning.</param>
    /// <param name="to">Those accepted before this time (UTC); null for no end.</param>
    /// <param name="after">The index key after which to go on; null for the beginning.</param>
    /// <param name="most">How many at the most.</param>
    /// <param name="cancellationToken">Stops it.</param>
    internal Task<List<Settlement>> ReadAsync(
        SettlementRange range,
        DateTimeOffset? from,
        DateTimeOffset? to,
        string? after,
        int most,
        CancellationToken cancellationToken
    )
    {
        var (first, end) = range.KeysIn(from, to);
        // The first key after another one.
        var next = after is null ? first : $"{range.Prefix}{after}!";
        return ReadKeysAsync(range.Partition, string.CompareOrdinal(next, first) > 0 ? next : first, end, most, null, cancellationToken);
    }

    /// <summary>
    /// Reads the attempts that ended in a span, oldest first, as they ended: what the books show of them, and nothing else. While a page
    /// is worked on, the next one is on its way.
    /// </summary>
    /// <param name="from">The span's first moment (UTC).</param>
    /// <param name="to">The moment at which it is over (UTC).</param>
    /// <param name="cancellationToken">Stops it.</param>
    internal async IAsyncEnumerable<Settlement> ReadEndedAsync(
        DateTimeOffset from,
        DateTimeOffset to,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var end = $"{EndPrefix}{TicksOf(to)}";
        var reading = PageFromAsync($"{EndPrefix}{TicksOf(from)}");
        try
        {
            while (true)
            {
                var page = await reading;
                var isLast = page.Count < LongestPage;
                reading = isLast ? reading : PageFromAsync(page[^1].RowKey + "!");
                foreach (var ended in page)
                {
                    yield return ended;
                }

                if (isLast)
                {
                    yield break;
                }
            }
        }
        finally
        {
            // Who leaves early leaves a page that is on its way.
            await leaving.CancelAsync();
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Task<List<Settlement>> PageFromAsync(string first) =>
            ReadKeysAsync(SettlementRange.Listed, first, end, LongestPage, BookColumns, leaving.Token);
    }

    /// <summary>Reads a page of the attempts that ended before a time, oldest first.</summary>
    /// <param name="after">The key of the last one of the page before; null for the first page.</param>
    /// <param name="before">The time (UTC).</param>
    /// <param name="most">How many at the most.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task<List<Settlement>> ReadEndsAsync(string? after, DateTimeOffset before, int most, CancellationToken cancellationToken) =>
        ReadKeysAsync(
            SettlementRange.Listed,
            after is null ? EndPrefix : $"{after}!",
            $"{EndPrefix}{TicksOf(before)}",
            most,
            null,
            cancellationToken
        );

    /// <summary>
    /// Reads a page of what is listed under a customer, newest first: marks, of which only the keys and the code are to be believed.
    /// </summary>
    /// <param name="customerHash">The customer.</param>
    /// <param name="after">The index key after which to go on; null for the first page.</param>
    /// <param name="most">How many at the most.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task<List<Settlement>> ReadOfCustomerAsync(string customerHash, string? after, int most, CancellationToken cancellationToken) =>
        ReadAsync(SettlementRange.OfCustomer(customerHash), null, null, after, most, cancellationToken);

    /// <summary>
    /// Takes a settlement off the list of a customer, unless it was put there lately: a new attempt may be about to begin.
    /// </summary>
    /// <returns>Whether it is off.</returns>
    public async Task<bool> TryRemoveFromCustomerAsync(string customerHash, string indexKey, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        var partition = SettlementRange.OfCustomer(customerHash).Partition;
        if ((await table.FindAsync<Settlement>(partition, indexKey, cancellationToken)).Row is not { } entry)
        {
            return true;
        }

        if (clock.GetUtcNow() - entry.UpdatedAt <= UntilRow)
        {
            return false;
        }

        try
        {
            await table.DeleteEntityAsync(partition, indexKey, entry.ETag, cancellationToken);
            return true;
        }
        catch (RequestFailedException again) when (again.Status == 412)
        {
            return false;
        }
    }

    private async Task<List<Settlement>> ReadKeysAsync(
        string partition,
        string first,
        string end,
        int most,
        IReadOnlyList<string>? columns,
        CancellationToken cancellationToken
    )
    {
        await setup.ReadyAsync(cancellationToken);
        return await table.ReadAsync<Settlement>(
            TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey ge {first} and RowKey lt {end}"),
            most,
            columns,
            cancellationToken
        );
    }

    /// <summary>Lists an end over a mark; where there is none, only if there is none.</summary>
    private async Task<bool> TryFileAsync(Settlement ended, ETag? mark, CancellationToken cancellationToken)
    {
        var byTime = CopyOf(ended, SettlementRange.All.KeyOf(ended));
        try
        {
            await table.SubmitTransactionAsync(
                [
                    mark is { } etag
                        ? new(TableTransactionActionType.UpdateReplace, byTime, etag)
                        : new(TableTransactionActionType.Add, byTime),
                    new(TableTransactionActionType.UpsertReplace, CopyOf(ended, SettlementRange.Of(ended.Status).KeyOf(ended))),
                    new(TableTransactionActionType.UpsertReplace, CopyOf(ended, EndKeyOf(ended))),
                ],
                cancellationToken
            );
            return true;
        }
        catch (RequestFailedException other) when (other.Status is 404 or 409 or 412)
        {
            return false;
        }
    }

    private async Task RemoveAsync(string key, CancellationToken cancellationToken) =>
        await table.DeleteEntityAsync(SettlementRange.Listed, key, ETag.All, cancellationToken);

    private static string EndKeyOf(Settlement ended) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{EndPrefix}{TicksOf(ended.Ended!.Value)}-{TableKeys.Escape(ended.Code)}-{ended.Attempts:D4}"
        );

    private static string TicksOf(DateTimeOffset moment) => moment.UtcTicks.ToString("D19", CultureInfo.InvariantCulture);

    private static TableEntity MarkOf(Settlement settlement, SettlementRange range, DateTimeOffset now) =>
        new(range.Partition, range.KeyOf(settlement))
        {
            [nameof(Settlement.Status)] = nameof(SettlementStatus.Queued),
            [nameof(Settlement.Code)] = settlement.Code,
            [nameof(Settlement.CustomerHash)] = settlement.CustomerHash,
            [nameof(Settlement.CreatedAt)] = settlement.CreatedAt,
            [nameof(Settlement.UpdatedAt)] = now,
        };

    private static Settlement CopyOf(Settlement ended, string key) =>
        ended.WithoutSecrets() with
        {
            PartitionKey = SettlementRange.Listed,
            RowKey = key,
            HoldETag = null,
            KnownCredit = null,
            KnownCreditAt = null,
            OpenETag = "",
            ListETag = null,
        };
}
