using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Baloan.Sandbox;

/// <summary>A Kestrel server that this machine alone can reach, with nothing in it but what is mapped.</summary>
internal static class LocalServer
{
    /// <summary>Starts a server and says on which port it listens.</summary>
    /// <param name="name">What people call it, for the sentence about a taken port.</param>
    /// <param name="port">The port; 0 for any free one.</param>
    /// <param name="certificate">Served over TLS with this certificate; null for plain HTTP.</param>
    /// <param name="map">Adds the routes.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="SandboxException">The port is taken.</exception>
    public static async Task<(WebApplication App, int Port)> StartAsync(
        string name,
        int port,
        X509Certificate2? certificate,
        Action<WebApplication> map,
        CancellationToken cancellationToken
    )
    {
        // Empty: neither settings files nor ASPNETCORE_ variables of the surroundings may change what a test starts.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(1));
        builder
            .WebHost.UseKestrelCore()
            .UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel =>
            {
                void Listen(Microsoft.AspNetCore.Server.Kestrel.Core.ListenOptions listen)
                {
                    if (certificate is not null)
                    {
                        listen.UseHttps(certificate);
                    }
                }

                if (port == 0)
                {
                    kestrel.Listen(IPAddress.Loopback, 0, Listen);
                }
                else
                {
                    kestrel.ListenLocalhost(port, Listen);
                }
            });

        var app = builder.Build();
        map(app);
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException failure) when (failure.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            await app.DisposeAsync();
            throw new SandboxException(
                string.Create(CultureInfo.InvariantCulture, $"{name} cannot start: port {port} is taken by another program.")
            );
        }

        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return (app, new Uri(address).Port);
    }
}
