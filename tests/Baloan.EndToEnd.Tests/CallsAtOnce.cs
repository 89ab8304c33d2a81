namespace Baloan.EndToEnd.Tests;

/// <summary>Keeps a caller's calls to fewer than the fifty whose bodies the app reads at once: a cold app is slow to read.</summary>
internal sealed class CallsAtOnce : IDisposable
{
    private readonly SemaphoreSlim places = new(40);

    /// <summary>Begins a call once there is a place, and does not wait for its end.</summary>
    /// <returns>The call.</returns>
    public async Task<Task<Answer>> BeginAsync(Func<Task<Answer>> call)
    {
        await places.WaitAsync(TestContext.Current.CancellationToken);
        return EndAsync(call());
    }

    public void Dispose() => places.Dispose();

    private async Task<Answer> EndAsync(Task<Answer> call)
    {
        try
        {
            return await call;
        }
        finally
        {
            places.Release();
        }
    }
}
