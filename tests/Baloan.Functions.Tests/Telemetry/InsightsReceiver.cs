using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Tests.Telemetry;

/// <summary>Takes what Azure Monitor's exporter sends, as Application Insights does, and keeps all of it.</summary>
internal sealed class InsightsReceiver : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> lines = new();
    private readonly WebApplication server;

    private InsightsReceiver(WebApplication server) => this.server = server;

    /// <summary>What the app's setting takes.</summary>
    public string ConnectionString
    {
        get
        {
            var address = server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
            return $"InstrumentationKey=00000000-0000-0000-0000-000000000001;IngestionEndpoint={address}/;LiveEndpoint={address}/";
        }
    }

    public string Text => string.Join('\n', lines);

    /// <summary>
    /// Every record that came, by its type: <c>RequestData</c>, <c>RemoteDependencyData</c>, <c>MetricData</c>, <c>MessageData</c>.
    /// </summary>
    public ILookup<string, JsonNode> Records =>
        lines.Select(line => JsonNode.Parse(line)!).ToLookup(record => record["data"]!["baseType"]!.GetValue<string>());

    /// <summary>The names of every metric that came.</summary>
    public IReadOnlyList<string> Metrics =>
        [
            .. Records["MetricData"]
                .SelectMany(record => record["data"]!["baseData"]!["metrics"]!.AsArray())
                .Select(metric => metric!["name"]!.GetValue<string>())
                .Distinct(),
        ];

    public static async Task<InsightsReceiver> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var receiver = new InsightsReceiver(builder.Build());
        receiver.server.Run(async context =>
        {
            var body = context.Request.Body;
            using var plain = new StreamReader(
                context.Request.Headers.ContentEncoding == "gzip" ? new GZipStream(body, CompressionMode.Decompress) : body,
                Encoding.UTF8
            );
            var came = (await plain.ReadToEndAsync(context.RequestAborted)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            foreach (var line in came)
            {
                receiver.lines.Enqueue(line);
            }

            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(
                $$"""{"itemsReceived":{{came.Length}},"itemsAccepted":{{came.Length}},"errors":[]}""",
                context.RequestAborted
            );
        });
        await receiver.server.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();
}
