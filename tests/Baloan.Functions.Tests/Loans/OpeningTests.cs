using Baloan.Core.Loans;
using Baloan.Core.Storage;
using Baloan.Functions.Functions;
using Baloan.Functions.Tests.Bench;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Tests.Loans;

public sealed class OpeningTests(StorageAccounts storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", "", "created", "")]
    [InlineData("", "created, cheque_verified", "cheque_verified", "created, cheque_verified")]
    [InlineData("created", "created, blocked", "blocked", "created x2, blocked")]
    [InlineData("cheque_verified, created", "", "cheque_verified", "cheque_verified, created (late)")]
    [InlineData("canceled", "", "canceled", "canceled")]
    [InlineData("in_the_clouds", "", "created", "in_the_clouds (unknown_state)")]
    [InlineData("in_the_clouds", "created", "created", "in_the_clouds (unknown_state), created")]
    public async Task An_opening_is_recorded_before_and_after_callbacks(string before, string after, string state, string story)
    {
        await using var bench = new LoanBench(storage);
        var uuid = LoanBench.NewUuid();
        foreach (var callback in before.Split(", ", StringSplitOptions.RemoveEmptyEntries))
        {
            await bench.RecordAsync(uuid, callback);
        }

        var opening = bench.Opening(uuid);
        await bench.Store.RecordAsync(opening, Cancel);
        // Recording it again, later and with something else in it, changes nothing.
        bench.Clock.Advance(TimeSpan.FromMinutes(1));
        await bench.Store.RecordAsync(bench.Opening(uuid) with { Amount = 1 }, Cancel);
        foreach (var callback in after.Split(", ", StringSplitOptions.RemoveEmptyEntries))
        {
            await bench.RecordAsync(uuid, callback);
        }

        var loan = await bench.FindAsync(uuid);
        (loan.State, loan.Amount, loan.LoanDue, loan.Store, loan.PlanDetail, loan.OpenedAt).ShouldBe(
            (state, opening.Amount, opening.LoanDue, opening.Store, opening.PlanDetail, opening.OpenedAt)
        );
        (await bench.StoryAsync(uuid)).ShouldBe(story);
        (await bench.ListsOfAsync(uuid)).ShouldBe(state);
        (await bench.EntriesAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_state_that_nobody_knows_does_not_make_a_callback_late_that_came_before_it()
    {
        await using var bench = new LoanBench(storage);
        var uuid = LoanBench.NewUuid();
        var blocked = bench.Callback(uuid, "blocked");
        var opening = bench.Opening(uuid);
        await bench.RecordAsync(uuid, "in_the_clouds");
        await bench.Store.RecordAsync(opening, Cancel);

        // It came first and could be recorded only now. That the loan is created follows from the opening alone.
        (await bench.Store.RecordAsync(blocked, mayBeRecorded: true, Cancel)).ShouldBe(LoanVerdict.Accepted);

        (await bench.FindAsync(uuid)).State.ShouldBe("blocked");
        (await bench.ListsOfAsync(uuid)).ShouldBe("blocked");
        (await bench.EntriesAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Openings_and_callbacks_at_once_on_two_instances_both_stay()
    {
        await using var bench = new LoanBench(storage);
        var other = bench.NewInstance().GetRequiredService<LoanStore>();
        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(async _ =>
                {
                    var uuid = LoanBench.NewUuid();
                    await Task.WhenAll(
                        Task.Run(() => bench.Store.RecordAsync(bench.Callback(uuid, "created"), Cancel), Cancel),
                        Task.Run(() => other.RecordAsync(bench.Opening(uuid), Cancel), Cancel),
                        Task.Run(() => other.RecordAsync(bench.Callback(uuid, "cheque_verified"), Cancel), Cancel),
                        Task.Run(() => bench.Store.RecordAsync(bench.Opening(uuid), Cancel), Cancel)
                    );

                    var loan = await bench.FindAsync(uuid);
                    (loan.State, loan.Amount).ShouldBe(("cheque_verified", 20_000_000));
                    (await bench.HistoryAsync(uuid)).Sum(entry => entry.Times).ShouldBe(2);
                })
        );
        (await bench.ListAsync("cheque_verified")).Select(loan => loan.Uuid).ShouldBeUnique();
        (await bench.ListAsync()).Count.ShouldBe(8);
        (await bench.ListAsync("created")).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_opening_whose_writes_lose_their_answers_is_recorded_once()
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var bench = new LoanBench(proxy.ConnectionString);
        await bench.ListAsync();
        foreach (var before in new[] { "", "created", "in_the_clouds" })
        {
            foreach (var write in new[] { "table PUT LoansByState(key)", "table POST $batch", "table DELETE LoansByState(key)" })
            {
                var uuid = LoanBench.NewUuid();
                if (before.Length > 0)
                {
                    await bench.RecordAsync(uuid, before);
                }

                var struck = 0;
                proxy.LoseAnswer = call => call == write && Interlocked.Increment(ref struck) == 1;
                await bench.Store.RecordAsync(bench.Opening(uuid), Cancel);
                proxy.LoseAnswer = _ => false;

                var loan = await bench.FindAsync(uuid);
                (loan.State, loan.Amount).ShouldBe(("created", 20_000_000));
                (await bench.ListsOfAsync(uuid)).ShouldBe("created");
            }
        }
    }

    [Fact]
    public async Task An_opening_that_the_table_does_not_take_is_made_good_by_the_queue()
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var bench = new LoanBench(proxy.ConnectionString);
        var uuid = LoanBench.NewUuid();
        var opening = bench.Opening(uuid);
        proxy.Refuse = call => call.StartsWith("table", StringComparison.Ordinal);

        await bench.Recorder.RecordAsync(opening);

        proxy.Refuse = _ => false;
        (await bench.Store.FindAsync(uuid, Cancel)).ShouldBeNull();
        await bench.RecordAsync(uuid, "cheque_verified");
        var message = proxy.Messages.ShouldHaveSingleItem();
        message.Queue.ShouldBe(StorageSetup.LoanQueueName);
        for (var i = 0; i < 2; i++)
        {
            await new RecordLoansFunction(bench.Recorder).Run(message.Text, Cancel);
            var loan = await bench.FindAsync(uuid);
            (loan.State, loan.Amount, loan.OpenedAt).ShouldBe(("cheque_verified", opening.Amount, opening.OpenedAt));
        }
    }

    [Fact]
    public async Task An_opening_that_can_be_recorded_nowhere_raises_an_alert_and_does_not_fail()
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var bench = new LoanBench(proxy.ConnectionString);
        var uuid = LoanBench.NewUuid();
        proxy.Refuse = _ => true;

        await bench.Recorder.RecordAsync(bench.Opening(uuid));

        bench.Alerts(uuid).Count.ShouldBe(1);
    }
}
