using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Baloan.Sandbox;

/// <summary>A call whose body is well-formed: its fields as text, and its file if it has one.</summary>
internal sealed partial record BaloanCall(IReadOnlyDictionary<string, string> Fields, BaloanFile? File)
{
    private static readonly string[] Integers = ["amount", "loan_due", "store"];

    /// <summary>Reads the body of a call, or says what Django would answer to it.</summary>
    public static async Task<(BaloanCall? Call, Answer? Refused)> ReadAsync(HttpRequest request, BodyKind kind, string[] required)
    {
        if (kind == BodyKind.None)
        {
            return (new(new Dictionary<string, string>(), null), null);
        }

        var type = MediaTypeHeaderValue.TryParse(request.ContentType, out var parsed) ? parsed : null;
        var wanted = kind switch
        {
            BodyKind.Form => "application/x-www-form-urlencoded",
            BodyKind.Json => "application/json",
            _ => "multipart/form-data",
        };
        if (kind != BodyKind.LooseJson && !string.Equals(type?.MediaType, wanted, StringComparison.OrdinalIgnoreCase))
        {
            return (null, Answer.Json(415, new() { ["detail"] = $"Unsupported media type \"{request.ContentType}\" in request." }));
        }

        try
        {
            return kind is BodyKind.Json or BodyKind.LooseJson
                ? await ReadJsonAsync(request, kind, required)
                : await ReadFormAsync(request, kind, required);
        }
        catch (JsonException)
        {
            return (null, Answer.Detail(400, "JSON parse error", "parse_error"));
        }
        catch (InvalidDataException)
        {
            return (null, Answer.Detail(400, "Multipart form parse error", "parse_error"));
        }
    }

    private static async Task<(BaloanCall?, Answer?)> ReadJsonAsync(HttpRequest request, BodyKind kind, string[] required)
    {
        var options = new JsonDocumentOptions { AllowTrailingCommas = kind == BodyKind.LooseJson };
        using var document = await JsonDocument.ParseAsync(request.Body, options, request.HttpContext.RequestAborted);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            return (null, Answer.FieldError("non_field_errors", "Invalid data. Expected a dictionary."));
        }

        var fields = new Dictionary<string, string>();
        foreach (var field in document.RootElement.EnumerateObject())
        {
            var number = field.Value.ValueKind == JsonValueKind.Number && Integers.Contains(field.Name);
            if (!number && field.Value.ValueKind != JsonValueKind.String)
            {
                return (null, Answer.FieldError(field.Name, "Not a valid string."));
            }

            if (!fields.TryAdd(field.Name, number ? field.Value.GetRawText() : field.Value.GetString()!))
            {
                return (null, Answer.FieldError(field.Name, "This field was sent more than once."));
            }
        }

        return Check(new(fields, null), required);
    }

    private static async Task<(BaloanCall?, Answer?)> ReadFormAsync(HttpRequest request, BodyKind kind, string[] required)
    {
        var form = await request.ReadFormAsync(request.HttpContext.RequestAborted);
        var fields = new Dictionary<string, string>();
        foreach (var (name, values) in form)
        {
            if (values.Count != 1)
            {
                return (null, Answer.FieldError(name, "This field was sent more than once."));
            }

            fields[name] = values.ToString();
        }

        if (kind != BodyKind.Multipart)
        {
            return Check(new(fields, null), required);
        }

        if (form.Files.Any(file => file.Name != "file") || form.Files.Count > 1)
        {
            return (null, Answer.FieldError("file", "Exactly one file is expected, in this field."));
        }

        if (form.Files.Count == 0)
        {
            return (null, Answer.Required("file"));
        }

        return Check(new(fields, await BaloanFile.ReadAsync(form.Files[0], request.HttpContext.RequestAborted)), required);
    }

    private static (BaloanCall?, Answer?) Check(BaloanCall call, string[] required)
    {
        foreach (var name in required)
        {
            if (!call.Fields.TryGetValue(name, out var value))
            {
                return (null, Answer.Required(name));
            }

            if (value.Length == 0)
            {
                return (null, Answer.FieldError(name, "This field may not be blank."));
            }

            if (name == "national_identifier" && (value.Length is not (10 or 11) || !value.All(char.IsAsciiDigit)))
            {
                return (null, Answer.FieldError(name, "Enter a valid national identifier."));
            }

            if (name == "phone_number" && !PhoneNumber().IsMatch(value))
            {
                return (null, Answer.FieldError(name, "Enter a valid phone number."));
            }

            if (Integers.Contains(name) && !long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
            {
                return (null, Answer.FieldError(name, "A valid integer is required."));
            }
        }

        return (call, null);
    }

    [GeneratedRegex(@"^09[0-9]{9}\z")]
    private static partial Regex PhoneNumber();
}

internal enum BodyKind
{
    /// <summary>Nothing is read.</summary>
    None,

    /// <summary>A form.</summary>
    Form,

    /// <summary>JSON, and its content type says so.</summary>
    Json,

    /// <summary>JSON as the document's sample of signing sends it: with a comma too many and without its content type.</summary>
    LooseJson,

    /// <summary>A form with a file.</summary>
    Multipart,
}

/// <summary>A file that was sent: what is known of it once it has gone by.</summary>
internal sealed record BaloanFile(string Name, string? Extension, long Size, string Sha256)
{
    public static async Task<BaloanFile> ReadAsync(IFormFile file, CancellationToken cancellationToken)
    {
        await using var stream = file.OpenReadStream();
        var start = new byte[8];
        var read = await stream.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
        stream.Position = 0;
        var hash = await SHA256.HashDataAsync(stream, cancellationToken);
        return new(file.FileName, TypeOf(start.AsSpan(0, read)), file.Length, Convert.ToHexStringLower(hash));
    }

    private static string? TypeOf(ReadOnlySpan<byte> start) =>
        start.StartsWith("%PDF-"u8) ? "pdf"
        : start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? "jpg"
        : start.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]) ? "png"
        : null;
}
