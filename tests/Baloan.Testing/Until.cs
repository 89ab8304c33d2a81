namespace Baloan.Testing;

/// <summary>Waits for what comes about by itself, with a limit that only a fault reaches.</summary>
public static class Until
{
    // The sweep, which makes good what storage did not take at once, comes every minute.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private static readonly TimeSpan BetweenConditions = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits for a condition that costs nothing to look at.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="state">What there was instead, should it never come about.</param>
    /// <exception cref="TimeoutException">It has not come about.</exception>
    public static Task TrueAsync(Func<bool> condition, Func<string>? state = null) => TrueAsync(() => Task.FromResult(condition()), state);

    /// <inheritdoc cref="TrueAsync(Func{bool}, Func{string}?)"/>
    public static Task TrueAsync(Func<Task<bool>> condition, Func<string>? state = null) =>
        WaitAsync(async () => await condition() ? "" : null, () => $"It did not come about. {state?.Invoke()}", BetweenConditions, Limit);

    /// <summary>Waits for what somebody else has to be asked.</summary>
    /// <param name="what">What is to come about, as the end of "it never came about that".</param>
    /// <param name="look">Looks.</param>
    /// <param name="limit">How long; two minutes where nobody says.</param>
    /// <exception cref="TimeoutException">It has not come about.</exception>
    public static Task TrueAsync(string what, Func<Task<bool>> look, TimeSpan? limit = null) =>
        FoundAsync(what, async () => await look() ? what : null, limit);

    /// <inheritdoc cref="TrueAsync(string, Func{Task{bool}}, TimeSpan?)"/>
    public static Task TrueAsync(string what, Func<bool> look, TimeSpan? limit = null) =>
        TrueAsync(what, () => Task.FromResult(look()), limit);

    /// <summary>Waits until a look finds something.</summary>
    /// <param name="what">What is to come about, as the end of "it never came about that".</param>
    /// <param name="look">Looks.</param>
    /// <param name="limit">How long; two minutes where nobody says.</param>
    /// <exception cref="TimeoutException">Nothing was found.</exception>
    public static Task<T> FoundAsync<T>(string what, Func<Task<T?>> look, TimeSpan? limit = null)
        where T : class => WaitAsync(look, () => $"It never came about that {what}.", BetweenLooks, limit ?? Limit);

    private static async Task<T> WaitAsync<T>(Func<Task<T?>> look, Func<string> fault, TimeSpan between, TimeSpan limit)
        where T : class
    {
        var end = DateTime.UtcNow + limit;
        while (true)
        {
            if (await look() is { } found)
            {
                return found;
            }

            if (DateTime.UtcNow > end)
            {
                throw new TimeoutException(fault());
            }

            await Task.Delay(between, TestContext.Current.CancellationToken);
        }
    }
}
