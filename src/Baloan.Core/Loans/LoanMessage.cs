using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Baloan.Core.Storage;

namespace Baloan.Core.Loans;

/// <summary>A message of the queue <c>loans</c>: what could not be recorded at once. One of the two is set.</summary>
/// <param name="Callback">A callback that was answered 200.</param>
/// <param name="Opening">A loan that Baloan has opened.</param>
/// <param name="Attempt">Which try this is, from 1 on.</param>
/// <param name="TraceParent">The W3C trace context of what put it there.</param>
public sealed record LoanMessage(LoanCallback? Callback, LoanOpening? Opening, int Attempt, string? TraceParent)
{
    // A message of Queue storage has at most 64 KB, in base64.
    private const int LargestPlain = 40_000;
    private const string PackedMark = "br:";
    private const int Quality = 5;
    private const int LargestWindow = 24;

    // Far above what a body of 64 KB can become as JSON. What is packed may be a thousand times as large as it looks.
    private const int LargestUnpacked = 2 * 1024 * 1024;

    /// <summary>The message as text: JSON that a person can read, and packed only where it would be too large for the queue.</summary>
    public string ToText()
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(this, LoanJson.Readable.LoanMessage);
        if (json.Length <= LargestPlain)
        {
            return Encoding.UTF8.GetString(json);
        }

        var packed = new byte[BrotliEncoder.GetMaxCompressedLength(json.Length)];
        return BrotliEncoder.TryCompress(json, packed, out var length, Quality, LargestWindow)
            ? PackedMark + Convert.ToBase64String(packed.AsSpan(0, length))
            : throw new InvalidOperationException("The buffer is as large as a packed message can be.");
    }

    /// <summary>Reads a message.</summary>
    /// <exception cref="JsonException">It is none of this app.</exception>
    public static LoanMessage Parse(string text)
    {
        var message = text.StartsWith(PackedMark, StringComparison.Ordinal)
            ? Unpacked(text[PackedMark.Length..])
            : JsonSerializer.Deserialize(text, LoanJson.Default.LoanMessage);
        var uuid = message switch
        {
            { Attempt: >= 1, Callback: { Id.Length: > 0, State.Length: > 0, Body: not null } callback, Opening: null }
                when TableKeys.Escape(callback.Id) == callback.Id => callback.Uuid,
            { Attempt: >= 1, Callback: null, Opening: { } opening } => opening.Uuid,
            _ => null,
        };
        return Guid.TryParseExact(uuid, "D", out _)
            ? message!
            : throw new JsonException("The message holds neither a callback nor an opening.");
    }

    private static LoanMessage? Unpacked(string base64)
    {
        try
        {
            using var unpacked = new BrotliStream(new MemoryStream(Convert.FromBase64String(base64)), CompressionMode.Decompress);
            var json = new byte[LargestUnpacked + 1];
            var length = unpacked.ReadAtLeast(json, json.Length, throwOnEndOfStream: false);
            return length <= LargestUnpacked
                ? JsonSerializer.Deserialize(json.AsSpan(0, length), LoanJson.Default.LoanMessage)
                : throw new InvalidDataException("It is larger than any message of this app.");
        }
        catch (Exception broken) when (broken is FormatException or InvalidOperationException or InvalidDataException)
        {
            throw new JsonException("The message is packed and cannot be unpacked.", broken);
        }
    }
}
