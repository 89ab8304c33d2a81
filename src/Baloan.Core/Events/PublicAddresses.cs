using System.Net;
using System.Net.Sockets;

namespace Baloan.Core.Events;

/// <summary>Tells addresses of the internet from those of this machine, of its network and of the cloud that it runs in.</summary>
public static class PublicAddresses
{
    // IANA's registry of special-purpose addresses, without the few in it that are public.
    private static readonly IPNetwork[] SpecialVersion4 =
    [
        IPNetwork.Parse("0.0.0.0/8"),
        IPNetwork.Parse("10.0.0.0/8"),
        IPNetwork.Parse("100.64.0.0/10"),
        IPNetwork.Parse("127.0.0.0/8"),
        // Link-local; a cloud's metadata service is here.
        IPNetwork.Parse("169.254.0.0/16"),
        IPNetwork.Parse("172.16.0.0/12"),
        IPNetwork.Parse("192.0.0.0/24"),
        IPNetwork.Parse("192.0.2.0/24"),
        IPNetwork.Parse("192.88.99.0/24"),
        IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("198.18.0.0/15"),
        IPNetwork.Parse("198.51.100.0/24"),
        IPNetwork.Parse("203.0.113.0/24"),
        IPNetwork.Parse("224.0.0.0/4"),
        IPNetwork.Parse("240.0.0.0/4"),
        // Looks public and is Azure's own, inside each of its networks: DNS, health, the agent's settings.
        IPNetwork.Parse("168.63.129.16/32"),
    ];

    // All that is public in IPv6 today, and what is special within it: protocols (Teredo among them), documentation, 6to4.
    private static readonly IPNetwork Version6 = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] SpecialVersion6 =
    [
        IPNetwork.Parse("2001::/23"),
        IPNetwork.Parse("2001:db8::/32"),
        IPNetwork.Parse("2002::/16"),
        IPNetwork.Parse("3fff::/20"),
    ];

    // How a network without IPv4 of its own reaches IPv4; the address stands in the last four bytes.
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    /// <summary>Whether an address is one of the internet's. An IPv4 address within an IPv6 one counts as what it is.</summary>
    public static bool Contains(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.IsIPv4MappedToIPv6)
        {
            return Contains(address.MapToIPv4());
        }

        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return !SpecialVersion4.Any(network => network.Contains(address));
        }

        return Nat64.Contains(address)
            ? Contains(new IPAddress(address.GetAddressBytes().AsSpan(12)))
            : Version6.Contains(address) && !SpecialVersion6.Any(network => network.Contains(address));
    }
}
