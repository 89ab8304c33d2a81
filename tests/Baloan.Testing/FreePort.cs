using System.Net;
using System.Net.Sockets;

namespace Baloan.Testing;

/// <summary>A port of this machine.</summary>
public static class FreePort
{
    /// <summary>One that nobody listens on just now.</summary>
    public static int Find()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
