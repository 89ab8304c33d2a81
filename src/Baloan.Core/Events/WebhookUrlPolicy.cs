using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting;

namespace Baloan.Core.Events;

/// <summary>Which callback URLs are taken. Asked when a subscription is made, and again before each delivery.</summary>
/// <remarks>
/// This looks at what stands in the URL. Where a name leads is looked at when the connection is made, by <see cref="WebhookClient"/>.
/// </remarks>
public sealed class WebhookUrlPolicy(SubscriptionOptions options, IHostEnvironment environment)
{
    /// <summary>How long a URL may be.</summary>
    public const int LongestUrl = 2000;

    /// <summary>The URL, where it is taken: this very object has to be requested, so that nobody reads the text in another way.</summary>
    /// <param name="text">The URL as it came.</param>
    /// <param name="fault">What is wrong with it; null where it is taken.</param>
    /// <returns>null where it is not taken.</returns>
    public Uri? Check(string text, out WebhookUrlFault? fault)
    {
        ArgumentNullException.ThrowIfNull(text);
        fault = WebhookUrlFault.Url;
        if (
            text.Length > LongestUrl
            || text.Any(char.IsControl)
            || !Uri.TryCreate(text, UriKind.Absolute, out var url)
            || HasUser(text)
            || url.Fragment.Length > 0
            || url.AbsoluteUri.Length > LongestUrl
            || url.Port == 0
            || HostOf(url) is not { } host
        )
        {
            return null;
        }

        var mayBeLoopback = MayBeLoopback(host);
        if (url.Scheme != Uri.UriSchemeHttps && !(url.Scheme == Uri.UriSchemeHttp && mayBeLoopback))
        {
            return null;
        }

        fault =
            mayBeLoopback ? null
            : !IsAllowed(url, host) ? WebhookUrlFault.Host
            : !options.AllowedPorts.Contains(url.Port) ? WebhookUrlFault.Port
            : null;
        return fault is null ? url : null;
    }

    /// <summary>Whether a host may be this machine: in Development alone, and only where its name says so.</summary>
    public bool MayBeLoopback(string host) => environment.IsDevelopment() && IsLoopback(host);

    /// <summary>
    /// A URL's host as DNS has it: in lower case and ASCII, without the dot that may end it. null where it cannot be a name in DNS.
    /// </summary>
    public static string? HostOf(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        try
        {
            var host = url.IdnHost.ToLowerInvariant();
            return host.EndsWith('.') ? host[..^1] : host;
        }
        catch (UriFormatException)
        {
            return null;
        }
    }

    // Also an empty one, which a URI does not tell from none.
    private static bool HasUser(string text)
    {
        var slashes = text.IndexOfAny(['/', '\\']);
        var authority = slashes < 0 ? text : text[slashes..].TrimStart('/', '\\');
        var end = authority.IndexOfAny(['/', '\\', '?', '#']);
        return (end < 0 ? authority : authority[..end]).Contains('@', StringComparison.Ordinal);
    }

    private bool IsAllowed(Uri url, string host) =>
        options.AllowedHosts.Any(allowed =>
            allowed.StartsWith(SubscriptionOptions.AnyBelow, StringComparison.Ordinal)
                ? url.HostNameType == UriHostNameType.Dns
                    && host.Length > allowed.Length - 1
                    && host.EndsWith(allowed[1..], StringComparison.Ordinal)
                : host == allowed
        );

    private static bool IsLoopback(string host) =>
        host == "localhost"
        || (
            IPAddress.TryParse(host, out var address)
            && (
                address.AddressFamily == AddressFamily.InterNetwork ? IPAddress.IsLoopback(address) : address.Equals(IPAddress.IPv6Loopback)
            )
        );
}

/// <summary>Why a callback URL is not taken.</summary>
public enum WebhookUrlFault
{
    /// <summary>It is none that can be called.</summary>
    Url,

    /// <summary>Its host is not allowed.</summary>
    Host,

    /// <summary>Its port is not allowed.</summary>
    Port,
}
