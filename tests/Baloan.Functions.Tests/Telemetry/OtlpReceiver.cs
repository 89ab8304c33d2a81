using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Tests.Telemetry;

/// <summary>Takes OTLP over HTTP, as protobuf, and keeps all of it.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly ConcurrentQueue<(string Path, byte[] Body)> received = new();
    private readonly WebApplication server;

    private OtlpReceiver(WebApplication server) => this.server = server;

    public Uri Address => new(server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>Every span that came.</summary>
    public IReadOnlyList<OtlpSpan> Spans =>
        [
            .. Of("/v1/traces")
                .SelectMany(body => body.All(1))
                .SelectMany(resource =>
                {
                    var service = OtlpSpan.Attributes(resource.All(1).Single(), 1)["service.name"];
                    return resource.All(2).SelectMany(scope => scope.All(2)).Select(span => OtlpSpan.Read(span, service));
                }),
        ];

    /// <summary>The names of every metric that came.</summary>
    public IReadOnlySet<string> Metrics =>
        Of("/v1/metrics")
            .SelectMany(body => body.All(1))
            .SelectMany(resource => resource.All(2))
            .SelectMany(scope => scope.All(2))
            .Select(metric => metric.Text(1))
            .ToHashSet();

    /// <summary>Every log line that came.</summary>
    public IReadOnlyList<string> Lines => [.. TimedLines.Select(line => line.Text)];

    /// <summary>Every log line that came, with the time at which it was written.</summary>
    public IReadOnlyList<(ulong At, string Text)> TimedLines =>
        [
            .. Of("/v1/logs")
                .SelectMany(body => body.All(1))
                .SelectMany(resource => resource.All(2))
                .SelectMany(scope => scope.All(2))
                .Select(line => (line.Number(1), line.All(5).FirstOrDefault()?.Text(1) ?? "")),
        ];

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var receiver = new OtlpReceiver(builder.Build());
        receiver.server.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            context.Request.ContentType.ShouldBe("application/x-protobuf");
            receiver.received.Enqueue((context.Request.Path, body.ToArray()));
            context.Response.ContentType = "application/x-protobuf";
        });
        await receiver.server.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    /// <summary>Whether anything that came holds a text, anywhere.</summary>
    public bool Holds(string text) => received.Any(one => one.Body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0);

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private IEnumerable<ProtobufMessage> Of(string path) =>
        received.Where(one => one.Path == path).Select(one => new ProtobufMessage(one.Body));
}

/// <summary>A span (opentelemetry/proto/trace/v1/trace.proto).</summary>
internal sealed record OtlpSpan(
    string Service,
    string Trace,
    string Id,
    string Parent,
    string Name,
    ulong Start,
    IReadOnlyDictionary<string, string> Tags
)
{
    public static OtlpSpan Read(ProtobufMessage span, string service) =>
        new(service, Hex(span, 1), Hex(span, 2), Hex(span, 4), span.Text(5), span.Number(7), Attributes(span, 9));

    public static Dictionary<string, string> Attributes(ProtobufMessage message, int field) =>
        message
            .All(field)
            .ToDictionary(
                attribute => attribute.Text(1),
                attribute => attribute.All(2).Single() is var value && value.Has(1) ? value.Text(1) : $"{value.Number(3)}"
            );

    private static string Hex(ProtobufMessage span, int field) => span.Has(field) ? Convert.ToHexStringLower(span.Bytes(field)) : "";
}

/// <summary>Reads what is needed of protobuf's wire format.</summary>
internal sealed class ProtobufMessage
{
    private readonly List<(int Number, ulong Value, byte[] Bytes)> fields = [];

    public ProtobufMessage(byte[] body)
    {
        for (var at = 0; at < body.Length; )
        {
            var key = Varint(body, ref at);
            var number = (int)(key >> 3);
            switch (key & 7)
            {
                case 0:
                    fields.Add((number, Varint(body, ref at), []));
                    break;
                case 1:
                    fields.Add((number, BitConverter.ToUInt64(body, at), []));
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint(body, ref at);
                    fields.Add((number, 0, body[at..(at + length)]));
                    at += length;
                    break;
                case 5:
                    fields.Add((number, BitConverter.ToUInt32(body, at), []));
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException("This is no protobuf.");
            }
        }
    }

    public bool Has(int number) => fields.Exists(field => field.Number == number);

    public IEnumerable<ProtobufMessage> All(int number) =>
        fields.Where(field => field.Number == number).Select(field => new ProtobufMessage(field.Bytes));

    public byte[] Bytes(int number) => fields.Find(field => field.Number == number).Bytes ?? [];

    public ulong Number(int number) => fields.Find(field => field.Number == number).Value;

    public string Text(int number) => Encoding.UTF8.GetString(Bytes(number));

    private static ulong Varint(byte[] body, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = body[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
