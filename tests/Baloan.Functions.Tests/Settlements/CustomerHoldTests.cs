using Baloan.Core.Settlements;
using Baloan.Functions.Tests.Bench;
using Baloan.Sandbox;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Tests.Settlements;

public sealed class CustomerHoldTests(StorageAccounts storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("cut_before", SettlementStatus.Failed)]
    [InlineData("cut_after", SettlementStatus.Settled)]
    public async Task A_customers_second_settlement_waits_for_the_first_and_both_end_right(string fault, SettlementStatus firstEnd)
    {
        await using var bench = await ServiceBench.StartAsync(storage);
        var customer = Given.Customer();
        var first = await bench.AcceptAsync(customer, total: 2_000_000);
        var second = await bench.AcceptAsync(customer, total: 2_000_000);
        bench.Baloan.Faults.Next(Operation.Settle, Fault.All.Single(known => known.Name == fault));

        (await bench.ProcessAsync(first.Code)).Status.ShouldBe(SettlementStatus.Verifying);
        var waiting = await bench.ProcessAsync(second.Code);
        waiting.Status.ShouldBe(SettlementStatus.Queued);
        waiting.DueAt.ShouldBeGreaterThan(bench.Time.GetUtcNow());
        bench.Baloan.Books.Calls(Operation.Settle).ShouldBe(1);

        var firstEnded = await bench.RunToEndAsync(first.Code);
        var secondEnded = await bench.RunToEndAsync(second.Code);

        firstEnded.Status.ShouldBe(firstEnd);
        firstEnded.KnownBy.ShouldBe(SettlementKnownBy.Credit);
        secondEnded.Status.ShouldBe(SettlementStatus.Settled);
        secondEnded.Inferred.ShouldBeFalse();
        bench.Moved(first.Code).ShouldBe(firstEnd == SettlementStatus.Settled ? 1 : 0);
        bench.Moved(second.Code).ShouldBe(1);
    }

    [Fact]
    public async Task Many_settlements_of_one_customer_at_once_all_end_right()
    {
        await using var bench = await ServiceBench.StartAsync(storage);
        var other = bench.NewInstance();
        var customer = Given.Customer();
        var codes = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            codes.Add((await bench.AcceptAsync(customer, total: 1_000_000)).Code);
        }

        bench.Baloan.Faults.Next(Operation.Settle, Fault.CutAfterEffect, 2);
        for (var round = 0; round < 60; round++)
        {
            await Task.WhenAll(codes.Select((code, i) => Instance.ProcessAsync(i % 2 == 0 ? bench.Services : other, code)));
            bench.Time.Advance(TimeSpan.FromSeconds(6));
        }

        foreach (var code in codes)
        {
            (await bench.FindAsync(code)).Status.ShouldBe(SettlementStatus.Settled);
            bench.Moved(code).ShouldBe(1);
        }

        bench.Baloan.Books.Credit(customer).ShouldBe(Books.DefaultCredit - 6_000_000);
    }

    [Fact]
    public async Task A_customer_who_is_busy_for_too_long_ends_it_unsent()
    {
        await using var bench = await ServiceBench.StartAsync(storage);
        var customer = Given.Customer();
        var first = await bench.AcceptAsync(customer);
        var second = await bench.AcceptAsync(customer);
        bench.Baloan.Faults.Next(Operation.Settle, Fault.CutBeforeEffect);
        await bench.ProcessAsync(first.Code);

        bench.Time.Advance(TimeSpan.FromMinutes(61));
        var failed = await bench.ProcessAsync(second.Code);

        failed.Status.ShouldBe(SettlementStatus.Failed);
        failed.ErrorCode.ShouldBe("customer_busy");
        bench.Moved(second.Code).ShouldBe(0);
    }

    [Fact]
    public async Task A_hold_is_taken_over_when_its_attempt_has_ended_and_not_before()
    {
        await using var bench = await ServiceBench.StartAsync(storage);
        var hold = bench.Services.GetRequiredService<CustomerHold>();
        var customer = Given.Customer();
        var dead = await bench.AcceptAsync(customer);
        var next = await bench.AcceptAsync(customer);
        var etag = (await hold.TryTakeAsync(dead, Cancel)).ShouldNotBeNull().HoldETag;
        (await hold.TryTakeAsync(dead, Cancel)).ShouldNotBeNull().HoldETag.ShouldBe(etag, "it is its own");

        // Its instance died; the row is under way.
        (await bench.ProcessAsync(next.Code)).Status.ShouldBe(SettlementStatus.Queued);
        bench.Baloan.Books.Calls(Operation.CheckCredit).ShouldBe(0);

        // It ended, and died before it gave the hold back.
        await bench.Store.TryUpdateAsync(
            (dead with { Status = SettlementStatus.Failed, ErrorCode = "never_sent" }).WithoutSecrets(),
            Cancel
        );
        (await bench.ProcessWhenDueAsync(next.Code)).Status.ShouldBe(SettlementStatus.Settled);

        // What is given back late takes nothing away from whoever has it now.
        var third = await bench.AcceptAsync(customer);
        await hold.TryTakeAsync(third, Cancel);
        await hold.ReleaseAsync(dead with { HoldETag = etag }, Cancel);
        var fourth = await bench.AcceptAsync(customer);
        (await bench.ProcessAsync(fourth.Code)).Status.ShouldBe(SettlementStatus.Queued);
    }

    [Fact]
    public async Task Settlements_of_different_customers_do_not_wait_for_each_other()
    {
        await using var bench = await ServiceBench.StartAsync(storage);
        var first = await bench.AcceptAsync();
        var second = await bench.AcceptAsync();
        bench.Baloan.Faults.Next(Operation.Settle, Fault.CutBeforeEffect);

        await bench.ProcessAsync(first.Code);

        (await bench.ProcessAsync(second.Code)).Status.ShouldBe(SettlementStatus.Settled);
    }
}
