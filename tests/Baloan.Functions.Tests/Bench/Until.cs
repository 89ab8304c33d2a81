namespace Baloan.Functions.Tests.Bench;

/// <summary>Waits for what a test expects, with a limit that only a fault reaches.</summary>
internal static class Until
{
    // The sweep, which makes good what storage did not take at once, comes every minute.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    public static Task TrueAsync(Func<bool> condition, Func<string>? state = null) => TrueAsync(() => Task.FromResult(condition()), state);

    public static async Task TrueAsync(Func<Task<bool>> condition, Func<string>? state = null)
    {
        var end = DateTime.UtcNow + Limit;
        while (!await condition())
        {
            if (DateTime.UtcNow > end)
            {
                throw new TimeoutException($"It did not come about. {state?.Invoke()}");
            }

            await Task.Delay(25, TestContext.Current.CancellationToken);
        }
    }
}
