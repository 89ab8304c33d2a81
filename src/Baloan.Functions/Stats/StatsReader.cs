using Azure;
using Baloan.Core.Calendar;
using Baloan.Core.Counters;
using Baloan.Core.Loans;
using Baloan.Core.Settlements;
using Baloan.Core.Storage;
using Baloan.Core.Tokens;
using Baloan.Functions.Http.Responses;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Stats;

/// <summary>
/// Puts the statistics together: the counters, and what is so now. It scans nothing but what waits, and calls Baloan never.
/// </summary>
public sealed class StatsReader(
    CounterStore counterStore,
    SettlementStore settlements,
    StorageClients storage,
    [FromKeyedServices("merchant")] AccessTokens merchant,
    [FromKeyedServices("partnership")] AccessTokens partnership,
    TimeProvider time
)
{
    private static readonly string[] Queues = [StorageSetup.WorkQueueName, StorageSetup.LoanQueueName, StorageSetup.EventsQueueName];

    // In the order of the answer's fields.
    private static readonly string[] Outcomes =
    [
        SettlementCounters.AcceptedColumn,
        SettlementStatus.Settled.Name(),
        SettlementStatus.Rejected.Name(),
        SettlementStatus.Failed.Name(),
        SettlementStatus.NeedsReview.Name(),
    ];

    // So many rows are looked at, and so many entries of the index.
    private const int MostRows = 500;
    private const int MostEntries = 5_000;
    private const int RowsAtOnce = 16;

    // The console waits for half a minute, and storage that hangs would be tried for longer.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Reads all of it.</summary>
    /// <param name="span">How many hours, the present one among them; 1 to <see cref="CounterStore.LongestSpan"/>.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="RequestFailedException">Storage is away, or has not answered in 20 seconds.</exception>
    public async Task<StatsResponse> ReadAsync(int span, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await ReadAllAsync(span, either.Token);
        }
        catch (OperationCanceledException late) when (patience.IsCancellationRequested)
        {
            throw new RequestFailedException("Storage has not answered in time.", late);
        }
    }

    private async Task<StatsResponse> ReadAllAsync(int span, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var last = new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, 0, 0, TimeSpan.Zero);
        var first = last - TimeSpan.FromHours(span - 1);
        var today = TehranDays.DayOf(now);
        var counters = counterStore.ReadAsync(first, cancellationToken);
        var underWay = ReadUnderWayAsync(cancellationToken);
        var inReview = ReadInReviewAsync(cancellationToken);
        var queues = Task.WhenAll(Queues.Select(name => ReadQueueAsync(name, cancellationToken)));
        var tokens = Task.WhenAll(new[] { merchant, partnership }.Select(token => ReadTokenAsync(token, cancellationToken)));
        await Task.WhenAll(counters, underWay, inReview, queues, tokens);

        var (counted, sums, loans) = await counters;
        var times = new DurationHistogram();
        foreach (var (column, count) in counted.Values.SelectMany(columns => columns))
        {
            times.Add(column, (int)count);
        }

        var waitingOnes = await underWay;
        var waiting = new[] { SettlementStatus.Queued, SettlementStatus.Submitting, SettlementStatus.Verifying }.ToDictionary(
            status => status.Name(),
            status => WaitingOf([.. from one in waitingOnes where one.Status == status select one.Since])
        );
        waiting.Add(SettlementStatus.NeedsReview.Name(), WaitingOf(await inReview));
        return new StatsResponse(
            now.UtcDateTime,
            [
                .. Enumerable
                    .Range(0, span)
                    .Select(hour => first.AddHours(hour))
                    .Select(hour => HourOf(hour, counted.GetValueOrDefault(hour), sums.GetValueOrDefault(hour))),
            ],
            new DaysResponse(DayOf(today, sums), DayOf(today.AddDays(-1), sums), DayOf(today.AddDays(-7), sums)),
            new TimeToSettleResponse(times.Count, times.Percentile(0.5), times.Percentile(0.95)),
            waiting,
            LoanStates.All.ToDictionary(state => state, state => (int)loans.GetValueOrDefault(state)),
            await queues,
            new TokensResponse((await tokens)[0], (await tokens)[1])
        );
    }

    private static HourResponse HourOf(
        DateTimeOffset hour,
        IReadOnlyDictionary<string, long>? columns,
        IReadOnlyDictionary<string, long>? sums
    )
    {
        // What an older version has counted may be taken off where it has no sum.
        int Of(string column) => (int)Math.Max(0, columns?.GetValueOrDefault(column) ?? 0);
        long SumOf(string column) => Math.Max(0, sums?.GetValueOrDefault(column) ?? 0);
        return new HourResponse(
            hour.UtcDateTime,
            CountsOf(Of),
            SumsOf(outcome => SumOf(SettlementCounters.SumColumn(outcome))),
            KnownByOf(by => SumOf(SettlementCounters.KnownByColumn(by))),
            Of(LoanCounters.CallbacksColumn),
            Of(LoanCounters.ConflictsColumn),
            Of(LoanCounters.RefusedCallbacksColumn),
            SecondHalfOf(Of, SumOf)
        );
    }

    /// <summary>What an hour has in its second half; null where an older version has counted some of it, which did not tell.</summary>
    private static HalfHourResponse? SecondHalfOf(Func<string, int> of, Func<string, long> sumOf)
    {
        var numbers = Outcomes.Sum(outcome => sumOf(SettlementCounters.NumberColumn(outcome)));
        if (
            Outcomes.Sum(of) != numbers
            || sumOf(SettlementCounters.HalvesColumn) != numbers
            || of(LoanCounters.HalvesColumn) != of(LoanCounters.CallbacksColumn) + of(LoanCounters.RefusedCallbacksColumn)
        )
        {
            return null;
        }

        return new HalfHourResponse(
            CountsOf(outcome => (int)sumOf(SettlementCounters.OfSecondHalf(SettlementCounters.NumberColumn(outcome)))),
            SumsOf(outcome => sumOf(SettlementCounters.OfSecondHalf(SettlementCounters.SumColumn(outcome)))),
            KnownByOf(by => sumOf(SettlementCounters.OfSecondHalf(SettlementCounters.KnownByColumn(by)))),
            of(LoanCounters.OfSecondHalf(LoanCounters.CallbacksColumn)),
            of(LoanCounters.OfSecondHalf(LoanCounters.ConflictsColumn)),
            of(LoanCounters.OfSecondHalf(LoanCounters.RefusedCallbacksColumn))
        );
    }

    /// <summary>
    /// A day of Tehran, which begins within an hour of UTC: of its first hour it has the later part, and of the last the earlier.
    /// </summary>
    private static DayResponse DayOf(DateOnly day, IReadOnlyDictionary<DateTimeOffset, IReadOnlyDictionary<string, long>> sums)
    {
        var beginning = TehranDays.BeginningOf(day);
        var first = beginning - TimeSpan.FromMinutes(beginning.Minute);
        long Of(int hour, string column) => sums.GetValueOrDefault(first.AddHours(hour))?.GetValueOrDefault(column) ?? 0;
        long SumOf(string column) =>
            Math.Max(
                0,
                Of(0, SettlementCounters.OfSecondHalf(column))
                    + Enumerable.Range(1, 24).Sum(hour => Of(hour, column))
                    - Of(24, SettlementCounters.OfSecondHalf(column))
            );
        return new DayResponse(
            CountsOf(outcome => (int)SumOf(SettlementCounters.NumberColumn(outcome))),
            SumsOf(outcome => SumOf(SettlementCounters.SumColumn(outcome)))
        );
    }

    private static KnownByCounts KnownByOf(Func<SettlementKnownBy, long> of) =>
        new((int)of(SettlementKnownBy.Baloan), (int)of(SettlementKnownBy.Credit), (int)of(SettlementKnownBy.Person));

    private static SettlementCounts CountsOf(Func<string, int> of) =>
        new(of(Outcomes[0]), of(Outcomes[1]), of(Outcomes[2]), of(Outcomes[3]), of(Outcomes[4]));

    private static SettlementSums SumsOf(Func<string, long> of) =>
        new(of(Outcomes[0]), of(Outcomes[1]), of(Outcomes[2]), of(Outcomes[3]), of(Outcomes[4]));

    private static WaitingResponse WaitingOf(IReadOnlyList<DateTimeOffset> since) =>
        new(since.Count, since.Count == 0 ? null : since.Min().UtcDateTime);

    /// <summary>All that is under way. Where that is a great deal, the youngest are taken for queued.</summary>
    private async Task<List<(SettlementStatus Status, DateTimeOffset Since)>> ReadUnderWayAsync(CancellationToken cancellationToken)
    {
        var entries = await settlements.ReadOpenAsync(cancellationToken).Take(MostEntries).ToListAsync(cancellationToken);
        entries = [.. entries.OrderBy(entry => entry.WrittenAt)];
        var waiting = new List<(SettlementStatus, DateTimeOffset)>();
        foreach (var some in entries.Take(MostRows).Chunk(RowsAtOnce))
        {
            foreach (var row in await Task.WhenAll(some.Select(entry => settlements.FindAsync(entry.Id, cancellationToken))))
            {
                if (row is not null)
                {
                    waiting.Add((row.Status, row.AttemptStartedAt));
                }
            }
        }

        waiting.AddRange(entries.Skip(MostRows).Select(entry => (SettlementStatus.Queued, entry.WrittenAt)));
        return waiting;
    }

    private async Task<List<DateTimeOffset>> ReadInReviewAsync(CancellationToken cancellationToken) =>
        [.. from one in await settlements.ReadInReviewAsync(MostEntries, cancellationToken) select one.Since];

    private async Task<QueueResponse> ReadQueueAsync(string name, CancellationToken cancellationToken)
    {
        var lengths = await Task.WhenAll(
            new[] { name, StorageSetup.PoisonOf(name) }.Select(async queue =>
            {
                try
                {
                    return (await storage.Queues.GetQueueClient(queue).GetPropertiesAsync(cancellationToken))
                        .Value
                        .ApproximateMessagesCount;
                }
                catch (RequestFailedException missing) when (missing.Status == 404)
                {
                    // The host makes a poison queue when it needs it.
                    return 0;
                }
            })
        );
        return new QueueResponse(name, lengths[0], lengths[1]);
    }

    private static async Task<TokenResponse> ReadTokenAsync(AccessTokens tokens, CancellationToken cancellationToken)
    {
        var (isConfigured, expiresAt) = await tokens.LookAsync(cancellationToken);
        return new TokenResponse(isConfigured, expiresAt?.UtcDateTime);
    }
}
