using System.Net;

namespace LocalFunctionsHost.Http;

/// <summary>
/// What stands in for keys where none is set: this machine alone can call, and no page of another site can make a browser do it, neither by
/// a form nor by a name of its own that leads to this machine.
/// </summary>
internal static class OwnMachine
{
    private static readonly string[] Names = ["localhost", "127.0.0.1", "[::1]"];

    /// <summary>Whether an address to listen on is one of this machine alone.</summary>
    public static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    /// <summary>Whether a request names this machine, and was not begun by a page of another site.</summary>
    public static bool Made(HttpRequest request) =>
        Names.Contains(request.Host.Host, StringComparer.OrdinalIgnoreCase)
        && (!request.Headers.TryGetValue("Origin", out var origin) || origin == $"{request.Scheme}://{request.Host}")
        && !"cross-site".Equals(request.Headers["Sec-Fetch-Site"], StringComparison.OrdinalIgnoreCase);
}
