using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;

namespace Baloan.Client;

internal sealed record Credentials(string Username, string Password);

internal sealed record Customer(string NationalIdentifier);

internal sealed record CustomerOtp(string NationalIdentifier, string Otp);

internal sealed record Signature(string Otp);

internal sealed record Bill(long Total);

internal sealed record InvoiceData(string Code, Bill Bill);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Credentials))]
[JsonSerializable(typeof(Customer))]
[JsonSerializable(typeof(CustomerOtp))]
[JsonSerializable(typeof(InvoiceData))]
[JsonSerializable(typeof(LoanRequest))]
[JsonSerializable(typeof(Signature))]
internal sealed partial class RequestJson : JsonSerializerContext;

/// <summary>Bodies as Baloan's documents send them, all of a known length.</summary>
internal static partial class Requests
{
    private const int LongestFileName = 150;

    private static readonly MediaTypeHeaderValue JsonType = new("application/json");

    public static HttpContent Form(params (string Name, string Value)[] fields) =>
        new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));

    public static HttpContent Json<T>(T value, JsonTypeInfo<T> type) =>
        new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(value, type)) { Headers = { ContentType = JsonType } };

    public static MultipartFormDataContent Multipart()
    {
        var boundary = $"----baloan{Guid.NewGuid():N}";
        var multipart = new MultipartFormDataContent(boundary) { HeaderEncodingSelector = (_, _) => Encoding.UTF8 };
        // .NET quotes the boundary; not every server of the many in front of an API takes the quotes off.
        multipart.Headers.ContentType!.Parameters.Single().Value = boundary;
        return multipart;
    }

    public static void AddField(this MultipartFormDataContent multipart, string name, string value) =>
        multipart.Add(Named(new ByteArrayContent(Encoding.UTF8.GetBytes(value)), $"form-data; name=\"{name}\""));

    public static void AddFile(this MultipartFormDataContent multipart, string name, FileContent file)
    {
        multipart.Add(Named(file, $"form-data; name=\"{name}\"; filename=\"{SafeFileName(file.Source.FileName)}\""));
        file.Headers.ContentType = MediaTypeHeaderValue.TryParse(file.Source.ContentType, out var type)
            ? type
            : new("application/octet-stream");
    }

    // Set by hand: .NET leaves names unquoted, and encodes what is not ASCII in a way that only mail programs read.
    private static HttpContent Named(HttpContent part, string disposition)
    {
        part.Headers.TryAddWithoutValidation("Content-Disposition", disposition);
        return part;
    }

    /// <summary>The name without path, quotes and control characters, in UTF-8 as curl and browsers send it.</summary>
    private static string SafeFileName(string fileName)
    {
        var name = Unsafe()
            .Replace(fileName[(fileName.LastIndexOfAny(['/', '\\']) + 1)..], "_")
            .Replace("\"", "%22", StringComparison.Ordinal)
            .Trim();
        // The end matters more than the beginning: it has the extension.
        return name.Length == 0 ? "file"
            : name.Length > LongestFileName ? name[^LongestFileName..]
            : name;
    }

    [GeneratedRegex(@"[\p{Cc}\p{Zl}\p{Zp}]", RegexOptions.CultureInvariant)]
    private static partial Regex Unsafe();
}
