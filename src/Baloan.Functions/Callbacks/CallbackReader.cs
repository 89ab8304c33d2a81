using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Baloan.Functions.Http;
using Baloan.Functions.Loans;
using Microsoft.AspNetCore.Http;

namespace Baloan.Functions.Callbacks;

/// <summary>Reads a callback (Baloan's partnership document, "call back"). A callback is not sent twice for sure, so it is read kindly.</summary>
public static class CallbackReader
{
    // As deep as a body can be: what it holds besides is Baloan's business.
    private static readonly JsonDocumentOptions Kind = new()
    {
        AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = JsonBody.Limit,
    };

    /// <summary>Reads the body, whatever content type it claims to be.</summary>
    /// <exception cref="ProblemException">413, 415 or 400: it is over 64 KB, no JSON object, or has no uuid and no state.</exception>
    public static async Task<LoanCallback> ReadAsync(HttpRequest request, DateTimeOffset receivedAt, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadBytesAsync(request, cancellationToken);
        using var document = Parse(body) ?? throw (JsonBody.IsJson(request)
            ? ProblemException.InvalidBody(Texts.BrokenJson)
            : ProblemException.ContentType("application/json; charset=utf-8"));
        var errors = new FieldErrors();
        var uuid = ReadUuid(document.RootElement, errors);
        var state = ReadState(document.RootElement, errors);
        errors.ThrowIfAny();
        return new LoanCallback(
            Guid.NewGuid().ToString(), uuid.ToString(), LoanStates.Normalize(state!), ReadReason(document.RootElement), receivedAt, body);
    }

    private static JsonDocument? Parse(byte[] body)
    {
        try
        {
            var withoutMark = body.AsMemory(body.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0);
            var document = JsonDocument.Parse(withoutMark, Kind);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Guid ReadUuid(JsonElement callback, FieldErrors errors)
    {
        const string Field = "uuid";
        var text = TextOf(callback, Field);
        if (!LoanUuid.TryRead(text, out var uuid))
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

    private static string? ReadReason(JsonElement callback) => TextOf(callback, "reason") is { } text && !string.IsNullOrWhiteSpace(text) ? text : null;

    /// <summary>A field's text, or its JSON where it is no text; null where it is missing. Where it comes twice, the last one counts.</summary>
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
