using System.Text.Json.Nodes;
using Baloan.Core.Events;
using Baloan.Core.Settlements;
using Baloan.Functions.Tests.Bench;
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
        await using var bench = await StartAsync(proxy);
        var request = await bench.NewAsync();
        var (row, _, _) = await bench.Intake.AcceptAsync(request, Cancel);
        bench.Baloan.Faults.Next(Operation.Settle, Fault.Refused);

        var rejected = await bench.ProcessAsync(row.Code);
        await bench.Intake.AcceptAsync(await bench.NewAsync(request.NationalIdentifier, row.Code), Cancel);
        var settled = await bench.ProcessAsync(row.Code);
        await bench.SweepAsync();

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
        await using var bench = await StartAsync(proxy);
        var customer = Given.Customer();
        var row = await bench.AcceptAsync(customer);
        proxy.Refuse = kind => kind == refused;

        (await bench.ProcessAsync(row.Code)).Status.ShouldBe(SettlementStatus.Settled);
        (await bench.ListAsync(SettlementStatus.Settled)).ShouldBe([row.Code]);
        var next = await bench.AcceptAsync(customer);
        (await bench.ProcessAsync(next.Code)).Status.ShouldBe(SettlementStatus.Settled, "the customer is let go");
        Events(proxy).ShouldBeEmpty();
        proxy.Refuse = _ => false;
        await bench.SweepAsync();

        Events(proxy)
            .Select(one => one["data"]!["code"]!.GetValue<string>())
            .Order(StringComparer.Ordinal)
            .ShouldBe(new[] { row.Code, next.Code }.Order(StringComparer.Ordinal));
        (await bench.OpenEntriesAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_new_attempt_does_not_hide_the_end_of_the_one_before()
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var bench = await StartAsync(proxy);
        var request = await bench.NewAsync();
        var (row, _, _) = await bench.Intake.AcceptAsync(request, Cancel);
        bench.Baloan.Faults.Next(Operation.Settle, Fault.Refused);
        proxy.Refuse = kind => kind == ReadSubscriptions;
        await bench.ProcessAsync(row.Code);
        proxy.Refuse = _ => false;
        Events(proxy).ShouldBeEmpty();
        bench.Time.Advance(TimeSpan.FromSeconds(30));

        await bench.Intake.AcceptAsync(await bench.NewAsync(request.NationalIdentifier, row.Code), Cancel);

        Events(proxy).ShouldHaveSingleItem()["state"]!.GetValue<string>().ShouldBe("rejected");
        (await bench.ListAsync(SettlementStatus.Queued)).ShouldBe([row.Code]);
        (await bench.ProcessAsync(row.Code)).Status.ShouldBe(SettlementStatus.Settled);
        Events(proxy).Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_same_end_announced_twice_has_the_same_id()
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var bench = await StartAsync(proxy);
        var row = await bench.AcceptAsync();
        proxy.Refuse = kind => kind == "table DELETE SettlementsByStatus(key)";
        await bench.ProcessAsync(row.Code);
        proxy.Refuse = _ => false;

        await bench.SweepAsync();

        var events = Events(proxy);
        events.Count.ShouldBe(2);
        events.Select(one => one["id"]!.GetValue<string>()).Distinct().ShouldHaveSingleItem();
    }

    private static List<JsonNode> Events(StorageProxy proxy) =>
        [.. proxy.Messages.Where(message => message.Queue == "events").Select(message => JsonNode.Parse(message.Text)!["event"]!)];

    private async Task<ServiceBench> StartAsync(StorageProxy proxy)
    {
        var bench = await ServiceBench.StartAsync(storage, connectionString: proxy.ConnectionString);
        await bench
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
        return bench;
    }
}
