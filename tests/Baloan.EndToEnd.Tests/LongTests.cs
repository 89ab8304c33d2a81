namespace Baloan.EndToEnd.Tests;

/// <summary>Tests that a run may leave out: what they stand on is started by the first of them that runs.</summary>
/// <typeparam name="TFixture">What they stand on.</typeparam>
public abstract class LongTests<TFixture>(OnDemand<TFixture> fixture) : IAsyncLifetime
    where TFixture : SandboxFixture, new()
{
    protected TFixture Fixture { get; private set; } = null!;

    public virtual async ValueTask InitializeAsync() => Fixture = await fixture.StartedAsync();

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}

/// <summary>A fixture that starts when it is asked for: xunit initializes fixtures also for tests that it leaves out.</summary>
/// <typeparam name="TFixture">That one.</typeparam>
public sealed class OnDemand<TFixture> : IAsyncDisposable
    where TFixture : SandboxFixture, new()
{
    private readonly Lazy<Task<TFixture>> fixture = new(StartAsync);

    public Task<TFixture> StartedAsync() => fixture.Value;

    public async ValueTask DisposeAsync()
    {
        if (fixture.IsValueCreated)
        {
            await (await fixture.Value).DisposeAsync();
        }
    }

    private static async Task<TFixture> StartAsync()
    {
        var fixture = new TFixture();
        await fixture.InitializeAsync();
        return fixture;
    }
}
