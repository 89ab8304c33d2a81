using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Baloan.Core.Events;

/// <summary>Posts events to the outside, and to nowhere else.</summary>
/// <remarks>
/// A name is resolved here, once, and the connection is made to the very address that was looked at: a name that leads elsewhere a
/// moment later (DNS rebinding) changes nothing. No proxy, which would resolve it again; no redirect, which would lead around the policy.
/// </remarks>
public sealed class WebhookClient : IDisposable
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WholeLimit = TimeSpan.FromSeconds(15);

    private readonly WebhookUrlPolicy policy;
    private readonly TimeProvider time;
    private readonly HttpClient http;

    /// <summary>Makes the client; nothing is connected yet.</summary>
    public WebhookClient(WebhookUrlPolicy policy, TimeProvider time)
    {
        (this.policy, this.time) = (policy, time);
        http = new HttpClient(
            new SocketsHttpHandler
            {
                ConnectCallback = ConnectAsync,
                UseProxy = false,
                AllowAutoRedirect = false,
                UseCookies = false,
                AutomaticDecompression = DecompressionMethods.None,
                ConnectTimeout = ConnectLimit,
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
                // In KB.
                MaxResponseHeadersLength = 16,
                // Nobody reads the body. What is left of a short one is skipped, so that the connection can be used again.
                MaxResponseDrainSize = 16 * 1024,
                ResponseDrainTimeout = TimeSpan.FromSeconds(1),
                // Traces of HTTP calls hold their URL, and this one's is a secret.
                ActivityHeadersPropagator = null,
            }
        )
        {
            // Timed below, by the clock that everything else goes by.
            Timeout = Timeout.InfiniteTimeSpan,
        };
        http.DefaultRequestHeaders.UserAgent.Add(new("Baloan.Functions", typeof(WebhookClient).Assembly.GetName().Version?.ToString(3)));
    }

    /// <summary>Posts once.</summary>
    /// <param name="url">As <see cref="WebhookUrlPolicy.Check"/> gave it.</param>
    /// <param name="json">The body, UTF-8.</param>
    /// <param name="headers">What goes with it, such as its signature.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public async Task<WebhookResult> PostAsync(
        Uri url,
        byte[] json,
        IReadOnlyDictionary<string, string> headers,
        CancellationToken cancellationToken
    )
    {
        using var limit = new CancellationTokenSource(WholeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(json) { Headers = { ContentType = new MediaTypeHeaderValue("application/json", "utf-8") } },
        };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var status = (int)response.StatusCode;
            return new WebhookResult(status, $"status {status}", WaitOf(response.Headers.RetryAfter));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new WebhookResult(null, limit.IsCancellationRequested ? "no answer in time" : "no connection in time");
        }
        catch (HttpRequestException failure)
        {
            // Its message names the host.
            return new WebhookResult(
                null,
                failure.InnerException is NotPublicException ? NotPublicException.Reason : $"{failure.HttpRequestError}"
            );
        }
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private TimeSpan? WaitOf(RetryConditionHeaderValue? retryAfter) => retryAfter?.Delta ?? (retryAfter?.Date - time.GetUtcNow());

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint.Host;
        Func<IPAddress, bool> mayBeReached = policy.MayBeLoopback(host.TrimEnd('.')) ? IPAddress.IsLoopback : PublicAddresses.Contains;
        var all = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellationToken);
        var addresses = all.Where(mayBeReached).ToArray();
        if (addresses.Length == 0)
        {
            throw new NotPublicException();
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class NotPublicException : IOException
    {
        public const string Reason = "the name leads to no public address";

        public override string Message => Reason;
    }
}

/// <summary>What came of one post.</summary>
/// <param name="Status">The HTTP status; null where there was no answer.</param>
/// <param name="Text">The same for a log; nothing of the URL is in it.</param>
/// <param name="RetryAfter">How long the receiver asks to be left alone.</param>
public sealed record WebhookResult(int? Status, string Text, TimeSpan? RetryAfter = null);
