using System.Diagnostics;
using Baloan.Client;
using Baloan.Core.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Baloan.Functions.Telemetry;

/// <summary>Sends spans, metrics and log lines by OTLP, where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says where to.</summary>
/// <remarks>
/// The other settings of OpenTelemetry's specification are taken from the environment too, such as <c>OTEL_EXPORTER_OTLP_PROTOCOL</c>,
/// <c>OTEL_EXPORTER_OTLP_HEADERS</c> and <c>OTEL_SERVICE_NAME</c>. An endpoint that does not answer costs the app nothing but the telemetry.
/// </remarks>
public static class TelemetryExport
{
    private const string EndpointSetting = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string HostSetting = "Functions:Worker:HostEndpoint";
    private const string ServiceName = "baloan-functions";
    private const string Worker = "Microsoft.Azure.Functions.Worker";

    // Not the spans of .NET's HTTP client and of the Azure SDK: they hold addresses, and among these are those of subscribers, with
    // their signatures, and table keys. The spans of Baloan.Client say what was asked of Baloan.
    private static readonly string[] Sources = [Traces.Name, BaloanTelemetry.Name, "Microsoft.AspNetCore", Worker];

    private static readonly string[] Meters = [AppMeter.Name, BaloanTelemetry.Name, "Microsoft.AspNetCore.Hosting", "System.Runtime"];

    /// <summary>Adds the sending; without the setting, only what passes the ids of traces on.</summary>
    public static IServiceCollection AddTelemetryExport(this IServiceCollection services, IConfiguration configuration)
    {
        if (string.IsNullOrWhiteSpace(configuration[EndpointSetting]))
        {
            return services.AddHostedService<Relay>();
        }

        var resource = Describe(configuration);
        services.AddHostedService(_ => new Sender(resource));

        // Azure's host gets the app's log lines anyway, and sends them to the same address.
        return configuration[HostSetting] is { Length: > 0 }
            ? services
            : services.AddLogging(logging => logging.AddOpenTelemetry(lines =>
            {
                lines.IncludeFormattedMessage = true;
                lines.SetResourceBuilder(resource).AddOtlpExporter();
            }));
    }

    private static ResourceBuilder Describe(IConfiguration configuration) => ResourceBuilder.CreateEmpty()
        .AddService(
            configuration["WEBSITE_SITE_NAME"] is { Length: > 0 } site ? site : ServiceName,
            serviceVersion: typeof(TelemetryExport).Assembly.GetName().Version?.ToString(3))
        .AddTelemetrySdk()
        .AddEnvironmentVariableDetector();

    /// <summary>
    /// Has a function run within the trace that the host began for it, so that a problem's <c>trace_id</c> and the messages on the queues name
    /// that trace. On Azure's host a function is in none as long as nobody listens.
    /// </summary>
    private sealed class Relay : IHostedService, IDisposable
    {
        private readonly ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name is Worker or Traces.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.PropagationData,
        };

        public Task StartAsync(CancellationToken cancellationToken)
        {
            ActivitySource.AddActivityListener(listener);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose() => listener.Dispose();
    }

    /// <summary>Listens from before the first request until after the last one, and then sends what is left.</summary>
    private sealed class Sender(ResourceBuilder resource) : IHostedLifecycleService, IDisposable
    {
        private TracerProvider? spans;
        private MeterProvider? metrics;

        public Task StartingAsync(CancellationToken cancellationToken)
        {
            spans = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(Sources).AddOtlpExporter().Build();
            metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(Meters).AddOtlpExporter().Build();
            return Task.CompletedTask;
        }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken)
        {
            Dispose();
            return Task.CompletedTask;
        }

        public void Dispose()
        {
            spans?.Dispose();
            metrics?.Dispose();
            (spans, metrics) = (null, null);
        }
    }
}
