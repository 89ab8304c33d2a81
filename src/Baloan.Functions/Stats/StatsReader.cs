using Azure;
using Baloan.Core.Counters;
using Baloan.Core.Loans;
using Baloan.Core.Settlements;
using Baloan.Core.Storage;
using Baloan.Core.Tokens;
using Baloan.Functions.Http.Responses;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Stats;

/// <summary>Puts the statistics together: the counters, and what is so now. It scans nothing but what waits, and calls Baloan never.</summary>
public sealed class StatsReader(
    CounterStore counterStore,
    SettlementStore settlements,
    StorageClients storage,
    [FromKeyedServices("merchant")] AccessTokens merchant,
    [FromKeyedServices("partnership")] AccessTokens partnership,
    TimeProvider time)
{
    private static readonly string[] Queues = [StorageSetup.WorkQueueName, StorageSetup.LoanQueueName, StorageSetup.EventsQueueName];

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
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            throw new RequestFailedException("Storage has not answered in time.");
        }
    }

    private async Task<StatsResponse> ReadAllAsync(int span, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var last = new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, 0, 0, TimeSpan.Zero);
        var first = last - TimeSpan.FromHours(span - 1);
        var counters = counterStore.ReadAsync(first, last, cancellationToken);
        var underWay = ReadUnderWayAsync(cancellationToken);
        var inReview = ReadInReviewAsync(cancellationToken);
        var queues = Task.WhenAll(Queues.Select(name => ReadQueueAsync(name, cancellationToken)));
        var tokens = Task.WhenAll(new[] { merchant, partnership }.Select(token => ReadTokenAsync(token, cancellationToken)));
        await Task.WhenAll(counters, underWay, inReview, queues, tokens);

        var (counted, loans) = await counters;
        var times = new DurationHistogram();
        foreach (var (column, count) in counted.Values.SelectMany(columns => columns))
        {
            times.Add(column, count);
        }

        var waiting = new[] { SettlementStatus.Queued, SettlementStatus.Submitting, SettlementStatus.Verifying }
            .ToDictionary(status => status.Name(), status => WaitingOf([.. from one in underWay.Result where one.Status == status select one.Since]));
        waiting.Add(SettlementStatus.NeedsReview.Name(), WaitingOf(await inReview));
        return new StatsResponse(
            now.UtcDateTime,
            [.. Enumerable.Range(0, span).Select(hour => first.AddHours(hour)).Select(hour => HourOf(hour, counted.GetValueOrDefault(hour)))],
            new TimeToSettleResponse(times.Count, times.Percentile(0.5), times.Percentile(0.95)),
            waiting,
            LoanStates.All.ToDictionary(state => state, state => loans.GetValueOrDefault(state)),
            await queues,
            new TokensResponse((await tokens)[0], (await tokens)[1]));
    }

    private static HourResponse HourOf(DateTimeOffset hour, IReadOnlyDictionary<string, int>? columns)
    {
        int Of(string column) => columns?.GetValueOrDefault(column) ?? 0;
        return new HourResponse(
            hour.UtcDateTime,
            new SettlementCounts(
                Of(SettlementCounters.AcceptedColumn),
                Of(SettlementStatus.Settled.Name()),
                Of(SettlementStatus.Rejected.Name()),
                Of(SettlementStatus.Failed.Name()),
                Of(SettlementStatus.NeedsReview.Name())),
            Of(LoanCounters.CallbacksColumn),
            Of(LoanCounters.ConflictsColumn),
            Of(LoanCounters.RefusedCallbacksColumn));
    }

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
        var lengths = await Task.WhenAll(new[] { name, StorageSetup.PoisonOf(name) }.Select(async queue =>
        {
            try
            {
                return (await storage.Queues.GetQueueClient(queue).GetPropertiesAsync(cancellationToken)).Value.ApproximateMessagesCount;
            }
            catch (RequestFailedException missing) when (missing.Status == 404)
            {
                // The host makes a poison queue when it needs it.
                return 0;
            }
        }));
        return new QueueResponse(name, lengths[0], lengths[1]);
    }

    private static async Task<TokenResponse> ReadTokenAsync(AccessTokens tokens, CancellationToken cancellationToken)
    {
        var (isConfigured, expiresAt) = await tokens.LookAsync(cancellationToken);
        return new TokenResponse(isConfigured, expiresAt?.UtcDateTime);
    }
}
