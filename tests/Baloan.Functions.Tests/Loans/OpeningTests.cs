using Baloan.Core.Loans;
using Baloan.Core.Storage;
using Baloan.Functions.Functions;
using Baloan.Functions.Tests.Fixtures;
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
        await using var fixture = new LoanFixture(storage);
        var uuid = LoanFixture.NewUuid();
        foreach (var callback in before.Split(", ", StringSplitOptions.RemoveEmptyEntries))
        {
            await fixture.RecordAsync(uuid, callback);
        }

        var opening = fixture.Opening(uuid);
        await fixture.Store.RecordAsync(opening, Cancel);
        // Recording it again, later and with something else in it, changes nothing.
        fixture.Clock.Advance(TimeSpan.FromMinutes(1));
        await fixture.Store.RecordAsync(fixture.Opening(uuid) with { Amount = 1 }, Cancel);
        foreach (var callback in after.Split(", ", StringSplitOptions.RemoveEmptyEntries))
        {
            await fixture.RecordAsync(uuid, callback);
        }

        var loan = await fixture.FindAsync(uuid);
        (loan.State, loan.Amount, loan.LoanDue, loan.Store, loan.PlanDetail, loan.OpenedAt).ShouldBe(
            (state, opening.Amount, opening.LoanDue, opening.Store, opening.PlanDetail, opening.OpenedAt)
        );
        (await fixture.StoryAsync(uuid)).ShouldBe(story);
        (await fixture.ListsOfAsync(uuid)).ShouldBe(state);
        (await fixture.EntriesAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_state_that_nobody_knows_does_not_make_a_callback_late_that_came_before_it()
    {
        await using var fixture = new LoanFixture(storage);
        var uuid = LoanFixture.NewUuid();
        var blocked = fixture.Callback(uuid, "blocked");
        var opening = fixture.Opening(uuid);
        await fixture.RecordAsync(uuid, "in_the_clouds");
        await fixture.Store.RecordAsync(opening, Cancel);

        // It came first and could be recorded only now. That the loan is created follows from the opening alone.
        (await fixture.Store.RecordAsync(blocked, mayBeRecorded: true, Cancel)).ShouldBe(LoanVerdict.Accepted);

        (await fixture.FindAsync(uuid)).State.ShouldBe("blocked");
        (await fixture.ListsOfAsync(uuid)).ShouldBe("blocked");
        (await fixture.EntriesAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Openings_and_callbacks_at_once_on_two_instances_both_stay()
    {
        await using var fixture = new LoanFixture(storage);
        var other = fixture.NewInstance().GetRequiredService<LoanStore>();
        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(async _ =>
                {
                    var uuid = LoanFixture.NewUuid();
                    await Task.WhenAll(
                        Task.Run(() => fixture.Store.RecordAsync(fixture.Callback(uuid, "created"), Cancel), Cancel),
                        Task.Run(() => other.RecordAsync(fixture.Opening(uuid), Cancel), Cancel),
                        Task.Run(() => other.RecordAsync(fixture.Callback(uuid, "cheque_verified"), Cancel), Cancel),
                        Task.Run(() => fixture.Store.RecordAsync(fixture.Opening(uuid), Cancel), Cancel)
                    );

                    var loan = await fixture.FindAsync(uuid);
                    (loan.State, loan.Amount).ShouldBe(("cheque_verified", 20_000_000));
                    (await fixture.HistoryAsync(uuid)).Sum(entry => entry.Times).ShouldBe(2);
                })
        );
        (await fixture.ListAsync("cheque_verified")).Select(loan => loan.Uuid).ShouldBeUnique();
        (await fixture.ListAsync()).Count.ShouldBe(8);
        (await fixture.ListAsync("created")).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_opening_whose_writes_lose_their_answers_is_recorded_once()
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var fixture = new LoanFixture(proxy.ConnectionString);
        await fixture.ListAsync();
        foreach (var before in new[] { "", "created", "in_the_clouds" })
        {
            foreach (var write in new[] { "table PUT LoansByState(key)", "table POST $batch", "table DELETE LoansByState(key)" })
            {
                var uuid = LoanFixture.NewUuid();
                if (before.Length > 0)
                {
                    await fixture.RecordAsync(uuid, before);
                }

                var struck = 0;
                proxy.LoseAnswer = call => call == write && Interlocked.Increment(ref struck) == 1;
                await fixture.Store.RecordAsync(fixture.Opening(uuid), Cancel);
                proxy.LoseAnswer = _ => false;

                var loan = await fixture.FindAsync(uuid);
                (loan.State, loan.Amount).ShouldBe(("created", 20_000_000));
                (await fixture.ListsOfAsync(uuid)).ShouldBe("created");
            }
        }
    }

    [Fact]
    public async Task An_opening_that_the_table_does_not_take_is_made_good_by_the_queue()
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var fixture = new LoanFixture(proxy.ConnectionString);
        var uuid = LoanFixture.NewUuid();
        var opening = fixture.Opening(uuid);
        proxy.Refuse = call => call.StartsWith("table", StringComparison.Ordinal);

        await fixture.Recorder.RecordAsync(opening);

        proxy.Refuse = _ => false;
        (await fixture.Store.FindAsync(uuid, Cancel)).ShouldBeNull();
        await fixture.RecordAsync(uuid, "cheque_verified");
        var message = proxy.Messages.ShouldHaveSingleItem();
        message.Queue.ShouldBe(StorageSetup.LoanQueueName);
        for (var i = 0; i < 2; i++)
        {
            await new RecordLoansFunction(fixture.Recorder).Run(message.Text, Cancel);
            var loan = await fixture.FindAsync(uuid);
            (loan.State, loan.Amount, loan.OpenedAt).ShouldBe(("cheque_verified", opening.Amount, opening.OpenedAt));
        }
    }

    [Fact]
    public async Task An_opening_that_can_be_recorded_nowhere_raises_an_alert_and_does_not_fail()
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var fixture = new LoanFixture(proxy.ConnectionString);
        var uuid = LoanFixture.NewUuid();
        proxy.Refuse = _ => true;

        await fixture.Recorder.RecordAsync(fixture.Opening(uuid));

        fixture.Alerts(uuid).Count.ShouldBe(1);
    }
}
