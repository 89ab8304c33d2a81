using Baloan.Client;
using Baloan.Functions.Health;
using Baloan.Functions.Http;
using Baloan.Functions.Loans;
using Baloan.Functions.Settlements;
using Baloan.Functions.Stats;
using Baloan.Functions.Storage;
using Baloan.Functions.Subscriptions;
using Baloan.Functions.Telemetry;
using Baloan.Functions.Tokens;
using Baloan.Functions.Uploads;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Baloan.Functions;

/// <summary>Puts the app together.</summary>
public static class Services
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Adds all that the functions need. Nothing is connected yet.</summary>
    /// <exception cref="InvalidOperationException">A setting cannot be used; the message says which and what it has to be.</exception>
    public static IServiceCollection AddBaloanFunctions(this IServiceCollection services, IConfiguration configuration)
    {
        var settlementOptions = SettlementOptions.From(configuration);
        var version = VersionFrom(configuration["Baloan:MerchantApiVersion"]);
        var baloan = new BaloanOptions
        {
            BaseAddress = AddressFrom(configuration["Baloan:BaseAddress"]),
            CallTimeout = settlementOptions.SendingLimit < CallTimeout ? settlementOptions.SendingLimit : CallTimeout,
            FileTimeout = settlementOptions.SendingLimit,
        };

        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<BodyReading>();
        services.AddSingleton<Problems>();

        services.AddMetrics();
        services.AddSingleton<AppMeter>();
        services.AddTelemetryExport(configuration);

        // Below that, ASP.NET Core writes whole request URLs, and a URL's ?code= is a key.
        services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning));

        services.AddSingleton<StorageClients>();
        services.AddSingleton<StorageSetup>();
        services.AddHostedService(provider => provider.GetRequiredService<StorageSetup>());
        services.AddSingleton<Tally>();
        services.AddHostedService(provider => provider.GetRequiredService<Tally>());
        services.AddSingleton<WorkQueue>();
        services.AddSingleton<FileStore>();

        services.AddSingleton<Vault>();
        services.AddSingleton(provider =>
        {
            var time = provider.GetRequiredService<TimeProvider>();
            return new TokenClient(BaloanHttpClient.Create(baloan, null, time, provider.GetRequiredService<ILoggerFactory>(), NetworkOf(provider)), time);
        });
        AddTokens(services, Gateway.Merchant, client => (username, password, cancellationToken) =>
            client.GetMerchantTokenAsync(version, username, password, cancellationToken));
        AddTokens(services, Gateway.Partnership, client => client.GetPartnershipTokenAsync);

        services.AddSingleton(provider => new MerchantClient(
            BaloanHttpClient.Create(
                baloan,
                provider.GetRequiredKeyedService<AccessTokens>(Gateway.Merchant.Name),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILoggerFactory>(),
                NetworkOf(provider)),
            version));

        services.AddSingleton(settlementOptions);
        services.AddSingleton<CustomerHasher>();
        services.AddSingleton<CustomerHold>();
        services.AddSingleton<SettlementStore>();
        services.AddSingleton<SettlementProcessor>();
        services.AddSingleton<SettlementRequestReader>();
        services.AddSingleton<SettlementSweep>();
        services.AddSingleton<UploadStore>();
        services.AddSingleton<UploadProcessor>();
        services.AddSingleton<UploadSweep>();
        services.AddSingleton<SubscriptionStore>();
        services.AddSingleton<EventBacklog>();
        services.AddSingleton<EventQueue>();
        services.AddSingleton<EventPublisher>();
        services.AddSingleton(SubscriptionOptions.From(configuration));
        services.AddSingleton<WebhookUrlPolicy>();
        services.AddSingleton<WebhookPlaces>();
        services.AddSingleton<WebhookSigner>();
        services.AddSingleton<WebhookClient>();
        services.AddSingleton<SubscriptionRequestReader>();
        services.AddSingleton<EventDelivery>();

        services.AddSingleton(provider => new PartnershipClient(BaloanHttpClient.Create(
            baloan,
            provider.GetRequiredKeyedService<AccessTokens>(Gateway.Partnership.Name),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>(),
            NetworkOf(provider))));
        services.AddSingleton<LoanStore>();
        services.AddSingleton<LoanRecorder>();

        services.AddSingleton<StatsSweep>();
        services.AddSingleton<StatsReader>();
        services.AddSingleton<HealthChecks>();
        return services;
    }

    private static void AddTokens(
        IServiceCollection services, Gateway gateway, Func<TokenClient, Func<string, string, CancellationToken, Task<AccessToken>>> fetchWith) =>
        services.AddKeyedSingleton(gateway.Name, (provider, _) =>
        {
            var tokens = new AccessTokens(
                gateway,
                provider.GetRequiredService<Vault>(),
                fetchWith(provider.GetRequiredService<TokenClient>()),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<AccessTokens>>());
            provider.GetRequiredService<AppMeter>().Watch(tokens);
            return tokens;
        });

    // Registered by whoever stands in for Baloan without a network.
    private static HttpMessageHandler? NetworkOf(IServiceProvider provider) => provider.GetService<HttpMessageHandler>();

    private static MerchantApiVersion VersionFrom(string? text) => text?.ToLowerInvariant() switch
    {
        null or "" or "v2" => MerchantApiVersion.V2,
        "v1" => MerchantApiVersion.V1,
        _ => throw new InvalidOperationException("Baloan__MerchantApiVersion has to be v1 or v2."),
    };

    /// <summary>Looks at what only Development may do: credentials and customers' identities must not travel in clear text.</summary>
    /// <exception cref="InvalidOperationException">Baloan's address is in clear text outside Development.</exception>
    public static void CheckAddress(IConfiguration configuration, IHostEnvironment environment)
    {
        if (!environment.IsDevelopment() && AddressFrom(configuration["Baloan:BaseAddress"]).Scheme != Uri.UriSchemeHttps)
        {
            throw new InvalidOperationException(
                $"Baloan__BaseAddress is in clear text (http) and the environment is '{environment.EnvironmentName}': "
                + "use https, or set AZURE_FUNCTIONS_ENVIRONMENT to Development on your own machine.");
        }
    }

    private static Uri AddressFrom(string? text) =>
        string.IsNullOrEmpty(text) ? new BaloanOptions().BaseAddress
        : Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address
        : throw new InvalidOperationException("Baloan__BaseAddress has to be an absolute address, such as https://api.baloan.ir.");
}
