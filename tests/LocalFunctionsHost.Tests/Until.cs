namespace LocalFunctionsHost.Tests;

/// <summary>Waits for what a test expects, with a limit that only a fault reaches.</summary>
internal static class Until
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

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

            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
