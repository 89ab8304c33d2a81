using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Baloan.Client;

/// <summary>
/// Makes the <see cref="HttpClient"/> that <see cref="MerchantClient"/>, <see cref="PartnershipClient"/> and <see cref="TokenClient"/>
/// need.
/// </summary>
public static class BaloanHttpClient
{
    /// <summary>
    /// Makes a client that retries, times, authorizes and reads calls to Baloan as each operation allows. Make one and keep
    /// it as long as the process lives: it holds the connections and the circuit breakers, one for each gateway.
    /// </summary>
    /// <param name="options">Where Baloan is, and how long it is waited for.</param>
    /// <param name="tokens">Where access tokens come from; null for a client that only gets tokens (<see cref="TokenClient"/>).</param>
    /// <param name="time">The clock of every wait and timeout, except <see cref="BaloanOptions.ConnectTimeout"/>.</param>
    /// <param name="loggers">Where failed tries are logged, masked; null for nowhere.</param>
    /// <param name="network">What sends a single try; null for the network itself. Redirects must not be followed there.</param>
    /// <exception cref="ArgumentException">An option cannot be used.</exception>
    public static HttpClient Create(
        BaloanOptions options,
        IAccessTokenSource? tokens,
        TimeProvider time,
        ILoggerFactory? loggers = null,
        HttpMessageHandler? network = null
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        var address = options.BaseAddress;
        if (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https") || address.Query.Length > 0)
        {
            throw new ArgumentException(
                "Baloan's base address must be an absolute http or https address without a query.",
                nameof(options)
            );
        }

        if (
            options.CallTimeout <= TimeSpan.Zero
            || options.FileTimeout <= TimeSpan.Zero
            || options.ConnectTimeout <= TimeSpan.Zero
            || options.LongestWait < TimeSpan.Zero
        )
        {
            throw new ArgumentException("Timeouts must be longer than zero, and the longest wait not negative.", nameof(options));
        }

        var logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger("Baloan.Client");
        network ??= new SocketsHttpHandler
        {
            // A redirected POST would become a GET, or carry a settlement to where nobody asked for it.
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.All,
            // The call's own span says all that one of each try would, and the ids of our traces are nothing that Baloan asks for.
            ActivityHeadersPropagator = null,
            ConnectTimeout = options.ConnectTimeout,
            // Follow a change of Baloan's address without a restart.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            // Whoever closes an idle connection first should be us: a request that meets a close on its way has no known outcome.
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        };
        var single = new SingleTryHandler(options, time, logger) { InnerHandler = network };
        var gateway = new GatewayHandler(options, tokens, time, logger) { InnerHandler = single };
        var http = new HttpClient(gateway)
        {
            BaseAddress = address.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/"),
            DefaultRequestVersion = HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            // The handlers time each try by what it is.
            Timeout = Timeout.InfiniteTimeSpan,
        };
        // As texts: what is added parsed is written anew for each call.
        http.DefaultRequestHeaders.TryAddWithoutValidation("Accept", "application/json");
        http.DefaultRequestHeaders.TryAddWithoutValidation(
            "User-Agent",
            $"Baloan.Client/{typeof(BaloanHttpClient).Assembly.GetName().Version?.ToString(3)}"
        );
        return http;
    }
}
