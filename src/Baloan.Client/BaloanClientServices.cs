using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Baloan.Client;

/// <summary>Registers the clients of Baloan.</summary>
public static class BaloanClientServices
{
    /// <summary>
    /// Adds a <see cref="MerchantClient"/> and a <see cref="PartnershipClient"/>, each where its credentials are given, with access tokens
    /// that are got when they are needed and kept in memory.
    /// </summary>
    /// <remarks>
    /// A client settles when it is told to, and keeps no books: whoever calls it has to remember what was sent, and must not send again
    /// what may have taken effect (<see cref="BaloanException.OutcomeKnown"/>). The function app of this project does that.
    /// </remarks>
    /// <param name="services">What is put together.</param>
    /// <param name="configure">Gives the credentials.</param>
    /// <exception cref="ArgumentException">Neither contract is given, or an option cannot be used.</exception>
    public static IServiceCollection AddBaloanClient(this IServiceCollection services, Action<BaloanClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        var options = new BaloanClientOptions();
        configure(options);
        if (options is { Merchant: null, Partnership: null })
        {
            throw new ArgumentException("Give the credentials of the merchant's contract, the partner's, or both.", nameof(configure));
        }

        // Tells now what is wrong with an option, and not at the first call.
        BaloanHttpClient.Create(options.Baloan, null, TimeProvider.System).Dispose();

        if (options.Merchant is { } merchant)
        {
            services.AddSingleton(provider => new MerchantClient(
                Authorized(
                    provider,
                    (tokens, cancellationToken) =>
                        tokens.GetMerchantTokenAsync(options.MerchantVersion, merchant.Username, merchant.Password, cancellationToken)
                ),
                options.MerchantVersion
            ));
        }

        if (options.Partnership is { } partnership)
        {
            services.AddSingleton(provider => new PartnershipClient(
                Authorized(
                    provider,
                    (tokens, cancellationToken) =>
                        tokens.GetPartnershipTokenAsync(partnership.Username, partnership.Password, cancellationToken)
                )
            ));
        }

        return services;

        HttpClient Authorized(IServiceProvider provider, Func<TokenClient, CancellationToken, Task<AccessToken>> fetch)
        {
            var time = provider.GetService<TimeProvider>() ?? TimeProvider.System;
            var loggers = provider.GetService<ILoggerFactory>();
            var tokens = new TokenClient(BaloanHttpClient.Create(options.Baloan, null, time, loggers), time);
            return BaloanHttpClient.Create(
                options.Baloan,
                new CredentialTokens(cancellationToken => fetch(tokens, cancellationToken), time),
                time,
                loggers
            );
        }
    }
}
