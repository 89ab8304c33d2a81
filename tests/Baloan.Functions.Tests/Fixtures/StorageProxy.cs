using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Baloan.Sandbox;
using Microsoft.AspNetCore.Http;

namespace Baloan.Functions.Tests.Fixtures;

/// <summary>Stands in front of storage, counts its calls by kind, and makes some of them go wrong.</summary>
internal sealed partial class StorageProxy : IAsyncDisposable
{
    /// <summary>A transaction, but for those that count: they are called <c>… Stats</c>.</summary>
    public const string Transaction = "table POST $batch";

    private readonly Forwarder forwarder = new();
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

    public ValueTask DisposeAsync() => forwarder.DisposeAsync();

    private async Task<int[]> ServeAsync(Azurite azurite, string account) =>
        [
            await ServeAsync("blob", azurite.BlobPort, $"/{account}"),
            await ServeAsync("queue", azurite.QueuePort, $"/{account}"),
            await ServeAsync("table", azurite.TablePort, $"/{account}"),
        ];

    private Task<int> ServeAsync(string service, int targetPort, string root) =>
        forwarder.ServeAsync(targetPort, call => ForwardAsync(call, service, root));

    private async Task ForwardAsync(ForwardedCall call, string service, string root)
    {
        var kind = KindOf(service, call.Request, root);
        if (kind == Transaction)
        {
            kind += Encoding.UTF8.GetString(await call.BodyAsync()).Contains("/Stats", StringComparison.Ordinal) ? " Stats" : "";
        }

        calls.Enqueue(kind);
        if (Refuse(kind))
        {
            call.Refuse(503);
            return;
        }

        if (kind.StartsWith("queue POST ", StringComparison.Ordinal) && call.Request.ContentLength > 0)
        {
            messages.Enqueue(MessageOf(call.Request, await call.BodyAsync()));
        }

        await call.SendAsync();
        if (LoseAnswer(kind))
        {
            call.Cut();
            return;
        }

        if (kind.StartsWith("table GET", StringComparison.Ordinal) && !IsCounting(kind) && call.Status is >= 200 and < 300)
        {
            Interlocked.Add(ref rows, JsonNode.Parse(call.Answer)!["value"]?.AsArray().Count ?? 1);
        }

        if (kind.StartsWith("queue GET ", StringComparison.Ordinal) && call.Answer.AsSpan().IndexOf("<PopReceipt>"u8) >= 0)
        {
            Interlocked.Increment(ref handedOut);
        }

        await call.PassOnAsync();
    }

    private static SentMessage MessageOf(HttpRequest request, byte[] body)
    {
        var text = XDocument.Load(new MemoryStream(body)).Descendants("MessageText").Single().Value;
        var delay = request.Query["visibilitytimeout"].ToString() is { Length: > 0 } seconds
            ? int.Parse(seconds, CultureInfo.InvariantCulture)
            : 0;
        return new(
            request.Path.Value!.Split('/')[^2],
            Encoding.UTF8.GetString(Convert.FromBase64String(text)),
            TimeSpan.FromSeconds(delay)
        );
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
