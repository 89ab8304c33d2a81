using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Testing;

/// <summary>Stands in front of a server of this machine; what becomes of each request is the test's to say.</summary>
public sealed class Forwarder : IAsyncDisposable
{
    private readonly HttpMessageInvoker client = new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
        }
    );
    private readonly List<WebApplication> servers = [];

    /// <summary>Listens for one server.</summary>
    /// <param name="target">The port of the server.</param>
    /// <param name="handle">Given each request, to send it on or not.</param>
    /// <returns>The port that is listened on.</returns>
    public async Task<int> ServeAsync(int target, Func<ForwardedCall, Task> handle)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.Limits.MaxRequestBodySize = null;
                kestrel.Listen(IPAddress.Loopback, 0);
            });
        var server = builder.Build();
        server.Run(async context =>
        {
            try
            {
                using var call = new ForwardedCall(context, client, target);
                await handle(call);
            }
            catch (Exception gone)
                when (gone is OperationCanceledException or IOException or HttpRequestException or BadHttpRequestException)
            {
                context.Abort();
            }
        });
        servers.Add(server);
        await server.StartAsync(TestContext.Current.CancellationToken);
        return new Uri(server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in servers)
        {
            await server.StopAsync();
            await server.DisposeAsync();
        }

        client.Dispose();
    }
}

/// <summary>A request that is on its way to a server, and its answer.</summary>
public sealed class ForwardedCall(HttpContext context, HttpMessageInvoker client, int target) : IDisposable
{
    private static readonly string[] NotForwarded = ["Host", "Connection", "Keep-Alive", "Transfer-Encoding", "Content-Length"];

    private byte[]? body;
    private HttpResponseMessage? response;

    public HttpRequest Request => context.Request;

    /// <summary>The answer's status; 0 before there is one.</summary>
    public int Status => (int?)response?.StatusCode ?? 0;

    /// <summary>The answer's body; empty before there is one.</summary>
    public byte[] Answer { get; private set; } = [];

    /// <summary>The request's body.</summary>
    public async Task<byte[]> BodyAsync()
    {
        if (body is null)
        {
            using var all = new MemoryStream();
            await Request.Body.CopyToAsync(all, context.RequestAborted);
            body = all.ToArray();
        }

        return body;
    }

    /// <summary>Has the server carry it out. The caller learns nothing yet.</summary>
    public async Task SendAsync()
    {
        // As it stands: signatures are over the path as the client wrote it.
        var path = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var address = new Uri(
            $"http://127.0.0.1:{target}{path}",
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }
        );
        using var request = new HttpRequestMessage(new HttpMethod(Request.Method), address);
        if (Request.ContentLength is not null || Request.Headers.TransferEncoding.Count > 0)
        {
            request.Content = new ByteArrayContent(await BodyAsync());
        }

        foreach (var (name, values) in Request.Headers)
        {
            if (
                !NotForwarded.Contains(name, StringComparer.OrdinalIgnoreCase)
                && !request.Headers.TryAddWithoutValidation(name, values.ToArray())
            )
            {
                request.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
            }
        }

        response = await client.SendAsync(request, context.RequestAborted);
        Answer = await response.Content.ReadAsByteArrayAsync(context.RequestAborted);
    }

    /// <summary>Gives the caller the server's answer.</summary>
    public async Task PassOnAsync()
    {
        context.Response.StatusCode = Status;
        foreach (var (name, values) in response!.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
        {
            if (!NotForwarded.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                context.Response.Headers[name] = values.ToArray();
            }
        }

        if (HttpMethods.IsHead(Request.Method))
        {
            context.Response.ContentLength = response.Content.Headers.ContentLength;
        }
        else if (Answer.Length > 0)
        {
            context.Response.ContentLength = Answer.Length;
            await context.Response.Body.WriteAsync(Answer, context.RequestAborted);
        }
    }

    /// <summary>Gives the caller an empty answer with a status.</summary>
    public void Refuse(int status) => context.Response.StatusCode = status;

    /// <summary>Cuts the caller's connection.</summary>
    public void Cut() => context.Abort();

    public void Dispose() => response?.Dispose();
}
