using Baloan.Client;
using Baloan.Core.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Baloan.Core.Tokens;

/// <summary>Puts the access tokens together.</summary>
public static class TokenServices
{
    /// <summary>
    /// Adds Key Vault and the access tokens of both gateways, each under the gateway's name. It needs a <see cref="TokenClient"/>.
    /// </summary>
    /// <param name="services">What is put together.</param>
    /// <param name="version">How the merchant logs in.</param>
    public static IServiceCollection AddTokens(this IServiceCollection services, MerchantApiVersion version) =>
        services
            .AddSingleton<Vault>()
            .AddSingleton<CustomerHasher>()
            .AddTokens(
                Gateway.Merchant,
                client =>
                    (username, password, cancellationToken) => client.GetMerchantTokenAsync(version, username, password, cancellationToken)
            )
            .AddTokens(Gateway.Partnership, client => client.GetPartnershipTokenAsync);

    private static IServiceCollection AddTokens(
        this IServiceCollection services,
        Gateway gateway,
        Func<TokenClient, Func<string, string, CancellationToken, Task<AccessToken>>> fetchWith
    ) =>
        services.AddKeyedSingleton(
            gateway.Name,
            (provider, _) =>
            {
                var tokens = new AccessTokens(
                    gateway,
                    provider.GetRequiredService<Vault>(),
                    fetchWith(provider.GetRequiredService<TokenClient>()),
                    provider.GetRequiredService<TimeProvider>(),
                    provider.GetRequiredService<ILogger<AccessTokens>>()
                );
                provider.GetRequiredService<AppMeter>().WatchToken(gateway.Name, () => tokens.Times);
                return tokens;
            }
        );
}
