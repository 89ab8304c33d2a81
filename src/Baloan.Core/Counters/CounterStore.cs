using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Data.Tables;
using Baloan.Core.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Baloan.Core.Counters;

/// <summary>Keeps the counters of the statistics: of each hour, and of the loans by state.</summary>
/// <remarks>
/// Each thing that is counted gets a row of its own in the transaction that adds to the counters, and where that row is there already
/// the transaction fails: so nothing is counted twice, and anybody may count anything again to be sure. Ends of settlements are counted
/// while they are filed, which the sweep repeats until it is done. Nothing repeats a callback, so that a <see cref="PendingIncrement"/> is
/// written before it. What comes together is counted together, by one writer a process. Processes that count at once would take each
/// other's ETag away: a counter is the sum of many rows, and who finds that another writes to theirs goes to another. All are in one
/// partition with the rows of what is counted, which is what keeps anything from being counted in two of them.
/// </remarks>
public sealed partial class CounterStore(StorageClients storage, StorageSetup setup, TimeProvider time, ILogger<CounterStore> logger)
    : IHostedService
{
    /// <summary>The most hours that can be asked for.</summary>
    public const int LongestSpan = 168;

    private const string Partition = "stats";
    private const string CountedPrefix = "counted-";
    private const string HourPrefix = "hour-";
    private const string LoansKey = "loans";

    // In rows of their own, because an older version beside this one writes the columns of an hour that it knows, and no others. They come
    // after those of the hours and of the loans, so that one range has all.
    private const string SumsPrefix = "sums-";
    private const string HourColumn = "Hour";
    private const string HourFormat = "yyyyMMddHH";
    private static readonly string[] Keys = [nameof(ITableEntity.PartitionKey), nameof(ITableEntity.RowKey)];

    // More than there are instances, as a rule. Only those are there that somebody has written to.
    private const int Ways = 128;

    // A transaction has at most a hundred rows: for each count its own, and those of its hour and of the hour where it was counted
    // before; and the
    // loans'.
    private const int MostCounts = 19;
    private const int MostDeletes = 99;
    private const int MostSwept = 5_000;

    // Each time somebody else has written; one of them gets on.
    private const int MostTries = 50;

    // The loans', the hour that is and the one before are what is written to.
    private const int MostRemembered = 10;

    private static readonly TimeSpan KeptFor = TimeSpan.FromHours(LongestSpan + 48);

    private readonly Lock gate = new();
    private readonly Queue<Order> orders = new();

    // As this process has left them, for its one writer. Where another process has written since, their ETag tells.
    private readonly Dictionary<string, TableEntity> latest = [];
    private volatile Task working = Task.CompletedTask;
    private bool isWorking;

    // What the keys of its counters end in: nothing at first, which is all that an older version knows.
    private string way = "";

    // It is made with the host, and the host is to start before there are clients.
    private TableClient Table => field ??= storage.Tables.GetTableClient(StorageSetup.StatsTable);

    /// <summary>Counts, and waits until it is counted.</summary>
    /// <exception cref="RequestFailedException">Table storage is away; nothing or all of it was counted.</exception>
    public Task CountAsync(params IReadOnlyList<CounterIncrement> counts)
    {
        var order = new Order(counts, new TaskCompletionSource());
        Begin(order);
        return order.Done!.Task;
    }

    /// <summary>Counts soon. Where that fails it is only logged: somebody has to make it good.</summary>
    public void CountSoon(CounterIncrement count) => Begin(new Order([count], null));

    /// <summary>Announces what will have to be counted, before it is recorded.</summary>
    public async Task AddPendingAsync(PendingIncrement pending, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        // Also where it is there already: with its ETag changes what the sweep may take away.
        await Table.UpsertEntityAsync(
            pending with
            {
                PartitionKey = Partition,
                WrittenAt = time.GetUtcNow(),
            },
            TableUpdateMode.Replace,
            cancellationToken
        );
    }

    /// <summary>Takes away the announcement of what was not recorded; nothing where it has been announced again.</summary>
    public async Task RemovePendingAsync(PendingIncrement pending, CancellationToken cancellationToken)
    {
        try
        {
            await Table.DeleteEntityAsync(pending.PartitionKey, pending.RowKey, pending.ETag, cancellationToken);
        }
        catch (RequestFailedException elsewise) when (elsewise.Status is 404 or 412)
        {
            // Counted meanwhile, or under way again.
        }
    }

    /// <summary>Reads what was announced and is not counted yet, and takes away what is too old to be asked for.</summary>
    /// <returns>What was announced, and whether that and what was taken away is all that there is.</returns>
    public async Task<(IReadOnlyList<PendingIncrement> Pending, bool IsAll)> SweepAsync(CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        var now = time.GetUtcNow();

        // One range has both, so that a sweep with nothing to do is one call.
        var end = CountedPrefix + HourOf(now - KeptFor);
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {Partition} and RowKey lt {end}");
        var pending = new List<PendingIncrement>();
        var old = new List<TableEntity>();
        var read = 0;
        await foreach (var row in Table.QueryAsync<TableEntity>(filter, 1_000, cancellationToken: cancellationToken).Take(MostSwept))
        {
            read++;
            if (row.RowKey.StartsWith(PendingIncrement.Prefix, StringComparison.Ordinal))
            {
                pending.Add(
                    new PendingIncrement
                    {
                        PartitionKey = row.PartitionKey,
                        RowKey = row.RowKey,
                        ETag = row.ETag,
                        Uuid = row[nameof(PendingIncrement.Uuid)] as string ?? "",
                        CallbackId = row[nameof(PendingIncrement.CallbackId)] as string ?? "",
                        HistoryKey = row[nameof(PendingIncrement.HistoryKey)] as string ?? "",
                        HappenedAt = row[nameof(PendingIncrement.HappenedAt)] as DateTimeOffset? ?? row.Timestamp ?? default,
                        WrittenAt = row[nameof(PendingIncrement.WrittenAt)] as DateTimeOffset? ?? row.Timestamp ?? default,
                    }
                );
            }
            else if (now - row.Timestamp > KeptFor)
            {
                // Later than its key says where it was counted late: until then it might be counted again.
                old.Add(row);
            }
        }

        foreach (var prefix in old.Count > 0 ? [HourPrefix, SumsPrefix] : Array.Empty<string>())
        {
            var over = TableClient.CreateQueryFilter(
                $"PartitionKey eq {Partition} and RowKey ge {prefix} and RowKey lt {prefix + HourOf(now - KeptFor)}"
            );
            old.AddRange(
                await Table.QueryAsync<TableEntity>(over, 1_000, Keys, cancellationToken).Take(MostSwept).ToListAsync(cancellationToken)
            );
        }

        foreach (var some in old.Chunk(MostDeletes))
        {
            try
            {
                await Table.SubmitTransactionAsync(some.Select(Delete), cancellationToken);
            }
            catch (RequestFailedException gone) when (gone.Status == 404)
            {
                // Another sweep is at it.
            }
        }

        return (pending, read < MostSwept);
    }

    /// <summary>Reads the counters of the hours since some time, of the loans, and the sums of all hours that are kept.</summary>
    public async Task<CounterReading> ReadAsync(DateTimeOffset first, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        var (from, to) = (HourPrefix + HourOf(first), SumsPrefix + "~");
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {Partition} and RowKey ge {from} and RowKey lt {to}");
        var hours = new Dictionary<DateTimeOffset, IReadOnlyDictionary<string, long>>();
        var sums = new Dictionary<DateTimeOffset, IReadOnlyDictionary<string, long>>();
        IReadOnlyDictionary<string, long> loans = new Dictionary<string, long>();
        await foreach (var row in Table.QueryAsync<TableEntity>(filter, 1_000, cancellationToken: cancellationToken))
        {
            if (row.RowKey.StartsWith(LoansKey, StringComparison.Ordinal))
            {
                loans = Added(loans, row);
            }
            else if (TryReadHour(row.RowKey, HourPrefix) is { } hour)
            {
                hours[hour] = Added(hours.GetValueOrDefault(hour), row);
            }
            else if (TryReadHour(row.RowKey, SumsPrefix) is { } summed)
            {
                sums[summed] = Added(sums.GetValueOrDefault(summed), row);
            }
        }

        return new CounterReading(hours, sums, loans);

        static Dictionary<string, long> Added(IReadOnlyDictionary<string, long>? before, TableEntity row)
        {
            var numbers = NumbersIn(row);
            foreach (var (column, number) in before ?? new Dictionary<string, long>())
            {
                numbers[column] = numbers.GetValueOrDefault(column) + number;
            }

            return numbers;
        }
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Counts what is left.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => working.WaitAsync(cancellationToken);

    private static string HourOf(DateTimeOffset moment) => moment.UtcDateTime.ToString(HourFormat, CultureInfo.InvariantCulture);

    private static DateTimeOffset? TryReadHour(string key, string prefix) =>
        key.StartsWith(prefix, StringComparison.Ordinal)
        && key.Length >= prefix.Length + HourFormat.Length
        && DateTimeOffset.TryParseExact(
            key.AsSpan(prefix.Length, HourFormat.Length),
            HourFormat,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var hour
        )
            ? hour
            : null;

    private static string KeyOf(CounterIncrement count) => $"{CountedPrefix}{HourOf(count.Since)}-{count.Id}";

    private static TableEntity RowOf(CounterIncrement count) => new(Partition, KeyOf(count)) { [HourColumn] = HourOf(count.At) };

    private static TableTransactionAction Delete(TableEntity row) => new(TableTransactionActionType.Delete, row, ETag.All);

    private static TableTransactionAction Replace(TableEntity row, ETag etag) => new(TableTransactionActionType.UpdateReplace, row, etag);

    /// <summary>Where to go next: as if by chance, so that those who meet part.</summary>
    private static string WayOf(string id, int tries) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"-{SHA256.HashData(Encoding.UTF8.GetBytes(id))[tries % SHA256.HashSizeInBytes] % Ways:x2}"
        );

    private static string PendingKeyOf(CounterIncrement count) => PendingIncrement.KeyOf(count.Id);

    private static Dictionary<string, long> NumbersIn(TableEntity? row) =>
        row?.Where(column => column.Value is int or long)
            .ToDictionary(column => column.Key, column => Convert.ToInt64(column.Value, CultureInfo.InvariantCulture))
        ?? [];

    private void Begin(Order order)
    {
        lock (gate)
        {
            orders.Enqueue(order);
            if (isWorking)
            {
                return;
            }

            isWorking = true;
        }

        // Whoever comes first works for all who come meanwhile: they are no part of its trace.
        using var alone = ExecutionContext.SuppressFlow();
        working = WorkOffAsync();
    }

    private async Task WorkOffAsync()
    {
        while (Next() is { Count: > 0 } some)
        {
            try
            {
                await CommitAsync([.. some.SelectMany(order => order.Counts).DistinctBy(count => count.Id)]);
                some.ForEach(order => order.Done?.TrySetResult());
            }
            catch (Exception fault)
            {
                Log.NotCounted(logger, some.Sum(order => order.Counts.Count), fault);
                some.ForEach(order => order.Done?.TrySetException(fault));
            }
        }
    }

    private List<Order> Next()
    {
        lock (gate)
        {
            var some = new List<Order>();
            for (var counts = 0; orders.TryPeek(out var order) && (counts += order.Counts.Count) <= MostCounts; )
            {
                some.Add(orders.Dequeue());
            }

            isWorking = some.Count > 0;
            return some;
        }
    }

    private async Task CommitAsync(IReadOnlyList<CounterIncrement> counts)
    {
        await setup.ReadyAsync(CancellationToken.None);

        // At first it is taken for granted that things are as they mostly are: each is new or counted as it says, and has been announced.
        IReadOnlyCollection<CounterIncrement> mostly = [.. counts.Where(count => count.IsMostlyCounted)];
        IReadOnlyCollection<string> counted = [.. mostly.Select(KeyOf)];
        IReadOnlyCollection<string> pending = [.. counts.Where(count => count.IsPending).Select(PendingKeyOf)];
        for (var tries = 1; ; tries++)
        {
            var actions = pending.Select(key => Delete(new TableEntity(Partition, key))).ToList();

            // Written as it is, which fails where it is not there: cheaper than to look first.
            actions.AddRange(mostly.Select(count => Replace(RowOf(count), ETag.All)));
            var changed = await AddAsync(actions, [.. counts.Where(count => !counted.Contains(KeyOf(count)))]);
            if (actions.Count == 0)
            {
                return;
            }

            try
            {
                var written = await Table.SubmitTransactionAsync(actions, CancellationToken.None);
                Remember(changed, written.Value);
                return;
            }
            catch (RequestFailedException lost) when (lost.Status == 412 && tries < MostTries)
            {
                // Somebody has counted something else of the same hour, and most likely will again.
                way = WayOf(counts[0].Id, tries);
            }
            catch (RequestFailedException lost) when (lost.Status is 404 or 409 && tries < MostTries)
            {
                // Somebody has counted one of these, or nobody has.
                counted = await ThereAsync(counts.Select(KeyOf));
                pending = await ThereAsync(pending);
                mostly = [];
            }
        }
    }

    /// <summary>Adds the rows of some counts, and the counters that they change.</summary>
    /// <returns>The counters, which come last.</returns>
    private async Task<IReadOnlyList<TableEntity>> AddAsync(List<TableTransactionAction> actions, IReadOnlyList<CounterIncrement> counts)
    {
        // Of an hour that is gone nobody will ask.
        var firstHour = HourOf(time.GetUtcNow() - KeptFor);
        var sums = new Dictionary<string, Dictionary<string, long>>();
        foreach (var count in counts)
        {
            var isKept = IsKept(count);
            if (isKept || count.OfLoans.Count > 0)
            {
                if (isKept)
                {
                    SumHour(count, 1);
                    if (count.Before is { } before && IsKept(before))
                    {
                        SumHour(before, -1);
                    }
                }

                Sum(LoansKey, count.OfLoans.Select(column => (column.Key, (long)column.Value)));
                actions.Add(new(TableTransactionActionType.Add, RowOf(count)));
            }
        }

        var changed = new List<TableEntity>();
        var rows = await Task.WhenAll(
            sums.Keys.Select(async key => (key, TakeLatest(key + way) ?? await FindAsync(key + way, CancellationToken.None)))
        );
        foreach (var (key, row) in rows)
        {
            var numbers = NumbersIn(row);
            foreach (var (column, number) in sums[key])
            {
                numbers[column] = numbers.GetValueOrDefault(column) + number;
            }

            var next = new TableEntity(Partition, key + way);
            foreach (var (column, number) in numbers)
            {
                // An older version reads the numbers of an hour and of the loans as what they are here.
                next[column] = key.StartsWith(SumsPrefix, StringComparison.Ordinal) ? (object)number : (int)number;
            }

            actions.Add(row is null ? new(TableTransactionActionType.Add, next) : Replace(next, row.ETag));
            changed.Add(next);
        }

        return changed;

        bool IsKept(CounterIncrement count) => string.CompareOrdinal(HourOf(count.At), firstHour) >= 0;

        void SumHour(CounterIncrement count, int sign)
        {
            Sum(HourPrefix + HourOf(count.At), count.OfHour.Select(column => (column.Key, (long)column.Value * sign)));
            Sum(SumsPrefix + HourOf(count.At), count.Sums.Select(column => (column.Key, column.Value * sign)));
        }

        void Sum(string key, IEnumerable<(string Column, long Number)> columns)
        {
            foreach (var (column, number) in columns)
            {
                sums.TryAdd(key, []);
                sums[key][column] = sums[key].GetValueOrDefault(column) + number;
            }
        }
    }

    /// <summary>Takes out what was remembered of a counter: it is put back only once it is known to be written.</summary>
    private TableEntity? TakeLatest(string key) => latest.Remove(key, out var row) ? row : null;

    private void Remember(IReadOnlyList<TableEntity> changed, IReadOnlyList<Response> written)
    {
        if (latest.Count > MostRemembered)
        {
            latest.Clear();
        }

        foreach (var (row, answer) in changed.Zip(written.TakeLast(changed.Count)))
        {
            row.ETag = answer.Headers.ETag!.Value;
            latest[row.RowKey] = row;
        }
    }

    /// <summary>Which of some rows are there.</summary>
    private async Task<IReadOnlyCollection<string>> ThereAsync(IEnumerable<string> keys)
    {
        var rows = await Task.WhenAll(keys.Select(key => FindAsync(key, CancellationToken.None)));
        return [.. rows.OfType<TableEntity>().Select(row => row.RowKey)];
    }

    private async Task<TableEntity?> FindAsync(string key, CancellationToken cancellationToken)
    {
        var found = await Table.GetEntityIfExistsAsync<TableEntity>(Partition, key, cancellationToken: cancellationToken);
        return found.HasValue ? found.Value : null;
    }

    private sealed record Order(IReadOnlyList<CounterIncrement> Counts, TaskCompletionSource? Done);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Counts} things could not be counted yet; the sweep will do so.")]
        public static partial void NotCounted(ILogger logger, int counts, Exception exception);
    }
}
