using Azure.Core;

namespace Baloan.Model.Tests.Storage;

/// <summary>A request to one of the storage services, read whole.</summary>
/// <param name="Service">blob, queue or table.</param>
/// <param name="Method">GET, PUT, POST, DELETE.</param>
/// <param name="Path">As it was sent, escapes and all, without the account.</param>
/// <param name="Query">Decoded.</param>
/// <param name="IfMatch">The condition; null for none.</param>
/// <param name="ContentType">Of the body; null for none.</param>
/// <param name="Body">Empty where there is none.</param>
internal sealed record StorageRequest(
    string Service,
    string Method,
    string Path,
    IReadOnlyDictionary<string, string> Query,
    string? IfMatch,
    string? ContentType,
    byte[] Body
)
{
    private static readonly Dictionary<string, string> NoQuery = [];

    /// <summary>Making containers, queues and tables, which an instance does when it starts.</summary>
    public bool IsSetup =>
        (Service == "table" && Path == "/Tables")
        || (Service == "queue" && Method == "PUT" && !Path.Contains("/messages", StringComparison.Ordinal))
        || (Service == "blob" && Query.ContainsKey("restype"));

    public static StorageRequest Of(Request request)
    {
        var uri = request.Uri.ToUri();
        var body = new MemoryStream();
        request.Content?.WriteTo(body, CancellationToken.None);
        return new(
            uri.Host[..uri.Host.IndexOf('.', StringComparison.Ordinal)],
            request.Method.Method,
            uri.AbsolutePath,
            ParseQuery(uri.Query),
            request.Headers.TryGetValue("If-Match", out var ifMatch) ? ifMatch : null,
            request.Headers.TryGetValue("Content-Type", out var contentType) ? contentType : null,
            body.ToArray()
        );
    }

    public override string ToString() => $"{Service} {Method} {Uri.UnescapeDataString(Path)}";

    private static Dictionary<string, string> ParseQuery(string query)
    {
        if (query.Length < 2)
        {
            return NoQuery;
        }

        var values = new Dictionary<string, string>();
        foreach (var pair in query[1..].Split('&'))
        {
            var parts = pair.Split('=', 2);
            values[Uri.UnescapeDataString(parts[0])] = Uri.UnescapeDataString(parts.ElementAtOrDefault(1) ?? "");
        }

        return values;
    }
}
