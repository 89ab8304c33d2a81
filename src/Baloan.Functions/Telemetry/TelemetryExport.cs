using System.Diagnostics;
using System.Globalization;
using Azure.Core;
using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Baloan.Client;
using Baloan.Core.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Baloan.Functions.Telemetry;

/// <summary>
/// Sends spans and metrics to Application Insights, where <c>APPLICATIONINSIGHTS_CONNECTION_STRING</c> is set, and by OTLP with the log
/// lines, where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says where to.
/// </summary>
/// <remarks>
/// The other settings of OpenTelemetry's specification are taken from the environment too, such as <c>OTEL_EXPORTER_OTLP_PROTOCOL</c>,
/// <c>OTEL_EXPORTER_OTLP_HEADERS</c> and <c>OTEL_SERVICE_NAME</c>. An endpoint that does not answer costs the app nothing but the
/// telemetry.
/// </remarks>
public static class TelemetryExport
{
    private const string EndpointSetting = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string InsightsSetting = "APPLICATIONINSIGHTS_CONNECTION_STRING";
    private const string SiteSetting = "WEBSITE_SITE_NAME";
    private const string ServiceName = "baloan-functions";
    private const string Worker = "Microsoft.Azure.Functions.Worker";

    // Not the spans of .NET's HTTP client and of the Azure SDK: they hold addresses, and among these are those of subscribers, with
    // their signatures, and table keys. The spans of Baloan.Client say what was asked of Baloan.
    private static readonly string[] OwnSources = [Traces.Name, BaloanTelemetry.Name];
    private static readonly string[] OwnMeters = [AppMeter.Name, BaloanTelemetry.Name];

    // Azure's host sends requests and runs of functions to Application Insights by itself.
    private static readonly string[] ServerSources = ["Microsoft.AspNetCore", Worker];
    private static readonly string[] ServerMeters = ["Microsoft.AspNetCore.Hosting", "System.Runtime"];

    /// <summary>
    /// Has a function run within the trace that the host began for it, so that a problem's <c>trace_id</c> and the messages on the
    /// queues name that trace. On Azure's host a function is in none as long as nobody listens.
    /// </summary>
    private static readonly Lazy<ActivityListener> Relay = new(() =>
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is Worker or Traces.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.PropagationData,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    });

    /// <summary>Adds the sending; without the settings, only what passes the ids of traces on.</summary>
    /// <exception cref="InvalidOperationException">A setting cannot be used; the message says which and what it has to be.</exception>
    public static IServiceCollection AddTelemetryExport(this IServiceCollection services, IConfiguration configuration)
    {
        _ = Relay.Value;
        var byOtlp = IsSet(configuration, EndpointSetting);
        var toInsights = IsSet(configuration, InsightsSetting);
        return byOtlp || toInsights ? services.AddExport(configuration, byOtlp, toInsights) : services;
    }

    // Apart, so that OpenTelemetry's assemblies are loaded where something is sent alone.
    private static IServiceCollection AddExport(
        this IServiceCollection services,
        IConfiguration configuration,
        bool byOtlp,
        bool toInsights
    )
    {
        var insights = toInsights ? InsightsFrom(configuration) : null;
        services
            .AddOpenTelemetry()
            .ConfigureResource(resource => Describe(resource, configuration))
            .WithTracing(spans =>
            {
                spans.AddSource(toInsights ? OwnSources : [.. OwnSources, .. ServerSources]);
                _ = insights is null ? spans : spans.AddAzureMonitorTraceExporter(insights);
                _ = byOtlp ? spans.AddOtlpExporter() : spans;
            })
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(toInsights ? OwnMeters : [.. OwnMeters, .. ServerMeters]);
                _ = insights is null ? metrics : metrics.AddAzureMonitorMetricExporter(insights);
                _ = byOtlp ? metrics.AddOtlpExporter() : metrics;
            });

        // Azure's host gets the app's log lines anyway, and sends them to the same address; the one for one's own machine does not.
        return !byOtlp || IsSet(configuration, SiteSetting)
            ? services
            : services.AddLogging(logging =>
                logging.AddOpenTelemetry(lines =>
                {
                    lines.IncludeFormattedMessage = true;
                    lines.SetResourceBuilder(Describe(ResourceBuilder.CreateEmpty(), configuration)).AddOtlpExporter();
                })
            );
    }

    private static bool IsSet(IConfiguration configuration, string setting) => !string.IsNullOrWhiteSpace(configuration[setting]);

    private static ResourceBuilder Describe(ResourceBuilder resource, IConfiguration configuration) =>
        resource
            .Clear()
            .AddService(
                configuration[SiteSetting] is { Length: > 0 } site ? site : ServiceName,
                serviceVersion: typeof(TelemetryExport).Assembly.GetName().Version?.ToString(3)
            )
            .AddTelemetrySdk()
            .AddEnvironmentVariableDetector();

    private static Action<AzureMonitorExporterOptions> InsightsFrom(IConfiguration configuration)
    {
        var share = ShareFrom(configuration["Telemetry:TracePercent"]);
        var credential = CredentialFrom(configuration["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"]);
        return options =>
        {
            options.ConnectionString = configuration[InsightsSetting];
            options.Credential = credential;
            // A share of all traces, the same spans of each in every process, rather than so many a second.
            options.SamplingRatio = share;
            options.TracesPerSecond = null;
            // What cannot be sent is not kept on a disk that goes away with the instance.
            options.DisableOfflineStorage = true;
        };
    }

    /// <summary>
    /// What the Functions host takes from the same setting: <c>Authorization=AAD</c>, with <c>ClientId=</c> for a user-assigned identity.
    /// </summary>
    private static ManagedIdentityCredential? CredentialFrom(string? text)
    {
        var parts = (text ?? "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var client = parts.FirstOrDefault(part => part.StartsWith("ClientId=", StringComparison.OrdinalIgnoreCase))?["ClientId=".Length..];
        return !parts.Contains("Authorization=AAD", StringComparer.OrdinalIgnoreCase)
            ? null
            : new ManagedIdentityCredential(
                string.IsNullOrEmpty(client) ? ManagedIdentityId.SystemAssigned : ManagedIdentityId.FromUserAssignedClientId(client)
            );
    }

    private static float ShareFrom(string? percent) =>
        string.IsNullOrWhiteSpace(percent) ? 1
        : int.TryParse(percent, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 100
            ? number / 100f
        : throw new InvalidOperationException("Telemetry__TracePercent has to be a whole number from 1 to 100.");
}
