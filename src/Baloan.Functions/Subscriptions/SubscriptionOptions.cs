using Microsoft.Extensions.Configuration;

namespace Baloan.Functions.Subscriptions;

/// <summary>Where events may be sent.</summary>
/// <param name="AllowedHosts">
/// <c>Subscriptions__AllowedHosts</c>: names of hosts as DNS has them, in lower case and ASCII. One that begins with <c>*.</c> stands
/// for all names below it, at any depth, and not for itself.
/// </param>
public sealed record SubscriptionOptions(IReadOnlyList<string> AllowedHosts)
{
    /// <summary>What a name has to begin with to stand for all names below it.</summary>
    public const string AnyBelow = "*.";

    /// <summary>Where Logic Apps (Consumption) listen.</summary>
    private const string LogicApps = "*.logic.azure.com";

    /// <summary>Reads the setting.</summary>
    /// <exception cref="InvalidOperationException">It is no list of names.</exception>
    public static SubscriptionOptions From(IConfiguration configuration)
    {
        var text = configuration["Subscriptions:AllowedHosts"];
        var entries = (string.IsNullOrWhiteSpace(text) ? LogicApps : text)
            .Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return new([.. entries.Select(NameOf)]);
    }

    private static string NameOf(string entry)
    {
        var anyBelow = entry.StartsWith(AnyBelow, StringComparison.Ordinal);
        var name = anyBelow ? entry[AnyBelow.Length..] : entry;
        if (Uri.CheckHostName(name) != UriHostNameType.Unknown && Uri.TryCreate($"https://{Bracketed(name)}/", UriKind.Absolute, out var address))
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
            + "*.logic.azure.com;hooks.example.com: no scheme, no port, no path, and “*.” only before a name of two parts or more.");
    }

    private static string Bracketed(string name) => name.Contains(':', StringComparison.Ordinal) && !name.StartsWith('[') ? $"[{name}]" : name;
}
