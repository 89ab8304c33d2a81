namespace Baloan.EndToEnd.Tests;

/// <summary>Waits for what comes about by itself, with a limit that only a fault reaches.</summary>
internal static class Until
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(200);

    public static async Task<T> FoundAsync<T>(string what, Func<Task<T?>> look, TimeSpan? limit = null)
        where T : class
    {
        var cancel = TestContext.Current.CancellationToken;
        var end = DateTime.UtcNow + (limit ?? Limit);
        while (true)
        {
            if (await look() is { } found)
            {
                return found;
            }

            (DateTime.UtcNow < end).ShouldBeTrue($"It never came about that {what}.");
            await Task.Delay(Between, cancel);
        }
    }

    public static Task TrueAsync(string what, Func<Task<bool>> look, TimeSpan? limit = null) =>
        FoundAsync(what, async () => await look() ? what : null, limit);

    public static Task TrueAsync(string what, Func<bool> look, TimeSpan? limit = null) =>
        TrueAsync(what, () => Task.FromResult(look()), limit);
}
