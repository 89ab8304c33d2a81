using System.Diagnostics;
using System.Text;
using LocalFunctionsHost.Functions;
using LocalFunctionsHost.Protocol;
using LocalFunctionsHost.Workers;
using Yarp.ReverseProxy.Forwarder;

namespace LocalFunctionsHost.Http;

/// <summary>Forwards a request to the worker, where the run of its function meets it by its id.</summary>
internal sealed class HttpProxy(Worker worker, IHttpForwarder forwarder) : IDisposable
{
    private const string InvocationHeader = "x-ms-invocation-id";

    // What is no longer comes in one piece with its headers.
    private const int SmallBody = 1024;

    private static readonly TimeSpan TimeToTell = TimeSpan.FromSeconds(1);
    private static readonly ForwarderRequestConfig Limits = new() { ActivityTimeout = TimeSpan.FromMinutes(4) };

    private readonly HttpMessageInvoker network = new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            Expect100ContinueTimeout = Timeout.InfiniteTimeSpan,
            RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
        }
    );

    public void Dispose() => network.Dispose();

    public async Task RunAsync(HttpContext context, Function function)
    {
        var id = Guid.NewGuid().ToString();
        context.Request.Headers[InvocationHeader] = id;
        try
        {
            var channel = await worker.ChannelAsync(context.RequestAborted);
            var routeValues = context.Request.RouteValues.Select(value =>
                KeyValuePair.Create(value.Key, new TypedData { String = (string?)value.Value ?? "" })
            );
            using var notForwarded = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
            var run = channel.InvokeAsync(function, id, new() { Http = new() }, Activity.Current, routeValues, notForwarded.Token);
            var error = await forwarder.SendAsync(context, channel.HttpAddress, network, Limits, Transformer.Instance);
            if (error == ForwarderError.None)
            {
                await run;
                return;
            }

            // The function has answered, and its server has hung up on a body that did not come to its end in time.
            var isTooSlow = error == ForwarderError.RequestBodyDestination && await EndsWellAsync(run);
            // Its caller has gone, or the worker; nobody waits for how it ends.
            await notForwarded.CancelAsync();
            _ = run.ContinueWith(
                ended => ended.Exception,
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted,
                TaskScheduler.Default
            );
            if (context.Response.HasStarted)
            {
                return;
            }

            context.Response.StatusCode = context.GetForwarderErrorFeature()?.Exception switch
            {
                BadHttpRequestException refused => refused.StatusCode,
                _ when isTooSlow => StatusCodes.Status408RequestTimeout,
                _ when context.Response.StatusCode == StatusCodes.Status502BadGateway => StatusCodes.Status500InternalServerError,
                _ => context.Response.StatusCode,
            };
        }
        catch (Exception failure) when (failure is FunctionsHostException or OperationCanceledException)
        {
            // Logged by the worker; a caller is told no more than that.
            if (!context.Response.HasStarted)
            {
                context.Response.Clear();
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            }
        }
    }

    /// <summary>Whether a run has ended well, or does so in the next moment: the worker tells it after the answer.</summary>
    private static async Task<bool> EndsWellAsync(Task run)
    {
        await Task.WhenAny(run, Task.Delay(TimeToTell));
        return run.IsCompletedSuccessfully;
    }

    /// <summary>
    /// Tells the worker how the caller reached this host, behind what gateways in front of it have said; the worker believes the last.
    /// </summary>
    private sealed class Transformer : HttpTransformer
    {
        // No machine has this name. Without one, a request could not be sent on, and with the worker's own it would seem to be meant for
        // it.
        private const string NoHost = "_";

        private static readonly string[] Forwarded = ["X-Forwarded-Host", "X-Forwarded-Proto"];

        public static readonly Transformer Instance = new();

        public override async ValueTask TransformRequestAsync(
            HttpContext httpContext,
            HttpRequestMessage proxyRequest,
            string destinationPrefix,
            CancellationToken cancellationToken
        )
        {
            if (!httpContext.Request.Host.HasValue)
            {
                httpContext.Request.Host = new HostString(NoHost);
            }

            await Default.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
            if (proxyRequest.Content is not null && httpContext.Request.ContentLength is null or > SmallBody)
            {
                // A body is taken in once the worker reads it. What the worker refuses unread is answered at once, however slowly it comes.
                proxyRequest.Headers.ExpectContinue = true;
            }

            foreach (var header in Forwarded)
            {
                if (
                    httpContext.Request.Headers[header].ToString() is { Length: > 0 } before
                    && proxyRequest.Headers.TryGetValues(header, out var own)
                    && string.Join(", ", own) is var mine
                    && mine != before
                )
                {
                    proxyRequest.Headers.Remove(header);
                    proxyRequest.Headers.TryAddWithoutValidation(header, $"{before}, {mine}");
                }
            }
        }
    }
}
