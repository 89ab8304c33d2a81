using Microsoft.Extensions.Configuration;

namespace Baloan.Functions.Http;

/// <summary>
/// The hosts of gateways that stand in front of the app and say in <c>X-Forwarded-Host</c> and <c>X-Forwarded-Proto</c> how callers reach
/// it.
/// </summary>
/// <remarks>Anybody can send these headers. What one of them names is believed only where the owner has named it too.</remarks>
public sealed class TrustedFronts
{
    private readonly HashSet<string> hosts;

    /// <summary>
    /// Reads the setting <c>Http__TrustedFronts</c>: hosts with their port where they have one, <c>;</c> between; none where it is not
    /// set.
    /// </summary>
    /// <exception cref="InvalidOperationException">One of them is no host.</exception>
    public TrustedFronts(IConfiguration configuration)
    {
        hosts = new(SettingList.Of(configuration["Http:TrustedFronts"]), StringComparer.OrdinalIgnoreCase);
        if (
            hosts.FirstOrDefault(host =>
                !Uri.TryCreate($"https://{host}/", UriKind.Absolute, out var uri) || uri.AbsolutePath != "/" || uri.UserInfo.Length > 0
            ) is
            { } wrong
        )
        {
            throw new InvalidOperationException(
                $"Http__TrustedFronts has to be hosts such as api.example.com, with ';' between them; '{wrong}' is none."
            );
        }
    }

    /// <summary>Whether a host is one of them.</summary>
    public bool Contains(string host) => hosts.Contains(host);
}
