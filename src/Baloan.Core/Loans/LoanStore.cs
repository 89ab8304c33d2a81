using Azure;
using Azure.Data.Tables;
using Baloan.Core.Counters;
using Baloan.Core.Events;
using Baloan.Core.Storage;
using Baloan.Core.Telemetry;
using Microsoft.Extensions.Logging;

namespace Baloan.Core.Loans;

/// <summary>Keeps loans in Table storage: the present state, the history of callbacks, and lists by state.</summary>
/// <remarks>
/// A loan is a partition: its row, and a row for each callback. Both are written in one transaction, under the ETag of the loan's row,
/// so that callbacks of one loan are judged one after the other, on however many instances they arrive. What lies outside the partition
/// is written before it (the entry of the new state, the events for subscribers) or taken away after it (the entry of the old state):
/// whatever process dies in between, nothing is missing, and what is too much is seen by reading the row.
/// </remarks>
public sealed partial class LoanStore(
    StorageClients storage,
    StorageSetup setup,
    EventPublisher publisher,
    CounterStore counters,
    TimeProvider time,
    StorageClock clock,
    AppMeter meter,
    ILogger<LoanStore> logger
) : IChangeRecord
{
    // An entry of the index is written just before its row.
    private static readonly TimeSpan EntryWithoutRow = TimeSpan.FromMinutes(10);

    // Baloan waits for its answer meanwhile.
    private static readonly TimeSpan AnnouncingPatience = TimeSpan.FromSeconds(2);

    // The partition of the index for changes of which subscribers have not been told yet.
    private const string Unannounced = "unannounced";

    private const int LongestState = 1_000;

    // A text in a table has at most 32 Ki characters; the body keeps the whole.
    private const int LongestReason = 30_000;
    private const int LongestReasonInEvents = 1_000;
    private const int PageOfHistory = 100;
    private const int ManyUnknown = 100;
    private const int MostErasedPages = 100;
    private const int MostReads = 3;
    private const int GateCount = 64;

    private readonly TableClient table = storage.Tables.GetTableClient(StorageSetup.LoansTable);
    private readonly StatusIndex index = new(storage, setup, clock, StorageSetup.LoanIndexTable);

    // Callbacks of one loan that arrive together would only take each other's ETag away.
    private readonly SemaphoreSlim[] gates = [.. Enumerable.Range(0, GateCount).Select(_ => new SemaphoreSlim(1))];

    /// <summary>At which gate callbacks of a loan wait for each other in this process. Two loans may have the same one.</summary>
    public static int GateOf(string uuid) => (int)((uint)uuid.GetHashCode(StringComparison.Ordinal) % GateCount);

    /// <summary>Reads a loan; null where nothing is recorded of it.</summary>
    public async Task<Loan?> FindAsync(string uuid, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        var (row, unreadable) = await table.FindAsync<Loan>(uuid, Loan.Row, cancellationToken);
        if (row is null || (unreadable.Count == 0 && (row.State is null || LoanStates.All.Contains(row.State))))
        {
            return row;
        }

        Log.NotWhole(logger, uuid, string.Join(", ", unreadable));
        return row with { State = LoanStates.All.Contains(row.State) ? row.State : null };
    }

    /// <summary>Reads a loan with its history; null where nothing is recorded of it.</summary>
    /// <param name="uuid">The loan.</param>
    /// <param name="after">The key of the last unknown state of the page before; null for the first page.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>
    /// On the first page all known states, oldest first; then a page of unknown ones, newest first, and the key to go on after, which is
    /// null at the end.
    /// </returns>
    public async Task<(Loan Loan, IReadOnlyList<LoanHistoryEntry> History, string? After)?> ReadAsync(
        string uuid,
        string? after,
        CancellationToken cancellationToken
    )
    {
        for (var tries = 1; ; tries++)
        {
            if (await FindAsync(uuid, cancellationToken) is not { } loan)
            {
                return null;
            }

            var first = after is null ? LoanHistoryEntry.FirstRecentKey : after + "!";
            var reading = ReadHistoryAsync(uuid, first, LoanHistoryEntry.AfterLastRecentKey, PageOfHistory + 1, cancellationToken);
            var known = after is null
                ? await ReadHistoryAsync(uuid, LoanHistoryEntry.FirstKey, LoanHistoryEntry.AfterLastKey, int.MaxValue, cancellationToken)
                : [];
            var unknown = await reading;
            // Two reads, and a callback may come in between: then the history would be ahead of the state.
            if (tries == MostReads || known.TrueForAll(entry => entry.Note is not null || entry.ReceivedAt <= loan.UpdatedAt))
            {
                var page = unknown.Take(PageOfHistory).ToArray();
                return (
                    loan,
                    [
                        .. known
                            .Where(row => !IsUnknown(row))
                            .OrderBy(row => row.ReceivedAt)
                            .ThenBy(row => row.RowKey, StringComparer.Ordinal),
                        // Among the known ones are those of before unknown ones had keys of their own.
                        .. known.Where(IsUnknown).Concat(page).OrderByDescending(row => row.ReceivedAt),
                    ],
                    unknown.Count > PageOfHistory ? page[^1].RowKey : null
                );
            }
        }

        static bool IsUnknown(LoanHistoryEntry row) => LoanRules.VerdictOf(row.Note) == LoanVerdict.UnknownState;
    }

    private async Task<List<LoanHistoryEntry>> ReadHistoryAsync(
        string uuid,
        string first,
        string behind,
        int most,
        CancellationToken cancellationToken
    ) =>
        await table.ReadAsync<LoanHistoryEntry>(
            TableClient.CreateQueryFilter($"PartitionKey eq {uuid} and RowKey ge {first} and RowKey lt {behind}"),
            most,
            LoanHistoryEntry.Shown,
            cancellationToken
        );

    /// <summary>Reads a page of loans, last changed first.</summary>
    /// <param name="state">Those of one state, or <see cref="Loan.NoState"/>; null for all.</param>
    /// <param name="top">How many at the most.</param>
    /// <param name="after">The index key of the last one of the page before; null for the first page.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The rows, and the key to go on after; null at the end.</returns>
    public Task<(IReadOnlyList<Loan> Rows, string? After)> ListAsync(
        string? state,
        int top,
        string? after,
        CancellationToken cancellationToken
    ) =>
        index.ListAsync(
            state is null ? [.. LoanStates.All, Loan.NoState] : [state],
            top,
            after,
            FindAsync,
            (row, entry) => row.IndexKey == entry.Key && (state is null || row.IndexPartition == state),
            entry => RemoveStrayAsync(entry, cancellationToken),
            cancellationToken
        );

    /// <summary>Reads a page of all loans, in the order of their uuids.</summary>
    /// <param name="after">The uuid of the last one of the page before; null for the first page.</param>
    /// <param name="most">How many at the most.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<List<Loan>> ReadAllAsync(string? after, int most, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        var (first, row) = (after ?? "", Loan.Row);
        return await table.ReadAsync<Loan>(
            TableClient.CreateQueryFilter($"PartitionKey gt {first} and RowKey eq {row}"),
            most,
            null,
            cancellationToken
        );
    }

    /// <summary>Erases what Baloan wrote in its own words about a loan that is over: first its history, then its row.</summary>
    /// <returns>Whether all is erased; not where a callback has come meanwhile, or there is more than is done at once.</returns>
    public async Task<bool> TryEraseAsync(Loan loan, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        var (uuid, after, end) = (loan.Uuid, LoanHistoryEntry.FirstKey, LoanHistoryEntry.AfterLastRecentKey);
        for (var pages = 0; pages < MostErasedPages; pages++)
        {
            var page = await table.ReadAsync<LoanHistoryEntry>(
                TableClient.CreateQueryFilter($"PartitionKey eq {uuid} and RowKey gt {after} and RowKey lt {end} and RowKey ne {Loan.Row}"),
                PageOfHistory,
                null,
                cancellationToken
            );
            if (page.Count == 0)
            {
                return await TryReplaceAsync(loan with { Reason = null, PlanDetail = null, ErasedAt = clock.GetUtcNow() });
            }

            after = page[^1].RowKey;
            var changes = page.Where(entry => !entry.IsOfKnownState || entry.Reason is not null || entry.Body.Length > 0)
                .Select(entry =>
                    entry.IsOfKnownState
                        ? new TableTransactionAction(TableTransactionActionType.UpdateReplace, entry.Bare(), entry.ETag)
                        : new TableTransactionAction(TableTransactionActionType.Delete, entry, entry.ETag)
                )
                .ToList();
            try
            {
                if (changes.Count > 0)
                {
                    await table.SubmitTransactionAsync(changes, cancellationToken);
                }
            }
            catch (RequestFailedException lost) when (lost.Status is 404 or 412)
            {
                return false;
            }
        }

        return false;

        async Task<bool> TryReplaceAsync(Loan bare)
        {
            try
            {
                await table.UpdateEntityAsync(bare, loan.ETag, TableUpdateMode.Replace, cancellationToken);
                return true;
            }
            catch (RequestFailedException lost) when (lost.Status is 404 or 412)
            {
                return false;
            }
        }
    }

    /// <summary>Whether a callback was recorded as news under a key: it may have been announced, and have turned out to be late.</summary>
    public async Task<bool> HasChangeAsync(string uuid, string key, string eventId, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        return await FindEntryAsync(uuid, key, cancellationToken) is { Note: null } entry && entry.CallbackId == eventId;
    }

    /// <summary>What is to be counted of something that was announced; null where it is not recorded.</summary>
    public async Task<CounterIncrement?> CountOfAsync(PendingIncrement begun, CancellationToken cancellationToken)
    {
        if (begun.CallbackId.Length == 0)
        {
            return await FindAsync(begun.Uuid, cancellationToken) is { IsCreatedByOpening: true, OpenedAt: { } openedAt } loan
                ? LoanCounters.Opening(loan.Uuid, openedAt)
                : null;
        }

        var seen = await FindEntryAsync(begun.Uuid, begun.HistoryKey, cancellationToken);
        var own =
            seen?.CallbackId == begun.CallbackId
                ? seen
                : await FindEntryAsync(begun.Uuid, LoanHistoryEntry.KeyOfAgain(begun.HistoryKey, begun.CallbackId), cancellationToken);
        return own is not null
                ? LoanCounters.Callback(begun.CallbackId, begun.HappenedAt, LoanRules.VerdictOf(own.Note), own.CountedFrom, own.State)
            : seen?.HasCounted(begun.CallbackId) == true
                ? LoanCounters.Callback(begun.CallbackId, begun.HappenedAt, LoanVerdict.Duplicate, null, seen.State)
            : null;
    }

    /// <summary>Tells subscribers of the changes that they could not be told of in time. The sweep does this.</summary>
    /// <exception cref="RequestFailedException">Storage is away; the next sweep goes on.</exception>
    public async Task AnnounceOverdueAsync(CancellationToken cancellationToken)
    {
        await foreach (var overdue in index.ReadAsync(Unannounced, null, 100, cancellationToken))
        {
            if (
                overdue.Id.Split(' ') is [var uuid, var key, var callbackId]
                && await FindEntryAsync(uuid, key, cancellationToken) is { Note: null } entry
                && entry.CallbackId == callbackId
            )
            {
                await publisher.PublishAsync(EventOf(entry), cancellationToken);
                await index.RemoveAsync(Unannounced, overdue.Key, overdue.ETag, cancellationToken);
            }
            else
            {
                await RemoveStrayAsync(overdue, cancellationToken);
            }
        }
    }

    /// <summary>Records a callback that has just come.</summary>
    /// <returns>What it was taken for.</returns>
    /// <exception cref="RequestFailedException">Table storage is away; it may or may not have been recorded.</exception>
    public Task<LoanVerdict> RecordAsync(LoanCallback callback, CancellationToken cancellationToken) =>
        RecordAsync(callback, mayBeRecorded: false, cancellationToken);

    /// <summary>Records a callback.</summary>
    /// <param name="callback">The callback.</param>
    /// <param name="mayBeRecorded">Whether this very delivery may have been recorded before; then that changes nothing.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What it was taken for.</returns>
    /// <exception cref="RequestFailedException">Table storage is away; it may or may not have been recorded.</exception>
    public async Task<LoanVerdict> RecordAsync(LoanCallback callback, bool mayBeRecorded, CancellationToken cancellationToken)
    {
        var gate = gates[GateOf(callback.Uuid)];
        await gate.WaitAsync(cancellationToken);
        try
        {
            var verdict = await RecordInTurnAsync(callback, mayBeRecorded, cancellationToken);
            Log.Recorded(logger, callback.Uuid, verdict);
            meter.CallbackRecorded(verdict);
            return verdict;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Records that a loan was opened here; callbacks may have come before. Recording it again changes nothing.</summary>
    /// <exception cref="RequestFailedException">Table storage is away; it may or may not have been recorded.</exception>
    public async Task RecordAsync(LoanOpening opening, CancellationToken cancellationToken)
    {
        while (true)
        {
            var loan = await FindAsync(opening.Uuid, cancellationToken);
            if (loan?.OpenedAt is not null)
            {
                if (loan.IsCreatedByOpening)
                {
                    counters.CountSoon(LoanCounters.Opening(loan.Uuid, loan.OpenedAt.Value));
                }

                return;
            }

            var next = (loan ?? new Loan { PartitionKey = opening.Uuid, UpdatedAt = opening.OpenedAt }) with
            {
                Amount = opening.Amount,
                LoanDue = opening.LoanDue,
                Store = opening.Store,
                PlanDetail = opening.PlanDetail,
                OpenedAt = opening.OpenedAt,
            };
            if (next.State is null)
            {
                // Its time is that of the opening, also where a callback of a state that nobody knows has come before.
                next = next with
                {
                    State = LoanStates.Created,
                    Reached = LoanStates.RankOf(LoanStates.Created),
                    UpdatedAt = opening.OpenedAt,
                    IsCreatedByOpening = true,
                    IsCounted = true,
                };
            }

            var announcing = next.IsCreatedByOpening
                ? counters.AddPendingAsync(LoanCounters.Pending(opening), cancellationToken)
                : Task.CompletedTask;
            if (await TryWriteAsync(loan, next, [], announcing, cancellationToken))
            {
                if (next.IsCreatedByOpening)
                {
                    counters.CountSoon(LoanCounters.Opening(opening.Uuid, opening.OpenedAt));
                }

                return;
            }
        }
    }

    private async Task<LoanVerdict> RecordInTurnAsync(LoanCallback callback, bool mayBeRecorded, CancellationToken cancellationToken)
    {
        var firstKey = LoanHistoryEntry.KeyOf(callback);
        var announced = new HashSet<string>();
        var alerted = false;
        var begun = counters.AddPendingAsync(LoanCounters.Pending(callback), cancellationToken);
        while (true)
        {
            // At once, so that the announcement takes no time of its own.
            var reading = FindAsync(callback.Uuid, cancellationToken);
            await Task.WhenAll(reading, begun);
            var loan = await reading;

            // Who meets the state that is there, or the end, has most likely been here before; who was refused a write as well.
            LoanHistoryEntry? seen = null;
            if (mayBeRecorded || loan?.State == callback.State || LoanStates.IsFinal(loan?.State))
            {
                seen = await FindEntryAsync(callback.Uuid, firstKey, cancellationToken);
                var own =
                    seen is null || seen.CallbackId == callback.Id ? seen
                    : mayBeRecorded ? await FindEntryAsync(callback.Uuid, LoanHistoryEntry.KeyOfAgain(callback), cancellationToken)
                    : null;
                if (own is not null)
                {
                    // Written by an earlier try whose answer was lost. An entry of the index that it left behind is taken away by a list.
                    return Counted(callback, LoanRules.VerdictOf(own.Note), own.CountedFrom);
                }

                if (seen?.HasCounted(callback.Id) == true)
                {
                    return Counted(callback, LoanVerdict.Duplicate, null);
                }
            }

            var verdict = LoanRules.Judge(loan?.State, loan?.Reached ?? 0, callback.State, seen is not null, IsOvertaken(loan, callback));
            if (verdict == LoanVerdict.Duplicate)
            {
                if (await TryCountAsync(seen!, callback.Id, cancellationToken))
                {
                    return Counted(callback, verdict, null);
                }

                mayBeRecorded = true;
                continue;
            }

            var entry = EntryOf(callback, seen is null ? firstKey : LoanHistoryEntry.KeyOfAgain(callback), LoanRules.NoteOf(verdict)) with
            {
                CountedFrom = loan is { IsCounted: true } ? loan.State : null,
            };
            if (loan?.ErasedAt is not null)
            {
                entry = entry.Bare();
            }

            var announcing =
                verdict == LoanVerdict.Accepted && announced.Add(entry.RowKey)
                    ? PublishAsync(entry, cancellationToken)
                    : Task.CompletedTask;
            if (!alerted && LoanStates.IsFinal(loan?.State) && verdict is LoanVerdict.Conflict or LoanVerdict.UnknownState)
            {
                // Before the row: who finds the row takes the callback for one that is known. An alert too many, where another instance
                // writes the same state meanwhile, still says what Baloan said.
                if (verdict == LoanVerdict.Conflict)
                {
                    Log.Conflict(logger, callback.Uuid, callback.State, loan!.State!);
                }
                else
                {
                    Log.UnknownAfterEnd(logger, callback.Uuid, loan!.State!);
                }

                alerted = true;
            }

            var next = After(loan, callback, verdict);
            IReadOnlyList<TableTransactionAction> rows =
                verdict == LoanVerdict.UnknownState
                    ? [new(TableTransactionActionType.Add, entry), new(TableTransactionActionType.Add, entry.Recent())]
                    : [new(TableTransactionActionType.Add, entry)];
            if (await TryWriteAsync(loan, next, rows, announcing, cancellationToken))
            {
                // Also later on: this process may have died before it said so.
                if (verdict == LoanVerdict.UnknownState && (next.UnknownStates == ManyUnknown + 1 || next.UnknownStates % 1_000 == 0))
                {
                    Log.ManyUnknown(logger, callback.Uuid, ManyUnknown);
                }

                return Counted(callback, verdict, entry.CountedFrom);
            }

            mayBeRecorded = true;
        }
    }

    private LoanVerdict Counted(LoanCallback callback, LoanVerdict verdict, string? from)
    {
        counters.CountSoon(LoanCounters.Callback(callback.Id, callback.ReceivedAt, verdict, from, callback.State));
        return verdict;
    }

    /// <summary>Whether a callback was received before the one that made the present state, and only now gets its turn.</summary>
    private static bool IsOvertaken(Loan? loan, LoanCallback callback) =>
        loan?.State is not null
        && callback.ReceivedAt < loan.UpdatedAt
        // The answer to the opening takes longer than Baloan's first callback.
        && loan.UpdatedAt != loan.OpenedAt;

    private static Loan After(Loan? loan, LoanCallback callback, LoanVerdict verdict)
    {
        loan ??= new Loan { PartitionKey = callback.Uuid, UpdatedAt = callback.ReceivedAt };
        var reached = Math.Max(loan.Reached, LoanStates.RankOf(callback.State));
        return verdict switch
        {
            LoanVerdict.Accepted => loan with
            {
                State = callback.State,
                Reason = loan.ErasedAt is null
                    ? Shortened(callback.Reason, LongestReason) ?? (loan.State == callback.State ? loan.Reason : null)
                    : null,
                Reached = reached,
                UpdatedAt = callback.ReceivedAt,
                IsCounted = true,
            },
            LoanVerdict.Late => loan with { Reached = reached },
            LoanVerdict.UnknownState => loan with { UnknownStates = loan.UnknownStates + 1 },
            _ => loan,
        };
    }

    /// <summary>Writes a loan's row with what goes with it, and lists it where it belongs.</summary>
    /// <param name="read">The row as it was read; null where there was none.</param>
    /// <param name="next">The row as it is to be.</param>
    /// <param name="rows">What is written in the same transaction.</param>
    /// <param name="announcing">What has been begun and has to be done before it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Whether it was written; not where somebody else has changed the loan, or one of the rows is there already.</returns>
    private async Task<bool> TryWriteAsync(
        Loan? read,
        Loan next,
        IReadOnlyList<TableTransactionAction> rows,
        Task announcing,
        CancellationToken cancellationToken
    )
    {
        var moves = read is null || read.IndexPartition != next.IndexPartition || read.IndexKey != next.IndexKey;
        await Task.WhenAll(
            moves ? index.AddAsync(next.IndexPartition, next.IndexKey, next.Uuid, cancellationToken) : Task.CompletedTask,
            announcing
        );

        try
        {
            await table.SubmitTransactionAsync(
                [
                    read is null
                        ? new TableTransactionAction(TableTransactionActionType.Add, next)
                        : new TableTransactionAction(TableTransactionActionType.UpdateReplace, next, read.ETag),
                    .. rows,
                ],
                cancellationToken
            );
        }
        catch (RequestFailedException lost) when (lost.Status is 409 or 412)
        {
            return false;
        }

        if (moves && read is not null)
        {
            await index.RemoveAsync(read.IndexPartition, read.IndexKey, ETag.All, cancellationToken);
        }

        return true;
    }

    /// <summary>Tells subscribers of a row that is about to be written. Where the queue is away, the row is written all the same.</summary>
    private async Task PublishAsync(LoanHistoryEntry entry, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(AnnouncingPatience, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            await publisher.PublishAsync(EventOf(entry), limit.Token);
        }
        catch (Exception outage)
            when (!cancellationToken.IsCancellationRequested && (outage is OperationCanceledException || StorageOutage.IsCauseOf(outage)))
        {
            Log.NotAnnounced(logger, entry.PartitionKey, outage);
            await index.AddAsync(
                Unannounced,
                TableKeys.NewestFirst(entry.ReceivedAt, entry.CallbackId),
                $"{entry.PartitionKey} {entry.RowKey} {entry.CallbackId}",
                cancellationToken
            );
        }
    }

    private async Task<LoanHistoryEntry?> FindEntryAsync(string uuid, string key, CancellationToken cancellationToken) =>
        (await table.FindAsync<LoanHistoryEntry>(uuid, key, cancellationToken)).Row;

    private async Task<bool> TryCountAsync(LoanHistoryEntry seen, string callbackId, CancellationToken cancellationToken)
    {
        try
        {
            await table.UpdateEntityAsync(seen.Counting(callbackId), seen.ETag, TableUpdateMode.Replace, cancellationToken);
            return true;
        }
        catch (RequestFailedException lost) when (lost.Status == 412)
        {
            return false;
        }
    }

    private async Task RemoveStrayAsync(StatusIndex.Entry entry, CancellationToken cancellationToken)
    {
        // A younger one may be of a write that is still to come.
        if (clock.GetUtcNow() - entry.WrittenAt > EntryWithoutRow)
        {
            await index.RemoveAsync(entry.Partition, entry.Key, entry.ETag, cancellationToken);
        }
    }

    private static LoanHistoryEntry EntryOf(LoanCallback callback, string key, string? note) =>
        new()
        {
            PartitionKey = callback.Uuid,
            RowKey = key,
            CallbackId = callback.Id,
            State = Shortened(callback.State, LongestState)!,
            Reason = Shortened(callback.Reason, LongestReason),
            ReceivedAt = callback.ReceivedAt,
            Note = note,
            Body = callback.Body,
        };

    private static SubscriberEvent EventOf(LoanHistoryEntry entry) =>
        new(
            entry.CallbackId,
            SubscriberEvent.LoanState,
            entry.State,
            entry.ReceivedAt,
            new()
            {
                ["uuid"] = entry.PartitionKey,
                ["state"] = entry.State,
                ["reason"] = Shortened(entry.Reason, LongestReasonInEvents),
            }
        )
        {
            Change = new(entry.PartitionKey, entry.RowKey),
        };

    private static string? Shortened(string? text, int length) =>
        text is null || text.Length <= length
            ? text
            : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[length - 1]) ? length - 1 : length), "…");

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "A callback for loan {Uuid} was recorded: {Verdict}.")]
        public static partial void Recorded(ILogger logger, string uuid, LoanVerdict verdict);

        [LoggerMessage(
            2,
            LogLevel.Critical,
            "Loan {Uuid} has ended as {Current}, and now Baloan calls it {State}. Ask Baloan which is true."
        )]
        public static partial void Conflict(ILogger logger, string uuid, string state, string current);

        [LoggerMessage(3, LogLevel.Warning, "Subscribers could not be told of a change of loan {Uuid} yet; the sweep will do so.")]
        public static partial void NotAnnounced(ILogger logger, string uuid, Exception exception);

        [LoggerMessage(
            5,
            LogLevel.Critical,
            "Loan {Uuid} has ended as {Current}, and now Baloan gives it a state that this app does not know; its history has it. Ask "
                + "Baloan what it means."
        )]
        public static partial void UnknownAfterEnd(ILogger logger, string uuid, string current);

        [LoggerMessage(
            6,
            LogLevel.Critical,
            "Loan {Uuid} has got more than {Count} states that this app does not know. Somebody may be sending junk with the key of the "
                + "callback: ask Baloan, and change that key."
        )]
        public static partial void ManyUnknown(ILogger logger, string uuid, int count);

        [LoggerMessage(
            4,
            LogLevel.Error,
            "The row of loan {Uuid} is not whole; the next callback writes its state anew. Columns of another type: {Columns}."
        )]
        public static partial void NotWhole(ILogger logger, string uuid, string columns);
    }
}
