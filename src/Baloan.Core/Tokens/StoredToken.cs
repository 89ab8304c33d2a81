using System.Text.Json;
using System.Text.Json.Serialization;
using Baloan.Client;

namespace Baloan.Core.Tokens;

/// <summary>The tokens as the vault keeps them.</summary>
/// <param name="Access">The access token.</param>
/// <param name="Refresh">The refresh token: kept, and not used, for Baloan documents no way to use it.</param>
/// <param name="ObtainedAt">When Baloan gave it out (UTC).</param>
/// <param name="ExpiresAt">When the access token runs out (UTC).</param>
public sealed record StoredToken(string Access, string? Refresh, DateTimeOffset ObtainedAt, DateTimeOffset ExpiresAt)
{
    // Enough for a call that begins now to end before the token does.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LifeByWrongClock = TimeSpan.FromMinutes(15);

    // Two runs of the timer: one may fail.
    private static readonly TimeSpan RenewalMargin = TimeSpan.FromMinutes(10);

    /// <summary>A token that Baloan has just given out.</summary>
    /// <remarks>
    /// One that looks as if it had run out tells that our clock is ahead. It is used for a while, or until Baloan refuses it: else each
    /// call
    /// would ask for a new one.
    /// </remarks>
    public static StoredToken Of(AccessToken token, DateTimeOffset now) =>
        new(token.Access, token.Refresh, now, token.ExpiresAt > now ? token.ExpiresAt : now + LifeByWrongClock);

    /// <summary>Reads a secret's value; null where it is none that this app has written.</summary>
    public static StoredToken? Parse(string? secret)
    {
        try
        {
            var token = secret is null ? null : JsonSerializer.Deserialize(secret, StoredTokenJson.Default.StoredToken);
            return string.IsNullOrEmpty(token?.Access) ? null : token;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The secret's value.</summary>
    public string ToSecret() => JsonSerializer.Serialize(this, StoredTokenJson.Default.StoredToken);

    /// <summary>Whether a call that begins now may use it. A short-lived token is used for half its life.</summary>
    public bool IsUsable(DateTimeOffset now)
    {
        var half = (ExpiresAt - ObtainedAt) / 2;
        return now < ExpiresAt - (half < Margin ? half : Margin);
    }

    /// <summary>Whether less than a fifth of its life, or less than ten minutes, is left.</summary>
    public bool IsDueForRenewal(DateTimeOffset now)
    {
        var left = ExpiresAt - now;
        return left < (ExpiresAt - ObtainedAt) / 5 || left < RenewalMargin;
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StoredToken))]
internal sealed partial class StoredTokenJson : JsonSerializerContext;
