using Baloan.Client;
using Baloan.Core.Tokens;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Baloan.Functions;

/// <summary>Puts the clients of Baloan together.</summary>
internal static class BaloanClientServices
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Adds a client for each of Baloan's interfaces, and the access tokens that they send.</summary>
    /// <param name="services">What is put together.</param>
    /// <param name="configuration">The settings <c>Baloan__BaseAddress</c> and <c>Baloan__MerchantApiVersion</c>.</param>
    /// <param name="sendingLimit">The longest that one sending may take.</param>
    /// <exception cref="InvalidOperationException">A setting cannot be used; the message says which and what it has to be.</exception>
    public static IServiceCollection AddBaloanClient(this IServiceCollection services, IConfiguration configuration, TimeSpan sendingLimit)
    {
        var version = VersionFrom(configuration["Baloan:MerchantApiVersion"]);
        var options = new BaloanOptions
        {
            BaseAddress = AddressFrom(configuration["Baloan:BaseAddress"]),
            CallTimeout = sendingLimit < CallTimeout ? sendingLimit : CallTimeout,
            FileTimeout = sendingLimit,
        };

        return services
            .AddSingleton(provider => new TokenClient(ClientOf(provider, null), provider.GetRequiredService<TimeProvider>()))
            .AddTokens(version)
            .AddSingleton(provider => new MerchantClient(ClientOf(provider, Gateway.Merchant), version))
            .AddSingleton(provider => new PartnershipClient(ClientOf(provider, Gateway.Partnership)));

        HttpClient ClientOf(IServiceProvider provider, Gateway? gateway) =>
            BaloanHttpClient.Create(
                options,
                gateway is null ? null : provider.GetRequiredKeyedService<AccessTokens>(gateway.Name),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILoggerFactory>(),
                // Registered by whoever stands in for Baloan without a network.
                provider.GetService<HttpMessageHandler>()
            );
    }

    /// <summary>Looks at what only Development may do: credentials and customers' identities must not travel in clear text.</summary>
    /// <exception cref="InvalidOperationException">Baloan's address is in clear text outside Development.</exception>
    public static void CheckAddress(IConfiguration configuration, IHostEnvironment environment)
    {
        if (!environment.IsDevelopment() && AddressFrom(configuration["Baloan:BaseAddress"]).Scheme != Uri.UriSchemeHttps)
        {
            throw new InvalidOperationException(
                $"Baloan__BaseAddress is in clear text (http) and the environment is '{environment.EnvironmentName}': "
                    + "use https, or set AZURE_FUNCTIONS_ENVIRONMENT to Development on your own machine."
            );
        }
    }

    private static MerchantApiVersion VersionFrom(string? text) =>
        text?.ToLowerInvariant() switch
        {
            null or "" or "v2" => MerchantApiVersion.V2,
            "v1" => MerchantApiVersion.V1,
            _ => throw new InvalidOperationException("Baloan__MerchantApiVersion has to be v1 or v2."),
        };

    private static Uri AddressFrom(string? text) =>
        string.IsNullOrEmpty(text) ? new BaloanOptions().BaseAddress
        : Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address
        : throw new InvalidOperationException("Baloan__BaseAddress has to be an absolute address, such as https://api.baloan.ir.");
}
