using Baloan.Core.Settlements;
using Baloan.Functions.Tests.Fixtures;
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
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var customer = Given.Customer();
        var first = await fixture.AcceptAsync(customer, total: 2_000_000);
        var second = await fixture.AcceptAsync(customer, total: 2_000_000);
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.All.Single(known => known.Name == fault));

        (await fixture.ProcessAsync(first.Code)).Status.ShouldBe(SettlementStatus.Verifying);
        var waiting = await fixture.ProcessAsync(second.Code);
        waiting.Status.ShouldBe(SettlementStatus.Queued);
        waiting.DueAt.ShouldBeGreaterThan(fixture.Time.GetUtcNow());
        fixture.Baloan.Books.Calls(Operation.Settle).ShouldBe(1);

        var firstEnded = await fixture.RunToEndAsync(first.Code);
        var secondEnded = await fixture.RunToEndAsync(second.Code);

        firstEnded.Status.ShouldBe(firstEnd);
        firstEnded.KnownBy.ShouldBe(SettlementKnownBy.Credit);
        secondEnded.Status.ShouldBe(SettlementStatus.Settled);
        secondEnded.Inferred.ShouldBeFalse();
        fixture.Moved(first.Code).ShouldBe(firstEnd == SettlementStatus.Settled ? 1 : 0);
        fixture.Moved(second.Code).ShouldBe(1);
    }

    [Fact]
    public async Task Many_settlements_of_one_customer_at_once_all_end_right()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var other = fixture.NewInstance();
        var customer = Given.Customer();
        var codes = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            codes.Add((await fixture.AcceptAsync(customer, total: 1_000_000)).Code);
        }

        fixture.Baloan.Faults.Next(Operation.Settle, Fault.CutAfterEffect, 2);
        for (var round = 0; round < 60; round++)
        {
            await Task.WhenAll(codes.Select((code, i) => Instance.ProcessAsync(i % 2 == 0 ? fixture.Services : other, code)));
            fixture.Time.Advance(TimeSpan.FromSeconds(6));
        }

        foreach (var code in codes)
        {
            (await fixture.FindAsync(code)).Status.ShouldBe(SettlementStatus.Settled);
            fixture.Moved(code).ShouldBe(1);
        }

        fixture.Baloan.Books.Credit(customer).ShouldBe(Books.DefaultCredit - 6_000_000);
    }

    [Fact]
    public async Task A_customer_who_is_busy_for_too_long_ends_it_unsent()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var customer = Given.Customer();
        var first = await fixture.AcceptAsync(customer);
        var second = await fixture.AcceptAsync(customer);
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.CutBeforeEffect);
        await fixture.ProcessAsync(first.Code);

        fixture.Time.Advance(TimeSpan.FromMinutes(61));
        var failed = await fixture.ProcessAsync(second.Code);

        failed.Status.ShouldBe(SettlementStatus.Failed);
        failed.ErrorCode.ShouldBe("customer_busy");
        fixture.Moved(second.Code).ShouldBe(0);
    }

    [Fact]
    public async Task A_hold_is_taken_over_when_its_attempt_has_ended_and_not_before()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var hold = fixture.Services.GetRequiredService<CustomerHold>();
        var customer = Given.Customer();
        var dead = await fixture.AcceptAsync(customer);
        var next = await fixture.AcceptAsync(customer);
        var etag = (await hold.TryTakeAsync(dead, Cancel)).ShouldNotBeNull().HoldETag;
        (await hold.TryTakeAsync(dead, Cancel)).ShouldNotBeNull().HoldETag.ShouldBe(etag, "it is its own");

        // Its instance died; the row is under way.
        (await fixture.ProcessAsync(next.Code)).Status.ShouldBe(SettlementStatus.Queued);
        fixture.Baloan.Books.Calls(Operation.CheckCredit).ShouldBe(0);

        // It ended, and died before it gave the hold back.
        await fixture.Store.TryUpdateAsync(
            (dead with { Status = SettlementStatus.Failed, ErrorCode = "never_sent" }).WithoutSecrets(),
            Cancel
        );
        (await fixture.ProcessWhenDueAsync(next.Code)).Status.ShouldBe(SettlementStatus.Settled);

        // What is given back late takes nothing away from whoever has it now.
        var third = await fixture.AcceptAsync(customer);
        await hold.TryTakeAsync(third, Cancel);
        await hold.ReleaseAsync(dead with { HoldETag = etag }, Cancel);
        var fourth = await fixture.AcceptAsync(customer);
        (await fixture.ProcessAsync(fourth.Code)).Status.ShouldBe(SettlementStatus.Queued);
    }

    [Fact]
    public async Task Settlements_of_different_customers_do_not_wait_for_each_other()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var first = await fixture.AcceptAsync();
        var second = await fixture.AcceptAsync();
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.CutBeforeEffect);

        await fixture.ProcessAsync(first.Code);

        (await fixture.ProcessAsync(second.Code)).Status.ShouldBe(SettlementStatus.Settled);
    }
}
