using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Testing;

/// <summary>A receiver of events, with a signed callback URL as Logic Apps has one.</summary>
public sealed class Receiver : IAsyncDisposable
{
    private readonly ConcurrentQueue<Delivery> deliveries = new();
    private WebApplication server;

    private Receiver(WebApplication server) => this.server = server;

    /// <summary>Signs <see cref="CallbackUrl"/>: it must be nowhere but in the request.</summary>
    public string Signature { get; } = $"s1gn-{Guid.NewGuid():N}";

    public string CallbackUrl =>
        $"http://127.0.0.1:{Port}/workflows/run?api-version=2016-10-01&sp=%2Ftriggers%2Fmanual%2Frun&sig={Signature}";

    public int Port { get; private set; }

    /// <summary>Answers; 200 where nobody has said else.</summary>
    public Func<HttpContext, Task> Answer { get; set; } = _ => Task.CompletedTask;

    /// <summary>All that arrived, oldest first.</summary>
    public IReadOnlyList<Delivery> Deliveries => [.. deliveries];

    public static async Task<Receiver> StartAsync()
    {
        var receiver = new Receiver(null!);
        await receiver.StartAgainAsync();
        return receiver;
    }

    public void AnswerWith(int status, string? retryAfter = null) =>
        Answer = context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.RetryAfter = retryAfter;
            return Task.CompletedTask;
        };

    public async Task StopAsync() => await server.DisposeAsync();

    public async Task StartAgainAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, Port));
        server = builder.Build();
        server.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            deliveries.Enqueue(
                new Delivery(
                    context.Request.Method,
                    context.Request.Path + context.Request.QueryString,
                    context.Request.ContentType,
                    context.Request.Headers.Select(header => header.Key).ToHashSet(StringComparer.OrdinalIgnoreCase),
                    await reader.ReadToEndAsync(context.RequestAborted)
                )
                {
                    Values = context.Request.Headers.ToDictionary(
                        header => header.Key,
                        header => header.Value.ToString(),
                        StringComparer.OrdinalIgnoreCase
                    ),
                }
            );
            await Answer(context);
        });
        await server.StartAsync(TestContext.Current.CancellationToken);
        Port = new Uri(server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();
}

/// <summary>A request that a receiver got.</summary>
public sealed record Delivery(string Method, string Target, string? ContentType, IReadOnlySet<string> Headers, string Body)
{
    /// <summary>The headers with their values.</summary>
    public IReadOnlyDictionary<string, string> Values { get; init; } = new Dictionary<string, string>();

    public JsonObject Json => JsonNode.Parse(Body)!.AsObject();

    public string EventId => Json["id"]!.GetValue<string>();
}
