using System.Collections.Concurrent;

namespace Baloan.EndToEnd.Tests;

/// <summary>Callbacks of one loan on two instances of the app, one of which dies.</summary>
public sealed class LoanInstancesTests(OnDemand<SandboxFixture> fixture)
    : LongTests<SandboxFixture>(fixture),
        IClassFixture<OnDemand<SandboxFixture>>
{
    private const int Each = 8;

    private static readonly string[] States = ["created", "cheque_verified", "send_loan_to_bank", "blocked", "in_review"];

    // So that the messages that a dead process held come back soon.
    private static readonly Dictionary<string, string?> Settings = new() { ["LocalFunctionsHost__QueueLease"] = "00:00:06" };

    [Fact(Explicit = true)]
    public async Task Forty_callbacks_at_once_are_all_recorded_and_each_change_that_was_accepted_is_told_under_one_id()
    {
        var apps = await Task.WhenAll(Fixture.StartAppAsync(Settings), Fixture.StartAppAsync(Settings));
        await using var lasting = apps[0];
        await using var dying = apps[1];
        await using var subscriber = await Receiver.StartAsync();
        (await lasting.SubscribeAsync(subscriber.CallbackUrl)).ShouldBe(201);
        var loan = Guid.NewGuid();
        var callbacks = Enumerable
            .Range(0, Each)
            .SelectMany(number => States.Select(state => (State: state, Reason: $"number {number}")))
            .ToList();
        var sent = new ConcurrentDictionary<(string, string), int>();
        var answered = 0;

        await Task.WhenAll(
            callbacks
                .Index()
                .Select(async entry =>
                {
                    var (index, callback) = entry;
                    if (index % 2 == 0 || !await TryCallBackAsync(dying, callback))
                    {
                        // No answer: Baloan calls back again.
                        (await TryCallBackAsync(lasting, callback)).ShouldBeTrue();
                    }

                    if (Interlocked.Increment(ref answered) == callbacks.Count * 3 / 4)
                    {
                        await dying.Process.KillAsync();
                    }
                })
        );

        await Until.TrueAsync(
            "all are recorded",
            async () => (await RowsAsync()).Select(row => (row.State, row.Reason!)).ToHashSet().SetEquals(callbacks)
        );
        foreach (var rows in (await RowsAsync()).GroupBy(row => (row.State, row.Reason!)))
        {
            // A repeated one may have been recorded both times, or once.
            rows.Sum(row => row.Times).ShouldBeInRange(1, sent[rows.Key], $"{rows.Key}");
            rows.ShouldAllBe(row => (row.Note == "unknown_state") == (row.State == "in_review"));
        }

        await using var started = await Fixture.StartAppAsync(Settings);
        (await started.CallBackAsync(loan, "loan_paid")).ShouldBe(200);
        await started.LoanInAsync("loan_paid", loan);
        (await lasting.ListsOfAsync(loan)).ShouldBe(["loan_paid"]);
        var accepted = (await RowsAsync()).Where(row => row.Note is null).ToDictionary(row => row.EventId);
        await Until.TrueAsync(
            "each accepted change is told",
            () => accepted.Keys.All(id => subscriber.Deliveries.Any(delivery => delivery.EventId == id))
        );
        foreach (var delivery in subscriber.Deliveries)
        {
            accepted.ShouldContainKey(delivery.EventId, delivery.Body);
            var (row, data) = (accepted[delivery.EventId], delivery.Json["data"]!);
            ((string?)data["uuid"], (string?)data["state"], (string?)data["reason"]).ShouldBe((loan.ToString(), row.State, row.Reason));
        }

        Task<IReadOnlyList<HistoryRow>> RowsAsync() => Fixture.Storage.HistoryOfAsync(loan);

        async Task<bool> TryCallBackAsync(RunningApp app, (string State, string Reason) callback)
        {
            sent.AddOrUpdate(callback, 1, (_, times) => times + 1);
            try
            {
                (await app.CallBackAsync(loan, callback.State, callback.Reason)).ShouldBe(200);
                return true;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }
    }
}
