using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Baloan.Core.Loans;
using Baloan.Core.Storage;

namespace Baloan.Functions.Tests.BadInput;

/// <summary>Makes messages that do not belong on the app's queues. The same seed and number make the same message.</summary>
internal static class BadMessages
{
    private const string Uuid = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";

    private static readonly (string Queue, string Message)[] Good =
    [
        (
            StorageSetup.WorkQueueName,
            """{"kind":"settlement","id":"BAD-1","trace_parent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}"""
        ),
        (StorageSetup.WorkQueueName, """{"kind":"upload","id":"0123456789abcdef0123456789abcdef","trace_parent":null}"""),
        (
            StorageSetup.LoanQueueName,
            new LoanMessage(
                new LoanCallback(Uuid, Uuid, "created", "a reason", DateTimeOffset.UnixEpoch.AddYears(50), [1, 2, 3]),
                null,
                1,
                null
            ).ToText()
        ),
        (
            StorageSetup.LoanQueueName,
            new LoanMessage(null, new LoanOpening(Uuid, 10_000_000, 12, 1, "{}", DateTimeOffset.UnixEpoch.AddYears(50)), 2, null).ToText()
        ),
        (
            StorageSetup.EventsQueueName,
            $$$"""
            {"subscription":"nobody","event":{"id":"1","type":"loan_state","state":"created","occurred_at":"2026-01-01T00:00:00Z","data":{"uuid":"{{{Uuid}}}"},
            "change":{"uuid":"{{{Uuid}}}","key":"change-0"}},"attempt":1,"first_at":"2026-01-01T00:00:00Z","trace_parent":null}
            """
        ),
    ];

    public static (string Queue, string Kind, string Text) Make(int number)
    {
        var random = BadInputRun.ChanceOf(number);
        var (queue, message) = BadRequests.Pick(random, Good);
        var json = JsonNode.Parse(message)!;
        return random.Next(20) switch
        {
            < 4 => (queue, "cut off", message[..random.Next(message.Length)]),
            < 8 => (queue, "no JSON", Noise(random)),
            < 10 => (queue, "packed", Packed(message, random)),
            10 => (queue, "not an object", BadRequests.Pick(random, ["null", "[]", "1", "\"x\"", "true", "[[{}]]", ""])),
            11 => (queue, "nested deep", string.Concat(Enumerable.Repeat("{\"kind\":", random.Next(50, 10_000)))),
            12 => (queue, "of another queue", BadRequests.Pick(random, [.. Good.Where(good => good.Queue != queue)]).Message),
            13 => (queue, "of a later version", Later(json, random).ToJsonString()),
            14 => (
                queue,
                "with names in another case",
                message
                    .Replace("\"id\"", "\"ID\"", StringComparison.Ordinal)
                    .Replace("\"kind\"", "\"Kind\"", StringComparison.Ordinal)
                    .Replace("\"attempt\":", "\"attempt\":-", StringComparison.Ordinal)
            ),
            15 => (queue, "twice", message + message),
            16 => (queue, "without a field", Without(json, random).ToJsonString()),
            _ => (queue, "with a wrong value", BadRequests.Spoiled(json, random)),
        };
    }

    private static string Noise(Random random)
    {
        var bytes = new byte[random.Next(200)];
        random.NextBytes(bytes);
        return random.Next(2) == 0 ? Encoding.Latin1.GetString(bytes) : Convert.ToBase64String(bytes);
    }

    private static string Packed(string message, Random random)
    {
        var noise = new byte[random.Next(1, 500)];
        random.NextBytes(noise);
        var packed = Pack(Encoding.UTF8.GetBytes(message));
        // Few bytes that become many: forty million zeros, or a text of ten million letters.
        return "br:"
            + random.Next(40) switch
            {
                0 => Convert.ToBase64String(Pack(new byte[40_000_000])),
                1 => Convert.ToBase64String(
                    Pack(Encoding.UTF8.GetBytes($"{{\"callback\":{{\"reason\":\"{new string('x', 10_000_000)}\"}}}}"))
                ),
                < 10 => Convert.ToBase64String(noise),
                < 20 => Convert.ToBase64String(packed.AsSpan(0, random.Next(packed.Length))),
                < 25 => BadRequests.Pick(random, ["", "!", "====", "AA", "br:", "\ud83d\ude00"]),
                < 30 => Convert.ToBase64String(Pack(noise)),
                _ => Convert.ToBase64String(Pack(Encoding.UTF8.GetBytes(message[..random.Next(message.Length)]))),
            };
    }

    private static byte[] Pack(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.Fastest))
        {
            brotli.Write(bytes);
        }

        return packed.ToArray();
    }

    private static JsonObject Later(JsonNode message, Random random)
    {
        var fields = message.AsObject();
        fields["version"] = random.Next();
        fields["kind"] = "refund";
        fields["attempt"] = "first";
        fields["callback"] = new JsonObject { ["uuid"] = new JsonArray() };
        fields["event"] = 7;
        return fields;
    }

    private static JsonObject Without(JsonNode message, Random random)
    {
        var fields = message.AsObject();
        var inner = fields.Select(field => field.Value).OfType<JsonObject>().FirstOrDefault();
        var from = inner is not null && random.Next(2) == 0 ? inner : fields;
        from.Remove(BadRequests.Pick(random, [.. from.Select(field => field.Key)]));
        return fields;
    }
}
