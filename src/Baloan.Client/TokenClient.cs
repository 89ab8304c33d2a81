using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Baloan.Client;

/// <summary>
/// Gets access tokens for username and password. Safe for concurrent use. The calls change nothing and are repeated where a
/// failure may pass. Each throws <see cref="BaloanException"/>, with <see cref="BaloanFailure.Unauthorized"/> where Baloan refuses
/// the credentials, however it says so.
/// </summary>
/// <param name="http">From <see cref="BaloanHttpClient.Create"/>; it needs no source of access tokens.</param>
/// <param name="time">The clock that a token of unreadable life is measured with.</param>
public sealed class TokenClient(HttpClient http, TimeProvider time)
{
    private static readonly TimeSpan ShortLife = TimeSpan.FromMinutes(10);

    /// <summary>A token of the merchant gateway.</summary>
    /// <param name="version">The version that the merchant's contract is for.</param>
    /// <param name="username">Version 1: the store's name. Version 2: the store's uuid.</param>
    /// <param name="password">The store's password.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="BaloanException">Baloan refuses or does not answer.</exception>
    public Task<AccessToken> GetMerchantTokenAsync(
        MerchantApiVersion version,
        string username,
        string password,
        CancellationToken cancellationToken
    ) =>
        version switch
        {
            MerchantApiVersion.V1 => GetAsync(
                Operation.MerchantToken,
                "api/v1/merchant/token/",
                Form(username, password),
                username,
                password,
                cancellationToken
            ),
            MerchantApiVersion.V2 => GetAsync(
                Operation.MerchantToken,
                "api/v2/merchant/token/",
                Requests.Json(new Credentials(username, password), RequestJson.Default.Credentials),
                username,
                password,
                cancellationToken
            ),
            _ => throw new ArgumentOutOfRangeException(nameof(version)),
        };

    /// <summary>A token of the partnership gateway.</summary>
    /// <param name="username">The partner's username.</param>
    /// <param name="password">The partner's password.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="BaloanException">Baloan refuses or does not answer.</exception>
    public Task<AccessToken> GetPartnershipTokenAsync(string username, string password, CancellationToken cancellationToken) =>
        GetAsync(Operation.PartnershipToken, "api/v1/partnership/token/", Form(username, password), username, password, cancellationToken);

    private static HttpContent Form(string username, string password) => Requests.Form(("username", username), ("password", password));

    private async Task<AccessToken> GetAsync(
        Operation operation,
        string path,
        HttpContent body,
        string username,
        string password,
        CancellationToken cancellationToken
    )
    {
        var call = new Call<AccessToken>(operation, Read, username, password);
        try
        {
            return await call.SendAsync(
                http,
                HttpMethod.Post,
                path,
                new OutgoingContent(operation, body),
                Language.English,
                cancellationToken
            );
        }
        catch (BaloanException refusal) when (refusal.Failure is BaloanFailure.Rejected or BaloanFailure.NotFound)
        {
            // Whoever needs the token asked for something else, and must not take this for the answer to it.
            throw new BaloanException(
                BaloanFailure.Unauthorized,
                "baloan_unauthorized",
                "Baloan refuses the username and password.",
                refusal
            )
            {
                Status = refusal.Status,
            };
        }
    }

    private AccessToken? Read(JsonElement answer) =>
        answer.Text("access") is { } access && !access.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? new(access, answer.Text("refresh"), ExpiryOf(access) ?? time.GetUtcNow() + ShortLife)
            : null;

    /// <summary>
    /// The <c>exp</c> of a JWT: in seconds, or, where that would be thousands of years away, in the milliseconds of JavaScript and Java.
    /// </summary>
    private static DateTimeOffset? ExpiryOf(string access)
    {
        const double FirstMilliseconds = 100_000_000_000;
        try
        {
            return new JsonWebToken(access).TryGetPayloadValue<double>("exp", out var time) && time is > 0 and < FirstMilliseconds * 1000
                ? DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(time >= FirstMilliseconds ? time / 1000 : time)
                : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
