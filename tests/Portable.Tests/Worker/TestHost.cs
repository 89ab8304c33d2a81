using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portable.Tests.App;

namespace Portable.Tests.Worker;

/// <summary>The test app's functions in a host inside the tests, on a port of its own.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly IHost host;

    private TestHost(IHost host, Lines probe, Lines logs)
    {
        (this.host, Probe, Logs) = (host, probe, logs);
        Client = new HttpClient
        {
            BaseAddress = new Uri(host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()),
        };
    }

    public HttpClient Client { get; }

    /// <summary>What the functions told.</summary>
    public Lines Probe { get; }

    /// <summary>Every event that the host logged at its own levels.</summary>
    public Lines Logs { get; }

    public static async Task<TestHost> StartAsync(
        IEnumerable<(string Name, string Value)> settings, TimeProvider? clock = null, string? gateFile = null, CancellationToken cancellationToken = default)
    {
        var (probe, logs) = (new Lines(), new Lines());
        var builder = new FunctionsApplicationBuilder([], typeof(Probe).Assembly).ConfigureFunctionsWebApplication();
        builder.Configuration["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        foreach (var (name, value) in settings)
        {
            builder.Configuration[name.Replace("__", ":", StringComparison.Ordinal)] = value;
        }

        builder.Logging.ClearProviders().AddProvider(logs);
        builder.Services.AddSingleton(new Probe(probe.Add));
        builder.Services.AddSingleton(new Gate(gateFile));
        if (clock is not null)
        {
            builder.Services.AddSingleton(clock);
        }

        var host = builder.Build();
        await host.StartAsync(cancellationToken);
        return new TestHost(host, probe, logs);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await host.StopAsync(CancellationToken.None);
        host.Dispose();
    }
}
