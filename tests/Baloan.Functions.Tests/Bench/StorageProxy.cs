using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Baloan.Sandbox;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Tests.Bench;

/// <summary>Stands in front of storage, counts its calls by kind, and makes some of them go wrong.</summary>
internal sealed partial class StorageProxy : IAsyncDisposable
{
    /// <summary>A transaction, but for those that count: they are called <c>… Stats</c>.</summary>
    public const string Transaction = "table POST $batch";

    private readonly HttpClient client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };
    private readonly List<WebApplication> servers = [];
    private readonly ConcurrentQueue<string> calls = new();
    private readonly ConcurrentQueue<SentMessage> messages = new();
    private int rows;
    private int handedOut;

    private StorageProxy() { }

    /// <summary>The account behind it, by way of it.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>The kinds of the calls so far, oldest first.</summary>
    public IReadOnlyList<string> Calls => [.. calls];

    /// <summary>How many rows of tables the answers so far held.</summary>
    public int Rows => Volatile.Read(ref rows);

    /// <summary>How often a queue that was asked for messages had any.</summary>
    public int HandedOut => Volatile.Read(ref handedOut);

    /// <summary>What was put on queues, oldest first.</summary>
    public IReadOnlyList<SentMessage> Messages => [.. messages];

    /// <summary>Given a call's kind: whether it is answered 503 and not passed on.</summary>
    public Func<string, bool> Refuse { get; set; } = _ => false;

    /// <summary>Given a call's kind: whether it is carried out and its answer lost.</summary>
    public Func<string, bool> LoseAnswer { get; set; } = _ => false;

    public static async Task<StorageProxy> StartAsync(StorageAccounts storage)
    {
        var account = storage.NewAccount();
        var proxy = new StorageProxy();
        var ports = await proxy.ServeAsync(storage.Azurite, account);
        proxy.ConnectionString = StorageAccounts.ConnectionString(account, ports[0], ports[1], ports[2]);
        return proxy;
    }

    /// <summary>Stands in front of an Azurite of the test's own.</summary>
    public static async Task<StorageProxy> StartAsync(Azurite azurite)
    {
        var proxy = new StorageProxy();
        var ports = await proxy.ServeAsync(azurite, "devstoreaccount1");
        proxy.ConnectionString = azurite
            .ConnectionString.Replace($":{azurite.BlobPort}/", $":{ports[0]}/", StringComparison.Ordinal)
            .Replace($":{azurite.QueuePort}/", $":{ports[1]}/", StringComparison.Ordinal)
            .Replace($":{azurite.TablePort}/", $":{ports[2]}/", StringComparison.Ordinal);
        return proxy;
    }

    /// <summary>Whether a call belongs to counting, which goes on beside all else.</summary>
    public static bool IsCounting(string call) => call is "table GET Stats(key)" or Transaction + " Stats";

    public async ValueTask DisposeAsync()
    {
        foreach (var server in servers)
        {
            await server.DisposeAsync();
        }

        client.Dispose();
    }

    private async Task<int[]> ServeAsync(Azurite azurite, string account) =>
        [
            await ServeAsync("blob", azurite.BlobPort, $"/{account}"),
            await ServeAsync("queue", azurite.QueuePort, $"/{account}"),
            await ServeAsync("table", azurite.TablePort, $"/{account}"),
        ];

    private async Task<int> ServeAsync(string service, int targetPort, string root)
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
        server.Run(context => ForwardAsync(context, service, targetPort, root));
        await server.StartAsync(TestContext.Current.CancellationToken);
        servers.Add(server);
        return new Uri(server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
    }

    private async Task ForwardAsync(HttpContext context, string service, int targetPort, string root)
    {
        var kind = KindOf(service, context.Request, root);
        byte[]? transaction = null;
        if (kind == Transaction)
        {
            transaction = await BodyAsync(context.Request);
            kind += Encoding.UTF8.GetString(transaction).Contains("/Stats", StringComparison.Ordinal) ? " Stats" : "";
        }

        calls.Enqueue(kind);
        if (Refuse(kind))
        {
            context.Response.StatusCode = 503;
            return;
        }

        // As it stands: the signature is over the path as the client wrote it.
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var address = new Uri(
            string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{targetPort}{target}"),
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }
        );
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), address);
        if (context.Request.ContentLength is { } length)
        {
            request.Content =
                length == 0 ? new ByteArrayContent([])
                : transaction is not null ? new ByteArrayContent(transaction)
                : kind.StartsWith("queue POST ", StringComparison.Ordinal) ? new ByteArrayContent(await KeepAsync(context.Request))
                : new StreamContent(context.Request.Body);
            request.Content.Headers.ContentLength = length;
        }

        foreach (var (name, values) in context.Request.Headers)
        {
            if (
                name is not ("Host" or "Connection" or "Content-Length" or "Transfer-Encoding")
                && !request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values)
            )
            {
                request.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }

        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
        if (LoseAnswer(kind))
        {
            await response.Content.LoadIntoBufferAsync(context.RequestAborted);
            context.Abort();
            return;
        }

        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
        {
            if (name is not ("Transfer-Encoding" or "Connection" or "Keep-Alive"))
            {
                context.Response.Headers[name] = values.ToArray();
            }
        }

        if (kind.StartsWith("table GET", StringComparison.Ordinal) && !IsCounting(kind) && response.IsSuccessStatusCode)
        {
            var answer = JsonNode.Parse(await response.Content.ReadAsByteArrayAsync(context.RequestAborted))!;
            Interlocked.Add(ref rows, answer["value"]?.AsArray().Count ?? 1);
        }

        if (
            kind.StartsWith("queue GET ", StringComparison.Ordinal)
            && (await response.Content.ReadAsStringAsync(context.RequestAborted)).Contains("<PopReceipt>", StringComparison.Ordinal)
        )
        {
            Interlocked.Increment(ref handedOut);
        }

        await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private static async Task<byte[]> BodyAsync(HttpRequest request)
    {
        var body = new MemoryStream();
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        return body.ToArray();
    }

    private async Task<byte[]> KeepAsync(HttpRequest request)
    {
        var body = await BodyAsync(request);
        var text = XDocument.Load(new MemoryStream(body)).Descendants("MessageText").Single().Value;
        var delay = request.Query["visibilitytimeout"].ToString() is { Length: > 0 } seconds
            ? int.Parse(seconds, CultureInfo.InvariantCulture)
            : 0;
        messages.Enqueue(
            new SentMessage(
                request.Path.Value!.Split('/')[^2],
                Encoding.UTF8.GetString(Convert.FromBase64String(text)),
                TimeSpan.FromSeconds(delay)
            )
        );
        return body;
    }

    /// <summary>A call without its keys and names, such as <c>table PUT Settlements(key)</c>.</summary>
    private static string KindOf(string service, HttpRequest request, string root)
    {
        var path = request.Path.Value!.StartsWith(root, StringComparison.Ordinal)
            ? request.Path.Value[root.Length..].TrimStart('/')
            : request.Path.Value;
        path = service switch
        {
            "table" => Keys().Replace(path, "(key)"),
            "blob" when path.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash => path[..slash] + "/(blob)",
            "queue" => Message().Replace(path, "messages/(id)"),
            _ => path,
        };
        var comp = request.Query["comp"].ToString();
        return $"{service} {request.Method} {path}{(comp.Length > 0 ? $" {comp}" : "")}";
    }

    [GeneratedRegex(@"\(.+\)$")]
    private static partial Regex Keys();

    [GeneratedRegex("messages/.+$")]
    private static partial Regex Message();
}

/// <summary>A message that was put on a queue.</summary>
internal sealed record SentMessage(string Queue, string Text, TimeSpan Delay);
