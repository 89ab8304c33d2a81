using LocalFunctionsHost.Tests.App;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LocalFunctionsHost.Tests;

/// <summary>The test app's functions and a host inside the tests, on a port of their own.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly InProcessApp app;

    private TestHost(InProcessApp app, Lines probe, Lines logs)
    {
        (this.app, Probe, Logs) = (app, probe, logs);
        Client = new HttpClient { BaseAddress = app.Address };
    }

    public HttpClient Client { get; }

    /// <summary>What the functions told.</summary>
    public Lines Probe { get; }

    /// <summary>Every event that host and app logged, at the levels of host.json.</summary>
    public Lines Logs { get; }

    public static async Task<TestHost> StartAsync(
        IEnumerable<(string Name, string Value)> settings,
        string? gateFile = null,
        CancellationToken cancellationToken = default
    )
    {
        var (probe, logs) = (new Lines(), new Lines());
        var options = new InProcessAppOptions(
            typeof(Probe).Assembly,
            builder =>
            {
                builder.AddTestApp();
                builder.Services.AddSingleton(new Probe(probe.Add));
                builder.Services.AddSingleton(new Gate(gateFile));
            }
        )
        {
            Settings = settings.ToDictionary(setting => setting.Name, setting => (string?)setting.Value),
            Logging = logging => logging.AddProvider(logs),
        };
        return new TestHost(await InProcessApp.StartAsync(options, cancellationToken), probe, logs);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
    }
}
