using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Baloan.Functions.Http;

/// <summary>Reads a small JSON object from a request.</summary>
public sealed class JsonBody : IDisposable
{
    /// <summary>The most bytes that a body may have.</summary>
    public const int Limit = 64 * 1024;

    // A field that comes twice would let two readers see two different requests.
    // The comma after the last field stands in a sample of Baloan's documents, which people copy.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, AllowTrailingCommas = true, MaxDepth = 16 };

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

        return new JsonBody(Parse(await ReadBytesAsync(request, cancellationToken)) ?? throw ProblemException.InvalidBody(Texts.BrokenJson));
    }

    /// <summary>Reads the bytes of a body, whatever they are.</summary>
    /// <exception cref="ProblemException">413, where they are over 64 KB.</exception>
    public static async Task<byte[]> ReadBytesAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > Limit)
        {
            throw ProblemException.BodyTooLarge(Limit);
        }

        // As long as it says to be and one more: all of the buffer is cleared in the end, and most bodies are short.
        var most = (int)(request.ContentLength ?? Limit) + 1;
        var buffer = ArrayPool<byte>.Shared.Rent(most);
        try
        {
            var length = await request.Body.ReadAtLeastAsync(buffer.AsMemory(0, most), most, throwOnEndOfStream: false, cancellationToken);
            return length > Limit ? throw ProblemException.BodyTooLarge(Limit) : buffer.AsSpan(0, length).ToArray();
        }
        finally
        {
            // The body held an identity or an OTP.
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    /// <summary>Whether a request says that its body is JSON in UTF-8.</summary>
    public static bool IsJson(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || type.Charset.Value.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase));

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
