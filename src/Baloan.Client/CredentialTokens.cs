namespace Baloan.Client;

/// <summary>
/// The access token of one gateway in memory, got with username and password. However many calls need a new one, one is fetched.
/// </summary>
internal sealed class CredentialTokens(Func<CancellationToken, Task<AccessToken>> fetch, TimeProvider time) : IAccessTokenSource
{
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim single = new(1);
    private volatile Held? current;

    public async ValueTask<string> GetAsync(CancellationToken cancellationToken) =>
        current is { } held && IsUsable(held) ? held.Token.Access : await RenewAsync(null, cancellationToken);

    public async ValueTask<string> ReplaceAsync(string refused, CancellationToken cancellationToken) =>
        await RenewAsync(refused, cancellationToken);

    private async Task<string> RenewAsync(string? refused, CancellationToken cancellationToken)
    {
        await single.WaitAsync(cancellationToken);
        try
        {
            if (current is not { } held || held.Token.Access == refused || !IsUsable(held))
            {
                current = held = new(await fetch(cancellationToken), time.GetUtcNow());
            }

            return held.Token.Access;
        }
        finally
        {
            single.Release();
        }
    }

    // A clock that is wrong makes a new token look old: it is used all the same, until Baloan refuses it.
    private bool IsUsable(Held held) => time.GetUtcNow() is var now && (now < held.Token.ExpiresAt - Margin || now < held.At + Margin);

    private sealed record Held(AccessToken Token, DateTimeOffset At);
}
