using System.Net;
using Baloan.Sandbox;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.EndToEnd.Tests;

/// <summary>Stands between an app and its storage, counts the writes, and can say "the process dies now" at any of them.</summary>
/// <remarks>
/// What the host of the app keeps for its timers is not counted: it has no part in a settlement. Nor is what the statistics count: they
/// do so in their own time, and no write could be named by its number.
/// </remarks>
internal sealed class StorageProxy : IAsyncDisposable
{
    private const string HostContainer = "azure-webjobs-hosts";
    private const string CountersTable = "/Stats(";

    private static readonly string[] NotForwarded = ["Host", "Connection", "Keep-Alive", "Transfer-Encoding", "Content-Length"];

    private readonly HttpMessageInvoker storage = new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
        }
    );
    private readonly List<WebApplication> services = [];
    private readonly Lock gate = new();
    private TaskCompletionSource<bool>? held;
    private int? away;
    private int underWay;
    private int writes;
    private Crash? crash;
    private Action? seen;

    private StorageProxy() { }

    /// <summary>What <c>AzureWebJobsStorage</c> has to be, to go through here.</summary>
    public string ConnectionString { get; private set; } = "";

    public static async Task<StorageProxy> StartAsync(Azurite azurite)
    {
        var proxy = new StorageProxy();
        var connection = azurite.ConnectionString;
        foreach (var port in new[] { azurite.BlobPort, azurite.QueuePort, azurite.TablePort })
        {
            connection = connection.Replace($"127.0.0.1:{port}/", $"127.0.0.1:{await proxy.ServeAsync(port)}/", StringComparison.Ordinal);
        }

        proxy.ConnectionString = connection;
        return proxy;
    }

    /// <summary>Counts from one again.</summary>
    /// <param name="next">What happens at one of the writes; null for nothing.</param>
    /// <param name="onWrite">Told of each write, just before it goes on its way; never of two at once.</param>
    public void Arm(Crash? next, Action? onWrite = null)
    {
        lock (gate)
        {
            (writes, crash, seen) = (0, next, onWrite);
        }
    }

    /// <summary>Lets nothing more go through, and waits until what is on its way has come back, or for two seconds.</summary>
    /// <remarks>
    /// The emulator writes to disk every few seconds and as it ends. What it answered yes to in between would be forgotten where it is
    /// ended at once, and Azure Storage forgets nothing.
    /// </remarks>
    public async Task HoldAsync()
    {
        lock (gate)
        {
            held ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        for (var wait = 0; wait < 20 && Volatile.Read(ref underWay) > 0; wait++)
        {
            await Task.Delay(100);
        }
    }

    /// <summary>Takes one of the three services away: its connections are cut, and the other two answer.</summary>
    /// <param name="storagePort">The port of the service; null brings it back.</param>
    public void TakeAway(int? storagePort)
    {
        lock (gate)
        {
            away = storagePort;
        }
    }

    /// <summary>Lets everything go through again.</summary>
    /// <param name="cut">Whether the connections that were held are cut, rather than let through.</param>
    public void Release(bool cut)
    {
        lock (gate)
        {
            held?.SetResult(cut);
            held = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Release(cut: true);
        foreach (var service in services)
        {
            await service.StopAsync();
            await service.DisposeAsync();
        }

        storage.Dispose();
    }

    private async Task<int> ServeAsync(int storagePort)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var service = builder.Build();
        service.Run(context => ForwardAsync(context, storagePort));
        services.Add(service);
        await service.StartAsync(TestContext.Current.CancellationToken);
        return new Uri(service.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
    }

    private async Task ForwardAsync(HttpContext context, int storagePort)
    {
        Task<bool>? waiting;
        lock (gate)
        {
            if (away == storagePort)
            {
                context.Abort();
                return;
            }

            waiting = held?.Task;
            underWay += waiting is null ? 1 : 0;
        }

        if (waiting is not null)
        {
            if (await waiting)
            {
                context.Abort();
                return;
            }

            Interlocked.Increment(ref underWay);
        }

        try
        {
            await ForwardNowAsync(context, storagePort);
        }
        finally
        {
            Interlocked.Decrement(ref underWay);
        }
    }

    private async Task ForwardNowAsync(HttpContext context, int storagePort)
    {
        try
        {
            using var request = await CopyAsync(context, storagePort);
            var now = await CountAsync(context.Request, request.Content);
            if (now is { AfterIt: false })
            {
                await now.KillAsync();
                context.Abort();
                return;
            }

            using var response = await storage.SendAsync(request, context.RequestAborted);
            var body = await response.Content.ReadAsByteArrayAsync(context.RequestAborted);
            if (now is not null)
            {
                await now.KillAsync();
                context.Abort();
                return;
            }

            context.Response.StatusCode = (int)response.StatusCode;
            foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
            {
                if (!NotForwarded.Contains(name, StringComparer.OrdinalIgnoreCase))
                {
                    context.Response.Headers[name] = values.ToArray();
                }
            }

            if (HttpMethods.IsHead(context.Request.Method))
            {
                context.Response.ContentLength = response.Content.Headers.ContentLength;
            }
            else if (body.Length > 0)
            {
                context.Response.ContentLength = body.Length;
                await context.Response.Body.WriteAsync(body, context.RequestAborted);
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException or HttpRequestException or BadHttpRequestException)
        {
            context.Abort();
        }
    }

    private async Task<Crash?> CountAsync(HttpRequest request, HttpContent? content)
    {
        var path = request.Path.Value!;
        if (
            HttpMethods.IsGet(request.Method)
            || HttpMethods.IsHead(request.Method)
            || path.Contains(HostContainer, StringComparison.Ordinal)
            || path.Contains(CountersTable, StringComparison.Ordinal)
            || (
                path.EndsWith("/$batch", StringComparison.Ordinal)
                && content is not null
                && (await content.ReadAsStringAsync()).Contains(CountersTable, StringComparison.Ordinal)
            )
        )
        {
            return null;
        }

        lock (gate)
        {
            seen?.Invoke();
            return ++writes == crash?.Write ? crash : null;
        }
    }

    private static async Task<HttpRequestMessage> CopyAsync(HttpContext context, int storagePort)
    {
        // The signature is over the path as the app wrote it.
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var address = new Uri(
            $"http://127.0.0.1:{storagePort}{target}",
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }
        );
        var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), address);
        if (context.Request.ContentLength is not null || context.Request.Headers.TransferEncoding.Count > 0)
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            request.Content = new ByteArrayContent(body.ToArray());
        }

        foreach (var (name, values) in context.Request.Headers)
        {
            if (
                !NotForwarded.Contains(name, StringComparer.OrdinalIgnoreCase)
                && !request.Headers.TryAddWithoutValidation(name, values.ToArray())
            )
            {
                request.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
            }
        }

        return request;
    }

    /// <summary>A process that dies at one of its writes.</summary>
    /// <param name="Write">Which one, from 1 up.</param>
    /// <param name="AfterIt">True: the write is carried out and its answer lost. False: it never reaches storage.</param>
    /// <param name="KillAsync">Ends the process.</param>
    internal sealed record Crash(int Write, bool AfterIt, Func<Task> KillAsync);
}
