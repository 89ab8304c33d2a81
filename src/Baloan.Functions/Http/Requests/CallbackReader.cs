using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Baloan.Core.Loans;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Baloan.Functions.Http.Requests;

/// <summary>
/// Reads a callback (Baloan's partnership document, "call back"). A callback is not sent twice for sure, so it is read kindly.
/// </summary>
public static class CallbackReader
{
    private static readonly string[] Fields = ["uuid", "state", "reason"];

    // As deep as a body can be: what it holds besides is Baloan's business.
    private static readonly JsonDocumentOptions Kind = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
        MaxDepth = JsonBody.Limit,
    };

    /// <summary>Reads the body, whatever content type it claims to be: JSON, JSON written as a JSON text, or a form.</summary>
    /// <exception cref="ProblemException">413, 415 or 400: it is over 64 KB, no JSON object and no form, or has no uuid and no
    /// state.</exception>
    public static async Task<LoanCallback> ReadAsync(HttpRequest request, DateTimeOffset receivedAt, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadBytesAsync(request, cancellationToken);
        using var document =
            Parse(InUtf8(body, request))
            ?? ParseForm(body, request)
            ?? throw (
                JsonBody.IsJson(request)
                    ? ProblemException.InvalidBody(Texts.BrokenJson)
                    : ProblemException.ContentType("application/json; charset=utf-8")
            );
        var errors = new FieldErrors();
        var uuid = ReadUuid(document.RootElement, errors);
        var state = ReadState(document.RootElement, errors);
        errors.ThrowIfAny();
        return new LoanCallback(
            Guid.NewGuid().ToString(),
            uuid.ToString(),
            LoanStates.Normalize(state!),
            ReadReason(document.RootElement),
            receivedAt,
            body
        );
    }

    /// <summary>What claims to be UTF-16 and is none is taken as it is.</summary>
    private static ReadOnlyMemory<byte> InUtf8(byte[] body, HttpRequest request)
    {
        try
        {
            return JsonBody.ToUtf8(body, request);
        }
        catch (ProblemException)
        {
            return body;
        }
    }

    private static JsonDocument? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            var document = JsonDocument.Parse(body[(body.Span.StartsWith("\uFEFF"u8) ? 3 : 0)..], Kind);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            using (document)
            {
                // Serialized twice, as it happens where a text of JSON is handed to a client that writes JSON.
                return document.RootElement.ValueKind == JsonValueKind.String
                    ? Parse(Encoding.UTF8.GetBytes(WholeNumber.TextOf(document.RootElement)))
                    : null;
            }
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A form's fields as an object; null where it is none with any of the fields.</summary>
    private static JsonDocument? ParseForm(byte[] body, HttpRequest request)
    {
        if (
            !MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
        )
        {
            return null;
        }

        using var reader = new FormReader(Encoding.UTF8.GetString(body))
        {
            ValueLengthLimit = JsonBody.Limit,
            KeyLengthLimit = JsonBody.Limit,
        };
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.ReadNextPair() is { } pair)
        {
            fields[pair.Key] = pair.Value;
        }

        return Fields.Any(fields.ContainsKey)
            ? JsonDocument.Parse(
                new JsonObject(
                    fields
                        .Where(field => Fields.Contains(field.Key))
                        .Select(field => KeyValuePair.Create(field.Key, (JsonNode?)field.Value))
                ).ToJsonString()
            )
            : null;
    }

    private static Guid ReadUuid(JsonElement callback, FieldErrors errors)
    {
        const string Field = "uuid";
        var text = TextOf(callback, Field);
        if (!LoanUuid.TryReadAnySpelling(text, out var uuid))
        {
            errors.Add(Field, string.IsNullOrWhiteSpace(text) ? Texts.Required : Texts.Uuid);
        }

        return uuid;
    }

    private static string? ReadState(JsonElement callback, FieldErrors errors)
    {
        const string Field = "state";
        var text = TextOf(callback, Field);
        if (string.IsNullOrWhiteSpace(text))
        {
            errors.Add(Field, Texts.Required);
        }

        return text;
    }

    private static string? ReadReason(JsonElement callback) =>
        TextOf(callback, "reason") is { } text && !string.IsNullOrWhiteSpace(text) ? text : null;

    /// <summary>
    /// A field's text, or its JSON where it is no text; null where it is missing. Where it comes twice, the last one counts.
    /// </summary>
    private static string? TextOf(JsonElement callback, string field)
    {
        var value = callback.EnumerateObject().LastOrDefault(property => IsNamed(property, field)).Value;
        switch (value.ValueKind)
        {
            case JsonValueKind.Undefined or JsonValueKind.Null:
                return null;
            case JsonValueKind.String:
                try
                {
                    return value.GetString();
                }
                catch (InvalidOperationException)
                {
                    // A lone surrogate, or bytes that are no UTF-8: as it was written, escapes and all.
                    return RawText(value)[1..^1];
                }

            default:
                return RawText(value);
        }
    }

    private static bool IsNamed(JsonProperty property, string field)
    {
        try
        {
            return property.NameEquals(field);
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate in the name.
            return false;
        }
    }

    private static string RawText(JsonElement value) => Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(value));
}
