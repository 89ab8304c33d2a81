using Baloan.Sandbox;
using LocalFunctionsHost.Tests;

[assembly: AssemblyFixture(typeof(AzuriteFixture))]

namespace LocalFunctionsHost.Tests;

/// <summary>One Azurite for all tests of this assembly. Each test uses names of its own in it.</summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    private Azurite? azurite;

    public string ConnectionString => (azurite ?? throw new InvalidOperationException("Azurite is not started.")).ConnectionString;

    public int TablePort => (azurite ?? throw new InvalidOperationException("Azurite is not started.")).TablePort;

    public async ValueTask InitializeAsync() =>
        azurite = await Azurite.StartAsync(cancellationToken: TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (azurite is not null)
        {
            await azurite.DisposeAsync();
        }
    }
}
