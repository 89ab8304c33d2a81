using Baloan.Client;
using Baloan.Core.Telemetry;
using Microsoft.Extensions.Logging;

namespace Baloan.Core.Tokens;

/// <summary>
/// The access token of one gateway: in memory while it lives, in Key Vault for the other instances and the next start. Safe for
/// concurrent use; however many calls need a new token, one is fetched.
/// </summary>
/// <param name="gateway">Whose token it is.</param>
/// <param name="vault">Credentials and tokens.</param>
/// <param name="fetch">Asks Baloan for a token with user name and password.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log, which sees no token.</param>
public sealed partial class AccessTokens(
    Gateway gateway,
    Vault vault,
    Func<string, string, CancellationToken, Task<AccessToken>> fetch,
    TimeProvider time,
    ILogger<AccessTokens> logger
) : IAccessTokenSource, IDisposable
{
    private static readonly TimeSpan RefusalKeptFor = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestReadAhead = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim single = new(1);
    private volatile StoredToken? current;
    private Refusal? refusal;

    /// <summary>Whose token it is.</summary>
    public Gateway Gateway => gateway;

    /// <summary>The times of the token in memory, also when it has run out; null before the first token.</summary>
    internal AppMeter.TokenTimes? Times => current is { } token ? new(token.ObtainedAt, token.ExpiresAt) : null;

    /// <summary>An access token that lives long enough for a call; without any call of its own while one is in memory.</summary>
    /// <exception cref="NotConfiguredException">The credentials are not set.</exception>
    /// <exception cref="KeyVaultUnavailableException">A token is needed and the vault does not answer.</exception>
    /// <exception cref="BaloanException">Baloan gives out no token.</exception>
    public async ValueTask<string> GetAsync(CancellationToken cancellationToken) =>
        current is { } token && token.IsUsable(time.GetUtcNow())
            ? token.Access
            : (await RenewAsync(token => token.IsUsable(time.GetUtcNow()), cancellationToken)).Access;

    /// <summary>
    /// Reads the token that the vault has, so that the first call finds it in memory. Calls that come meanwhile wait for it. Where it
    /// cannot be had, they find out for themselves.
    /// </summary>
    public async Task ReadAheadAsync()
    {
        if (!await single.WaitAsync(TimeSpan.Zero))
        {
            return;
        }

        try
        {
            using var limit = new CancellationTokenSource(LongestReadAhead, time);
            current ??= await KeptAsync(limit.Token);
        }
        catch (Exception missing) when (missing is NotConfiguredException or KeyVaultUnavailableException or OperationCanceledException)
        {
            // Nobody has asked for it yet.
        }
        finally
        {
            single.Release();
        }
    }

    /// <summary>Another token than the one that Baloan has just answered 401 to.</summary>
    public async ValueTask<string> ReplaceAsync(string refused, CancellationToken cancellationToken) =>
        (await RenewAsync(token => token.Access != refused && token.IsUsable(time.GetUtcNow()), cancellationToken)).Access;

    /// <summary>Gets a new token before the old one runs out; whichever instance has done so already is enough.</summary>
    /// <returns>When the access token runs out (UTC).</returns>
    public async Task<DateTimeOffset> KeepFreshAsync(CancellationToken cancellationToken)
    {
        bool LastsLongEnough(StoredToken token) => !token.IsDueForRenewal(time.GetUtcNow());
        return current is { } token && LastsLongEnough(token)
            ? token.ExpiresAt
            : (await RenewAsync(LastsLongEnough, cancellationToken)).ExpiresAt;
    }

    /// <summary>Gets a new token from Baloan now.</summary>
    /// <returns>When it runs out (UTC).</returns>
    public async Task<DateTimeOffset> RefreshAsync(CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow();
        return (await RenewAsync(token => token.ObtainedAt > before, cancellationToken)).ExpiresAt;
    }

    /// <summary>
    /// Looks at the token, in memory and in the vault; gets none. Stopped before the vault answers, it says what it knows.
    /// </summary>
    /// <returns>
    /// Whether the credentials are set, null where the vault does not say; and when the newest access token runs out (UTC), null where
    /// none is known.
    /// </returns>
    public async Task<(bool? IsConfigured, DateTimeOffset? ExpiresAt)> LookAsync(CancellationToken cancellationToken)
    {
        var known = current;
        if (known is not null && !known.IsDueForRenewal(time.GetUtcNow()))
        {
            return (true, known.ExpiresAt);
        }

        try
        {
            // Another instance may have renewed it.
            if (await KeptAsync(cancellationToken) is { } kept && !(kept.ExpiresAt < known?.ExpiresAt))
            {
                known = kept;
            }

            return known is not null
                ? (true, known.ExpiresAt)
                : (
                    !string.IsNullOrEmpty(await vault.ReadCredentialAsync(gateway.UsernameSecret, cancellationToken))
                        && !string.IsNullOrEmpty(await vault.ReadCredentialAsync(gateway.PasswordSecret, cancellationToken)),
                    null
                );
        }
        catch (NotConfiguredException)
        {
            return (false, null);
        }
        catch (Exception unknown) when (unknown is KeyVaultUnavailableException or OperationCanceledException)
        {
            return (known is null ? null : true, known?.ExpiresAt);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => single.Dispose();

    /// <summary>The token that the vault has; null where it has none.</summary>
    private async Task<StoredToken?> KeptAsync(CancellationToken cancellationToken) =>
        StoredToken.Parse(await vault.ReadAsync(gateway.TokenSecret, null, cancellationToken));

    private async Task<StoredToken> RenewAsync(Predicate<StoredToken> good, CancellationToken cancellationToken)
    {
        await single.WaitAsync(cancellationToken);
        try
        {
            if (current is { } known && good(known))
            {
                return known;
            }

            if (await KeptAsync(cancellationToken) is { } kept && good(kept))
            {
                return current = kept;
            }

            var username = vault.ReadCredentialAsync(gateway.UsernameSecret, cancellationToken);
            var password = vault.ReadCredentialAsync(gateway.PasswordSecret, cancellationToken);
            await Task.WhenAll(username, password);
            if (string.IsNullOrEmpty(await username) || string.IsNullOrEmpty(await password))
            {
                throw new NotConfiguredException($"{gateway.UsernameSecret}, {gateway.PasswordSecret}");
            }

            var fetched = await FetchAsync((await username)!, (await password)!, cancellationToken);
            var token = StoredToken.Of(fetched, time.GetUtcNow());
            current = token;
            Log.Obtained(logger, gateway.Name, token.ExpiresAt);
            await ShareAsync(token, cancellationToken);
            return token;
        }
        finally
        {
            single.Release();
        }
    }

    /// <summary>Asks Baloan, but not again and again with credentials that it has just refused: it might lock the account.</summary>
    private async Task<AccessToken> FetchAsync(string username, string password, CancellationToken cancellationToken)
    {
        if (refusal is { } last && last.Username == username && last.Password == password && time.GetUtcNow() - last.At < RefusalKeptFor)
        {
            throw last.Failure;
        }

        try
        {
            var token = await fetch(username, password, cancellationToken);
            refusal = null;
            return token;
        }
        catch (BaloanException failure) when (failure.Failure == BaloanFailure.Unauthorized)
        {
            refusal = new Refusal(username, password, time.GetUtcNow(), failure);
            throw;
        }
    }

    private async Task ShareAsync(StoredToken token, CancellationToken cancellationToken)
    {
        try
        {
            await vault.WriteAsync(gateway.TokenSecret, token.ToSecret(), "application/json", token.ExpiresAt, cancellationToken);
        }
        catch (KeyVaultUnavailableException outage)
        {
            // This instance has its token; another one fetches its own.
            Log.NotShared(logger, gateway.Name, outage);
        }
    }

    private sealed record Refusal(string Username, string Password, DateTimeOffset At, BaloanException Failure);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "A new {Gateway} access token lives until {ExpiresAt:u}.")]
        public static partial void Obtained(ILogger logger, string gateway, DateTimeOffset expiresAt);

        [LoggerMessage(2, LogLevel.Warning, "The new {Gateway} access token could not be put into Key Vault.")]
        public static partial void NotShared(ILogger logger, string gateway, Exception exception);
    }
}
