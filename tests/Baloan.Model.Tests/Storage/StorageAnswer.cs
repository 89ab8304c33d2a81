using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Azure;
using Azure.Core;

namespace Baloan.Model.Tests.Storage;

/// <summary>What a storage service answers.</summary>
internal sealed class StorageAnswer(int status, byte[]? body = null) : Response
{
    public const string JsonType = "application/json;odata=minimalmetadata;charset=utf-8";

    private readonly List<HttpHeader> headers = [];

    public byte[] Body { get; } = body ?? [];

    public override int Status { get; } = status;

    public override string ReasonPhrase => "";

    public override Stream? ContentStream { get; set; } = new MemoryStream(body ?? [], writable: false);

    public override string ClientRequestId { get; set; } = "";

    public static StorageAnswer Json(int status, string json) =>
        new StorageAnswer(status, Encoding.UTF8.GetBytes(json)).With("Content-Type", JsonType);

    public static StorageAnswer TableError(int status, string code) =>
        Json(status, $"{{\"odata.error\":{{\"code\":\"{code}\",\"message\":{{\"lang\":\"en-US\",\"value\":\"{code}\"}}}}}}");

    /// <summary>The error of a blob or queue.</summary>
    public static StorageAnswer Error(int status, string code) =>
        new StorageAnswer(
            status,
            Encoding.UTF8.GetBytes($"<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{code}</Code><Message>{code}</Message></Error>")
        )
            .With("Content-Type", "application/xml")
            .With("x-ms-error-code", code);

    /// <summary>What a service answers that fails by itself, in its own form.</summary>
    public static StorageAnswer Fault(string service, int status)
    {
        var code = status == 503 ? "ServerBusy" : "InternalError";
        return service == "table" ? TableError(status, code) : Error(status, code);
    }

    public StorageAnswer With(string name, string value)
    {
        headers.Add(new HttpHeader(name, value));
        return this;
    }

    public string? Header(string name) => TryGetHeader(name, out var value) ? value : null;

    /// <summary>The same for one reader more.</summary>
    public StorageAnswer Copy()
    {
        var copy = new StorageAnswer(Status, Body);
        copy.headers.AddRange(headers);
        return copy;
    }

    public override void Dispose() { }

    protected override bool ContainsHeader(string name) => TryGetHeader(name, out _);

    protected override IEnumerable<HttpHeader> EnumerateHeaders() => headers;

    protected override bool TryGetHeader(string name, [NotNullWhen(true)] out string? value)
    {
        foreach (var header in headers)
        {
            if (header.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                value = header.Value;
                return true;
            }
        }

        if (name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
        {
            value = Body.Length.ToString(CultureInfo.InvariantCulture);
            return true;
        }

        value = null;
        return false;
    }

    protected override bool TryGetHeaderValues(string name, [NotNullWhen(true)] out IEnumerable<string>? values)
    {
        values = TryGetHeader(name, out var value) ? [value] : null;
        return values is not null;
    }
}
