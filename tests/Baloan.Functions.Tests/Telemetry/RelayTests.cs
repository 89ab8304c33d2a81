using System.Diagnostics;
using Baloan.Functions.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Baloan.Functions.Tests.Telemetry;

public sealed class RelayTests
{
    [Fact]
    public async Task A_function_runs_in_the_host_s_trace_also_where_nothing_is_exported()
    {
        // What the Functions worker asks for around each run of a function.
        using var worker = new ActivitySource("Microsoft.Azure.Functions.Worker");
        var host = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.None);
        await using var services = new ServiceCollection().AddTelemetryExport(new ConfigurationBuilder().Build()).BuildServiceProvider();
        foreach (var service in services.GetServices<IHostedService>())
        {
            await service.StartAsync(TestContext.Current.CancellationToken);
        }

        using var run = worker.StartActivity("function", ActivityKind.Server, host);

        Activity.Current.ShouldBe(run);
        run.ShouldNotBeNull().TraceId.ShouldBe(host.TraceId);
    }
}
