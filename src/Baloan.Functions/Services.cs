using Baloan.Core.Counters;
using Baloan.Core.Events;
using Baloan.Core.Loans;
using Baloan.Core.Reconciliation;
using Baloan.Core.Retention;
using Baloan.Core.Settlements;
using Baloan.Core.Storage;
using Baloan.Core.Telemetry;
using Baloan.Core.Uploads;
using Baloan.Functions.Console;
using Baloan.Functions.Health;
using Baloan.Functions.Http;
using Baloan.Functions.Http.Requests;
using Baloan.Functions.Http.Responses;
using Baloan.Functions.Stats;
using Baloan.Functions.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Baloan.Functions;

/// <summary>Puts the app together.</summary>
public static class Services
{
    /// <summary>Adds all that the functions need. Nothing is connected yet.</summary>
    /// <exception cref="InvalidOperationException">A setting cannot be used; the message says which and what it has to be.</exception>
    public static IServiceCollection AddBaloanFunctions(this IServiceCollection services, IConfiguration configuration)
    {
        var settlements = SettlementOptions.From(configuration);
        return services
            .AddSingleton(TimeProvider.System)
            .AddTelemetry(configuration)
            .AddStorage()
            .AddCounters()
            .AddBaloanClient(configuration, settlements.SendingLimit)
            .AddSettlements(settlements)
            .AddUploads(new UploadOptions(settlements.StandstillLimit))
            .AddLoans()
            .AddSubscriptions(configuration)
            .AddSingleton<SettlementRequestReader>()
            .AddSingleton<SubscriptionRequestReader>()
            .AddSingleton<ISettlementView, SettlementView>()
            .AddSingleton<BodyReading>()
            .AddSingleton<Problems>()
            .AddReconciliation()
            .AddRetention(RetentionOptions.From(configuration))
            .AddSingleton(new OwnKeys(configuration))
            .AddSingleton(new CorsOrigins(configuration))
            .AddSingleton(new QueryKey(configuration))
            .AddSingleton<SettlementQueryReader>()
            .AddSingleton(new TrustedFronts(configuration))
            .AddSingleton(TotalLimit.From(configuration))
            .AddSingleton<StatsSweep>()
            .AddSingleton<StatsReader>()
            .AddSingleton<SettlementWatch>()
            .AddSingleton<HealthChecks>()
            .AddSingleton(new ConsolePage(ConsoleOptions.From(configuration)));
    }

    // Below that, ASP.NET Core writes whole request URLs, and a URL's ?code= is a key.
    private static IServiceCollection AddTelemetry(this IServiceCollection services, IConfiguration configuration) =>
        services
            .AddMetrics()
            .AddSingleton<AppMeter>()
            .AddTelemetryExport(configuration)
            .AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning));
}
