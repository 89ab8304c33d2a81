using System.Net;
using System.Net.Sockets;
using Baloan.Sandbox;

namespace Baloan.EndToEnd.Tests.Sandbox;

/// <summary>The storage emulator as the sandbox and the tests start it.</summary>
public sealed class AzuriteTests
{
    [Fact]
    public async Task A_taken_port_is_told_in_one_sentence()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var taken = await Should.ThrowAsync<SandboxException>(() =>
            Azurite.StartAsync(queuePort: port, cancellationToken: TestContext.Current.CancellationToken)
        );

        taken.Message.ShouldBe($"Azurite cannot start: port {port} is taken by another program.");
    }
}
