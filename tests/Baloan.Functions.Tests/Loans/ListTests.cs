using Baloan.Core.Loans;
using Baloan.Functions.Tests.Bench;

namespace Baloan.Functions.Tests.Loans;

public sealed class ListTests(StorageAccounts storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lists_have_the_last_change_first_and_every_loan_once_in_pages_of_any_size()
    {
        await using var bench = new LoanBench(storage);
        var uuids = Enumerable.Range(0, 15).Select(_ => LoanBench.NewUuid()).ToArray();
        var order = new List<(string Uuid, string? State)>();
        async Task MoveAsync(string uuid, string state, string? expected = null)
        {
            await bench.RecordAsync(uuid, state);
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
        await bench.RecordAsync(uuids[6], "created");
        await bench.RecordAsync(uuids[4], "loan_paid");

        foreach (var top in new[] { 1, 2, 7, 15, 100 })
        {
            (await bench.ListAsync(null, top)).Select(loan => (loan.Uuid, loan.State)).ShouldBe(order);
            foreach (var state in LoanStates.All)
            {
                (await bench.ListAsync(state, top))
                    .Select(loan => (loan.Uuid, loan.State))
                    .ShouldBe(order.Where(loan => loan.State == state));
            }
        }

        (await bench.EntriesAsync()).ShouldBe(15);

        // Of which nothing has come but what nobody knows: listed apart until something known comes.
        var strangers = Enumerable.Range(0, 3).Select(_ => LoanBench.NewUuid()).ToArray();
        foreach (var uuid in strangers)
        {
            await bench.RecordAsync(uuid, "guarantor_checked");
        }

        (await bench.ListAsync(Loan.NoState, 2))
            .Select(loan => (loan.Uuid, loan.State))
            .ShouldBe([(strangers[2], null), (strangers[1], null), (strangers[0], null)]);
        await bench.RecordAsync(strangers[1], "created");
        (await bench.ListAsync(Loan.NoState, 2)).Select(loan => loan.Uuid).ShouldBe([strangers[2], strangers[0]]);
    }

    [Fact]
    public async Task Loans_that_changed_in_one_moment_are_told_apart()
    {
        await using var bench = new LoanBench(storage);
        var callback = bench.Callback(LoanBench.NewUuid(), "created");
        var uuids = Enumerable.Range(0, 9).Select(_ => LoanBench.NewUuid()).Order(StringComparer.Ordinal).ToArray();
        foreach (var uuid in uuids)
        {
            await bench.Store.RecordAsync(callback with { Id = LoanBench.NewUuid(), Uuid = uuid }, Cancel);
        }

        foreach (var top in new[] { 1, 4, 9 })
        {
            (await bench.ListAsync("created", top)).Select(loan => loan.Uuid).ShouldBe(uuids);
            (await bench.ListAsync(null, top)).Select(loan => loan.Uuid).ShouldBe(uuids);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Entries_of_a_change_that_never_came_or_has_passed_are_skipped_and_removed_after_ten_minutes(bool byState)
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var bench = new LoanBench(proxy.ConnectionString);
        string[] uuids = [LoanBench.NewUuid(), LoanBench.NewUuid(), LoanBench.NewUuid()];
        foreach (var uuid in uuids)
        {
            await bench.RecordAsync(uuid, "created");
        }

        // Dies before the row: too much in the list of blocked. Dies after it: too much in the list of created.
        await DieAtAsync("table POST $batch", () => bench.RecordAsync(uuids[0], "blocked"));
        await DieAtAsync("table DELETE LoansByState(key)", () => bench.RecordAsync(uuids[1], "blocked"));
        await DieAtAsync("table POST $batch", () => bench.RecordAsync(LoanBench.NewUuid(), "blocked"));
        (await bench.EntriesAsync()).ShouldBe(6);
        await ShouldBeAsync(entries: 6);
        bench.Clock.Advance(TimeSpan.FromMinutes(9));
        await ShouldBeAsync(entries: 6);
        bench.Clock.Advance(TimeSpan.FromMinutes(2));
        await ShouldBeAsync(entries: 3);

        // What is true stays however old it is.
        bench.Clock.Advance(TimeSpan.FromDays(1));
        await ShouldBeAsync(entries: 3);

        async Task ShouldBeAsync(int entries)
        {
            foreach (var top in new[] { 1, 2, 100 })
            {
                if (byState)
                {
                    (await bench.ListAsync("created", top)).Select(loan => loan.Uuid).ShouldBe([uuids[2], uuids[0]]);
                    (await bench.ListAsync("blocked", top)).Select(loan => loan.Uuid).ShouldBe([uuids[1]]);
                }
                else
                {
                    (await bench.ListAsync(null, top)).Select(loan => loan.Uuid).ShouldBe([uuids[1], uuids[2], uuids[0]]);
                }
            }

            (await bench.EntriesAsync()).ShouldBe(entries);
        }

        async Task DieAtAsync(string kind, Func<Task> act)
        {
            proxy.Refuse = call => call == kind;
            await Should.ThrowAsync<Exception>(act);
            proxy.Refuse = _ => false;
        }
    }
}
