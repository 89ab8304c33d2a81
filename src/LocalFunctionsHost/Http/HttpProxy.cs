using System.Diagnostics;
using LocalFunctionsHost.Functions;
using LocalFunctionsHost.Protocol;
using LocalFunctionsHost.Workers;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace LocalFunctionsHost.Http;

/// <summary>Forwards a request to the worker, where the run of its function meets it by its id.</summary>
internal sealed class HttpProxy(Worker worker, IHttpForwarder forwarder) : IDisposable
{
    private const string InvocationHeader = "x-ms-invocation-id";

    private static readonly ForwarderRequestConfig Limits = new() { ActivityTimeout = TimeSpan.FromMinutes(4) };

    private readonly HttpMessageInvoker network = new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
        }
    );

    public void Dispose() => network.Dispose();

    public async Task RunAsync(HttpContext context, Function function)
    {
        if (context.Request.ContentLength > context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize)
        {
            context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            return;
        }

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
            if (await forwarder.SendAsync(context, channel.HttpAddress, network, Limits, Transformer.Instance) == ForwarderError.None)
            {
                await run;
                return;
            }

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
