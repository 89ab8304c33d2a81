using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Baloan.Core.Events;

/// <summary>Where events may be sent.</summary>
/// <param name="AllowedHosts">
/// <c>Subscriptions__AllowedHosts</c>: names of hosts as DNS has them, in lower case and ASCII. One that begins with <c>*.</c> stands
/// for all names below it, at any depth, and not for itself.
/// </param>
/// <param name="AllowedPorts"><c>Subscriptions__AllowedPorts</c>: 443 alone where nothing is set.</param>
/// <param name="Most"><c>Subscriptions__Most</c>: how many there may be in all, from 1 on; 200 where nothing is set.</param>
public sealed record SubscriptionOptions(IReadOnlyList<string> AllowedHosts, IReadOnlyList<int> AllowedPorts, int Most)
{
    private const int DefaultMost = 200;
    private const int HttpsPort = 443;

    /// <summary>What a name has to begin with to stand for all names below it.</summary>
    public const string AnyBelow = "*.";

    /// <summary>Where Logic Apps (Consumption) and flows of Power Automate listen.</summary>
    private const string MicrosoftFlows = "*.logic.azure.com;*.api.powerplatform.com";

    /// <summary>Reads the settings.</summary>
    /// <exception cref="InvalidOperationException">One of them cannot be used; the message says which and what it has to be.</exception>
    public static SubscriptionOptions From(IConfiguration configuration)
    {
        var text = configuration["Subscriptions:AllowedHosts"];
        var entries = Split(string.IsNullOrWhiteSpace(text) ? MicrosoftFlows : text);
        var ports = Split(configuration["Subscriptions:AllowedPorts"] ?? "").Select(PortOf).ToArray();
        return new([.. entries.Select(NameOf)], ports.Length == 0 ? [HttpsPort] : ports, MostFrom(configuration["Subscriptions:Most"]));
    }

    private static string[] Split(string list) => list.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static int PortOf(string entry) =>
        int.TryParse(entry, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65_535
            ? port
            : throw new InvalidOperationException(
                $"Subscriptions__AllowedPorts has “{entry}”. It has to be a list of ports with “;” between, such as 443;8443."
            );

    private static int MostFrom(string? text) =>
        string.IsNullOrWhiteSpace(text) ? DefaultMost
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var most) && most > 0 ? most
        : throw new InvalidOperationException("Subscriptions__Most has to be a whole number from 1 on.");

    private static string NameOf(string entry)
    {
        var anyBelow = entry.StartsWith(AnyBelow, StringComparison.Ordinal);
        var name = anyBelow ? entry[AnyBelow.Length..] : entry;
        if (
            Uri.CheckHostName(name) != UriHostNameType.Unknown
            && Uri.TryCreate($"https://{Bracketed(name)}/", UriKind.Absolute, out var address)
        )
        {
            var host = WebhookUrlPolicy.HostOf(address);
            if (host is not null && !anyBelow)
            {
                return host;
            }

            // Whoever writes "*.com" gives the whole world a door.
            if (host is not null && address.HostNameType == UriHostNameType.Dns && host.Contains('.', StringComparison.Ordinal))
            {
                return AnyBelow + host;
            }
        }

        throw new InvalidOperationException(
            $"Subscriptions__AllowedHosts has “{entry}”. It has to be a list of host names with “;” between, such as "
                + "*.logic.azure.com;hooks.example.com: no scheme, no port, no path, and “*.” only before a name of two parts or more."
        );
    }

    private static string Bracketed(string name) =>
        name.Contains(':', StringComparison.Ordinal) && !name.StartsWith('[') ? $"[{name}]" : name;
}
