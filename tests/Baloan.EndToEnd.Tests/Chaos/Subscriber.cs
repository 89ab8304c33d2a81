using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.EndToEnd.Tests.Chaos;

/// <summary>An event that a subscriber was told.</summary>
/// <param name="Status">What it answered; null where it cut the connection.</param>
internal sealed record ToldEvent(DateTimeOffset At, string Id, string Type, DateTimeOffset OccurredAt, JsonObject Data, int? Status);

/// <summary>A subscriber who is not always well.</summary>
internal sealed class Subscriber : IAsyncDisposable
{
    private readonly ConcurrentQueue<ToldEvent> events = new();
    private readonly ChaosLedger ledger;
    private readonly WebApplication server;
    private readonly ConcurrentDictionary<string, bool> known = new();

    private Subscriber(WebApplication server, ChaosLedger ledger) => (this.server, this.ledger) = (server, ledger);

    public string CallbackUrl { get; private set; } = "";

    public IReadOnlyList<ToldEvent> Events => [.. events];

    /// <summary>What is answered next; null cuts the connection.</summary>
    public Func<int?> Answer { get; set; } = () => 200;

    public static async Task<Subscriber> StartAsync(ChaosLedger ledger)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var subscriber = new Subscriber(builder.Build(), ledger);
        subscriber.server.Run(subscriber.TakeAsync);
        await subscriber.server.StartAsync();
        subscriber.CallbackUrl =
            $"{subscriber.server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()}/told";
        return subscriber;
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        JsonObject json;
        try
        {
            json = (await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))!.AsObject();
        }
        catch (Exception cut) when (cut is OperationCanceledException or IOException or BadHttpRequestException)
        {
            return;
        }

        var now = DateTimeOffset.UtcNow;
        var status = Answer();
        var told = new ToldEvent(
            now,
            json.Text("id"),
            json.Text("type"),
            (DateTimeOffset)json["occurred_at"]!,
            json["data"]!.AsObject(),
            status
        );
        events.Enqueue(told);
        if (status is null)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = status.Value;
        if (status == 200 && known.TryAdd(told.Id, true))
        {
            ledger.Succeeded(ErrandKind.Event, told.OccurredAt, now);
        }
    }
}
