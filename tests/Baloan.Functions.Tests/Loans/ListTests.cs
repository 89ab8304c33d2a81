using Baloan.Core.Loans;
using Baloan.Functions.Tests.Fixtures;

namespace Baloan.Functions.Tests.Loans;

public sealed class ListTests(StorageAccounts storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lists_have_the_last_change_first_and_every_loan_once_in_pages_of_any_size()
    {
        await using var fixture = new LoanFixture(storage);
        var uuids = Enumerable.Range(0, 15).Select(_ => LoanFixture.NewUuid()).ToArray();
        var order = new List<(string Uuid, string? State)>();
        async Task MoveAsync(string uuid, string state, string? expected = null)
        {
            await fixture.RecordAsync(uuid, state);
            order.RemoveAll(loan => loan.Uuid == uuid);
            order.Insert(0, (uuid, expected ?? state));
        }

        foreach (var uuid in uuids)
        {
            await MoveAsync(uuid, "created");
        }

        foreach (var uuid in uuids[3..9])
        {
            await MoveAsync(uuid, "cheque_verified");
        }

        await MoveAsync(uuids[5], "blocked");
        await MoveAsync(uuids[4], "canceld", "canceled");
        await MoveAsync(uuids[5], "cheque_verified");
        // What is no news moves nothing.
        await fixture.RecordAsync(uuids[6], "created");
        await fixture.RecordAsync(uuids[4], "loan_paid");

        foreach (var top in new[] { 1, 2, 7, 15, 100 })
        {
            (await fixture.ListAsync(null, top)).Select(loan => (loan.Uuid, loan.State)).ShouldBe(order);
            foreach (var state in LoanStates.All)
            {
                (await fixture.ListAsync(state, top))
                    .Select(loan => (loan.Uuid, loan.State))
                    .ShouldBe(order.Where(loan => loan.State == state));
            }
        }

        (await fixture.EntriesAsync()).ShouldBe(15);

        // Of which nothing has come but what nobody knows: listed apart until something known comes.
        var strangers = Enumerable.Range(0, 3).Select(_ => LoanFixture.NewUuid()).ToArray();
        foreach (var uuid in strangers)
        {
            await fixture.RecordAsync(uuid, "guarantor_checked");
        }

        (await fixture.ListAsync(Loan.NoState, 2))
            .Select(loan => (loan.Uuid, loan.State))
            .ShouldBe([(strangers[2], null), (strangers[1], null), (strangers[0], null)]);
        await fixture.RecordAsync(strangers[1], "created");
        (await fixture.ListAsync(Loan.NoState, 2)).Select(loan => loan.Uuid).ShouldBe([strangers[2], strangers[0]]);
    }

    [Fact]
    public async Task Loans_that_changed_in_one_moment_are_told_apart()
    {
        await using var fixture = new LoanFixture(storage);
        var callback = fixture.Callback(LoanFixture.NewUuid(), "created");
        var uuids = Enumerable.Range(0, 9).Select(_ => LoanFixture.NewUuid()).Order(StringComparer.Ordinal).ToArray();
        foreach (var uuid in uuids)
        {
            await fixture.Store.RecordAsync(callback with { Id = LoanFixture.NewUuid(), Uuid = uuid }, Cancel);
        }

        foreach (var top in new[] { 1, 4, 9 })
        {
            (await fixture.ListAsync("created", top)).Select(loan => loan.Uuid).ShouldBe(uuids);
            (await fixture.ListAsync(null, top)).Select(loan => loan.Uuid).ShouldBe(uuids);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Entries_of_a_change_that_never_came_or_has_passed_are_skipped_and_removed_after_ten_minutes(bool byState)
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var fixture = new LoanFixture(proxy.ConnectionString);
        string[] uuids = [LoanFixture.NewUuid(), LoanFixture.NewUuid(), LoanFixture.NewUuid()];
        foreach (var uuid in uuids)
        {
            await fixture.RecordAsync(uuid, "created");
        }

        // Dies before the row: too much in the list of blocked. Dies after it: too much in the list of created.
        await DieAtAsync("table POST $batch", () => fixture.RecordAsync(uuids[0], "blocked"));
        await DieAtAsync("table DELETE LoansByState(key)", () => fixture.RecordAsync(uuids[1], "blocked"));
        await DieAtAsync("table POST $batch", () => fixture.RecordAsync(LoanFixture.NewUuid(), "blocked"));
        (await fixture.EntriesAsync()).ShouldBe(6);
        await ShouldBeAsync(entries: 6);
        fixture.Clock.Advance(TimeSpan.FromMinutes(9));
        await ShouldBeAsync(entries: 6);
        fixture.Clock.Advance(TimeSpan.FromMinutes(2));
        await ShouldBeAsync(entries: 3);

        // What is true stays however old it is.
        fixture.Clock.Advance(TimeSpan.FromDays(1));
        await ShouldBeAsync(entries: 3);

        async Task ShouldBeAsync(int entries)
        {
            foreach (var top in new[] { 1, 2, 100 })
            {
                if (byState)
                {
                    (await fixture.ListAsync("created", top)).Select(loan => loan.Uuid).ShouldBe([uuids[2], uuids[0]]);
                    (await fixture.ListAsync("blocked", top)).Select(loan => loan.Uuid).ShouldBe([uuids[1]]);
                }
                else
                {
                    (await fixture.ListAsync(null, top)).Select(loan => loan.Uuid).ShouldBe([uuids[1], uuids[2], uuids[0]]);
                }
            }

            (await fixture.EntriesAsync()).ShouldBe(entries);
        }

        async Task DieAtAsync(string kind, Func<Task> act)
        {
            proxy.Refuse = call => call == kind;
            await Should.ThrowAsync<Exception>(act);
            proxy.Refuse = _ => false;
        }
    }
}
