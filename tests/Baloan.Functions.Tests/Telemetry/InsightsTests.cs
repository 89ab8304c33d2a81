using Baloan.Functions.Telemetry;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Tests.Telemetry;

/// <summary>A process of the app with <c>APPLICATIONINSIGHTS_CONNECTION_STRING</c> set.</summary>
public sealed class InsightsTests(StorageAccounts storage)
{
    [Fact(Explicit = true)]
    public async Task The_app_s_own_spans_and_metrics_arrive_at_Application_Insights_and_nothing_that_its_host_sends()
    {
        await using var insights = await InsightsReceiver.StartAsync();
        await using var baloan = await BaloanServer.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        await using var running = await StartAsync(baloan, insights);
        using var api = running.NewClient();

        var form = await api.AcceptedAsync(new SettlementForm());
        (await api.EndedAsync(form.Code)).SettlementStatus.ShouldBe("settled");
        await running.App.StopAsync();

        IReadOnlyList<string> NamesOf(string type) =>
            [.. insights.Records[type].Select(record => record["data"]!["baseData"]!["name"]!.GetValue<string>())];
        var calls = NamesOf("RemoteDependencyData");
        calls.ShouldContain("baloan settle");
        calls.ShouldAllBe(name => name.StartsWith("baloan ", StringComparison.Ordinal));
        NamesOf("RequestData").Distinct().ShouldBe(["process settlement"]);
        insights.Records["MessageData"].ShouldBeEmpty("the host sends log lines");
        insights.Metrics.ShouldContain("baloan.settlements");
        insights.Metrics.ShouldContain("baloan.client.calls");
        insights.Records["RemoteDependencyData"].ShouldAllBe(record => record["tags"]!["ai.cloud.role"]!.GetValue<string>() == "shop");
        foreach (var secret in new[] { form.NationalIdentifier!, "eyJ", BaloanServer.StorePassword, RunningApps.FunctionKey })
        {
            insights.Text.ShouldNotContain(secret);
        }
    }

    [Fact(Explicit = true)]
    public async Task Of_a_hundredth_of_the_traces_nearly_all_spans_are_left_out_and_no_metric()
    {
        await using var insights = await InsightsReceiver.StartAsync();
        await using var baloan = await BaloanServer.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        await using var running = await StartAsync(baloan, insights, new KeyValuePair<string, string?>("Telemetry__TracePercent", "1"));
        using var api = running.NewClient();

        foreach (var _ in Enumerable.Range(0, 40))
        {
            await api.SendOtpAsync(Given.Customer());
        }

        await running.App.StopAsync();

        insights.Records["RemoteDependencyData"].Count().ShouldBeLessThan(20);
        insights.Metrics.ShouldContain("baloan.client.calls");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("101")]
    [InlineData("all")]
    [InlineData("12.5")]
    public void A_share_of_traces_that_is_none_is_refused_when_the_app_starts(string percent)
    {
        var settings = new ConfigurationBuilder()
            .AddInMemoryCollection([
                new("APPLICATIONINSIGHTS_CONNECTION_STRING", "InstrumentationKey=x"),
                new("Telemetry:TracePercent", percent),
            ])
            .Build();

        Should
            .Throw<InvalidOperationException>(() => new ServiceCollection().AddTelemetryExport(settings))
            .Message.ShouldStartWith("Telemetry__TracePercent");
    }

    private Task<RunningApp> StartAsync(BaloanServer baloan, InsightsReceiver insights, params KeyValuePair<string, string?>[] settings) =>
        RunningApp.StartAsync(
            baloan,
            storage.ConnectionString(storage.NewAccount()),
            settings:
            [
                new("APPLICATIONINSIGHTS_CONNECTION_STRING", insights.ConnectionString),
                new("WEBSITE_SITE_NAME", "shop"),
                // The exporter's own figures go to Microsoft, and nowhere from a test.
                new("APPLICATIONINSIGHTS_STATSBEAT_DISABLED", "true"),
                .. settings,
            ]
        );
}
