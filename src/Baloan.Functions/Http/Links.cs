using System.Net;
using Microsoft.AspNetCore.Http;

namespace Baloan.Functions.Http;

/// <summary>Absolute addresses of this app, as the caller can reach them.</summary>
public static class Links
{
    /// <summary>The address of a path under <c>/api</c>, with the caller's key where it came in the query.</summary>
    /// <remarks>
    /// Logic Apps follows a Location as it stands, so that it has to carry the key. TLS ends in front of the Functions host,
    /// which does not always tell the scheme: anything but loopback is reached over https.
    /// </remarks>
    public static string To(HttpRequest request, string path)
    {
        var key = request.Query["code"].ToString();
        return $"{SchemeOf(request)}://{request.Host.ToUriComponent()}/api/{path}" + (key.Length == 0 ? "" : $"?code={Uri.EscapeDataString(key)}");
    }

    /// <summary>The scheme with which the caller can reach this app.</summary>
    public static string SchemeOf(HttpRequest request) => IsLoopback(request.Host.Host) ? request.Scheme : "https";

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
