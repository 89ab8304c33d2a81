using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Baloan.Functions.Http.Requests;

/// <summary>Reads a small JSON object from a request.</summary>
public sealed class JsonBody : IDisposable
{
    /// <summary>The most bytes that a body may have.</summary>
    public const int Limit = 64 * 1024;

    // A field that comes twice would let two readers see two different requests.
    // The comma after the last field stands in a sample of Baloan's documents, which people copy.
    private static readonly JsonDocumentOptions Strict = new()
    {
        AllowDuplicateProperties = false,
        AllowTrailingCommas = true,
        MaxDepth = 16,
    };

    private static readonly UnicodeEncoding LittleEndian = new(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: true);
    private static readonly UnicodeEncoding BigEndian = new(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true);

    private readonly JsonDocument document;

    private JsonBody(JsonDocument document) => this.document = document;

    /// <summary>The object.</summary>
    public JsonElement Root => document.RootElement;

    /// <summary>Reads the body.</summary>
    /// <exception cref="ProblemException">415, 413 or 400, where it is no JSON object of at most 64 KB.</exception>
    public static async Task<JsonBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!IsJson(request))
        {
            throw ProblemException.ContentType("application/json; charset=utf-8");
        }

        var utf8 = ToUtf8(await ReadBytesAsync(request, cancellationToken), request);
        return new JsonBody(Parse(utf8) ?? throw ProblemException.InvalidBody(Texts.BrokenJson));
    }

    /// <summary>Reads the bytes of a body, whatever they are.</summary>
    /// <exception cref="ProblemException">413, where they are over 64 KB.</exception>
    public static async Task<byte[]> ReadBytesAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > Limit)
        {
            throw ProblemException.BodyTooLarge(Limit);
        }

        var body = RequestBody.Open(request, Limit, () => ProblemException.BodyTooLarge(Limit));
        // As long as it says to be and one more: all of the buffer is cleared in the end, and most bodies are short.
        var most = (int)(body == request.Body ? request.ContentLength ?? Limit : Limit) + 1;
        var buffer = ArrayPool<byte>.Shared.Rent(most);
        try
        {
            var length = await body.ReadAtLeastAsync(buffer.AsMemory(0, most), most, throwOnEndOfStream: false, cancellationToken);
            return length > Limit ? throw ProblemException.BodyTooLarge(Limit) : buffer.AsSpan(0, length).ToArray();
        }
        finally
        {
            // The body held an identity or an OTP.
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    /// <summary>Whether a request says that its body is JSON, in UTF-8 or UTF-16.</summary>
    public static bool IsJson(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && CharsetOf(type) is "utf-8" or "utf8" or "us-ascii" or "ascii" or "utf-16" or "utf16" or "utf-16le" or "utf-16be";

    /// <summary>
    /// A body of JSON in UTF-8, whatever of Unicode's encodings it came in: its first bytes tell, or else its content type.
    /// </summary>
    /// <exception cref="ProblemException">415: it is said to be UTF-16, and does not say in which order; 400: it is no such
    /// text.</exception>
    public static ReadOnlyMemory<byte> ToUtf8(ReadOnlyMemory<byte> body, HttpRequest request)
    {
        var charset = MediaTypeHeaderValue.TryParse(request.ContentType, out var type) ? CharsetOf(type) : "utf-8";
        Encoding? utf16 = body.Span switch
        {
            [0xEF, 0xBB, 0xBF, ..] => null,
            [0xFF, 0xFE, ..] => LittleEndian,
            [0xFE, 0xFF, ..] => BigEndian,
            _ when charset == "utf-16le" => LittleEndian,
            _ when charset == "utf-16be" => BigEndian,
            _ when charset is "utf-16" or "utf16" => throw ProblemException.ContentType("application/json; charset=utf-8"),
            _ => null,
        };
        try
        {
            return utf16 is null ? body : Encoding.UTF8.GetBytes(utf16.GetString(body.Span));
        }
        catch (ArgumentException)
        {
            throw ProblemException.InvalidBody(Texts.BrokenJson);
        }
    }

    private static string CharsetOf(MediaTypeHeaderValue type) =>
        type.Charset.HasValue ? type.Charset.Value.Trim('"').ToLowerInvariant() : "utf-8";

    /// <summary>Parses one JSON object in which no field comes twice; null where it is none.</summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            var document = JsonDocument.Parse(utf8[(utf8.Span.StartsWith("\uFEFF"u8) ? 3 : 0)..], Strict);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            return null;
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a field's name has a lone surrogate, such as "\ud800".
            return null;
        }
    }

    /// <summary>A text field; null where it is missing or JSON null, and, with a fault added, where it is no plain text.</summary>
    public static string? Text(JsonElement parent, string field, FieldErrors errors, string? path = null)
    {
        if (!parent.TryGetProperty(field, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            errors.Add(path ?? field, Texts.MustBeText);
            return null;
        }

        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate, such as "\ud800".
            errors.Add(path ?? field, Texts.PlainText);
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => document.Dispose();
}
