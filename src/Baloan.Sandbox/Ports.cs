using System.Net;
using System.Net.Sockets;

namespace Baloan.Sandbox;

/// <summary>Ports of this machine.</summary>
public static class Ports
{
    /// <summary>Whether a program can listen on a port of the loopback address now.</summary>
    public static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
