using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Http;

/// <summary>Absolute addresses of this app, as the caller can reach them.</summary>
public static partial class Links
{
    /// <summary>
    /// The address of a path under <c>/api</c>, with the caller's key where it came in the query; relative where the request names no host
    /// that can be one.
    /// </summary>
    /// <remarks>
    /// Logic Apps follows a Location as it stands, so that it has to carry the key: the first one, which the host has checked. TLS ends in
    /// front of the Functions host, which does not always tell the scheme: anything but loopback is reached over https.
    /// </remarks>
    public static string To(HttpRequest request, string path)
    {
        var key = request.Query["code"].FirstOrDefault();
        var origin = HostOf(request) is { } host ? $"{SchemeOf(request)}://{host}" : "";
        return $"{origin}/api/{path}" + (string.IsNullOrEmpty(key) ? "" : $"?code={Uri.EscapeDataString(key)}");
    }

    /// <summary>The scheme with which the caller can reach this app.</summary>
    public static string SchemeOf(HttpRequest request) =>
        FrontOf(request) is not null
            ? request.Headers["X-Forwarded-Proto"].ToString().Split(',')[0].Trim().Equals("http", StringComparison.OrdinalIgnoreCase)
                ? "http"
                : "https"
            : IsLoopback(request.Host.Host)
                ? request.Scheme
                : "https";

    /// <summary>
    /// The host, with its port where it names one, by which the caller can reach this app; null where the request names none.
    /// </summary>
    public static string? HostOf(HttpRequest request)
    {
        var host = FrontOf(request) ?? request.Host.ToUriComponent();
        return Host().IsMatch(host) ? host : null;
    }

    /// <summary>The front that the request came through, where the app's owner trusts it; null for none.</summary>
    /// <remarks>The Functions worker has taken off the last value of these headers, which is the host's own.</remarks>
    private static string? FrontOf(HttpRequest request)
    {
        var front = request.Headers["X-Forwarded-Host"].ToString().Split(',')[0].Trim();
        return front.Length > 0 && request.HttpContext.RequestServices?.GetService<TrustedFronts>()?.Contains(front) == true ? front : null;
    }

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    [GeneratedRegex(
        @"^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252}[A-Za-z0-9.])?|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?\z",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Host();
}
