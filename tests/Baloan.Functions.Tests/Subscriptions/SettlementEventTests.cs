using System.Text.Json.Nodes;
using Baloan.Core.Events;
using Baloan.Core.Settlements;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Tests.Subscriptions;

public sealed class SettlementEventTests(StorageAccounts storage)
{
    private const string ReadSubscriptions = "table GET Subscriptions()";
    private const string SendEvent = "queue POST events/messages";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_end_of_a_settlement_is_one_event_with_what_a_GET_shows()
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var fixture = await StartAsync(proxy);
        var request = await fixture.NewAsync();
        var (row, _, _) = await fixture.Intake.AcceptAsync(request, Cancel);
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.Refused);

        var rejected = await fixture.ProcessAsync(row.Code);
        await fixture.Intake.AcceptAsync(await fixture.NewAsync(request.NationalIdentifier, row.Code), Cancel);
        var settled = await fixture.ProcessAsync(row.Code);
        await fixture.SweepAsync();

        var events = Events(proxy);
        events.Select(one => one["state"]!.GetValue<string>()).ShouldBe(["rejected", "settled"]);
        events.Select(one => one["id"]!.GetValue<string>()).Distinct().Count().ShouldBe(2);
        foreach (var (one, end) in events.Zip([rejected, settled]))
        {
            one["type"]!.GetValue<string>().ShouldBe("settlement");
            one["occurred_at"]!.GetValue<DateTimeOffset>().ShouldBe(end.UpdatedAt);
            one["data"]!["code"]!.GetValue<string>().ShouldBe(row.Code);
            one["data"]!["status"]!.GetValue<string>().ShouldBe(end.Status.Name());
            one["data"]!["attempts"]!.GetValue<int>().ShouldBe(end.Attempts);
            one["data"]!["national_identifier"]!.GetValue<string>().ShouldStartWith("******");
        }
    }

    [Theory]
    [InlineData(ReadSubscriptions)]
    [InlineData(SendEvent)]
    public async Task An_announcement_that_failed_is_made_good_by_the_sweep_and_the_settlement_has_ended(string refused)
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var fixture = await StartAsync(proxy);
        var customer = Given.Customer();
        var row = await fixture.AcceptAsync(customer);
        proxy.Refuse = kind => kind == refused;

        (await fixture.ProcessAsync(row.Code)).Status.ShouldBe(SettlementStatus.Settled);
        (await fixture.ListAsync(SettlementStatus.Settled)).ShouldBe([row.Code]);
        var next = await fixture.AcceptAsync(customer);
        (await fixture.ProcessAsync(next.Code)).Status.ShouldBe(SettlementStatus.Settled, "the customer is let go");
        Events(proxy).ShouldBeEmpty();
        proxy.Refuse = _ => false;
        await fixture.SweepAsync();

        Events(proxy)
            .Select(one => one["data"]!["code"]!.GetValue<string>())
            .Order(StringComparer.Ordinal)
            .ShouldBe(new[] { row.Code, next.Code }.Order(StringComparer.Ordinal));
        (await fixture.OpenEntriesAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_new_attempt_does_not_hide_the_end_of_the_one_before()
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var fixture = await StartAsync(proxy);
        var request = await fixture.NewAsync();
        var (row, _, _) = await fixture.Intake.AcceptAsync(request, Cancel);
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.Refused);
        proxy.Refuse = kind => kind == ReadSubscriptions;
        await fixture.ProcessAsync(row.Code);
        proxy.Refuse = _ => false;
        Events(proxy).ShouldBeEmpty();
        fixture.Time.Advance(TimeSpan.FromSeconds(30));

        await fixture.Intake.AcceptAsync(await fixture.NewAsync(request.NationalIdentifier, row.Code), Cancel);

        Events(proxy).ShouldHaveSingleItem()["state"]!.GetValue<string>().ShouldBe("rejected");
        (await fixture.ListAsync(SettlementStatus.Queued)).ShouldBe([row.Code]);
        (await fixture.ProcessAsync(row.Code)).Status.ShouldBe(SettlementStatus.Settled);
        Events(proxy).Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_same_end_announced_twice_has_the_same_id()
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var fixture = await StartAsync(proxy);
        var row = await fixture.AcceptAsync();
        proxy.Refuse = kind => kind == "table DELETE SettlementsByStatus(key)";
        await fixture.ProcessAsync(row.Code);
        proxy.Refuse = _ => false;

        await fixture.SweepAsync();

        var events = Events(proxy);
        events.Count.ShouldBe(2);
        events.Select(one => one["id"]!.GetValue<string>()).Distinct().ShouldHaveSingleItem();
    }

    private static List<JsonNode> Events(StorageProxy proxy) =>
        [.. proxy.Messages.Where(message => message.Queue == "events").Select(message => JsonNode.Parse(message.Text)!["event"]!)];

    private async Task<ServiceFixture> StartAsync(StorageProxy proxy)
    {
        var fixture = await ServiceFixture.StartAsync(storage, connectionString: proxy.ConnectionString);
        await fixture
            .Services.GetRequiredService<SubscriptionStore>()
            .SaveAsync(
                new Subscription
                {
                    RowKey = "one",
                    CallbackUrl = "https://x.logic.azure.com/",
                    Events = "settlement",
                },
                Cancel
            );
        return fixture;
    }
}
