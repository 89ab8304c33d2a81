namespace Baloan.Client;

/// <summary>An access token of one of Baloan's gateways.</summary>
/// <param name="Access">The token to send as <c>Authorization: Bearer</c>. A secret.</param>
/// <param name="Refresh">The refresh token, null where none was given. A secret. No endpoint of Baloan's documents takes it.</param>
/// <param name="ExpiresAt">When the access token runs out (UTC): the <c>exp</c> of the JWT, or ten minutes from now where it cannot be
/// read.</param>
public sealed record AccessToken(string Access, string? Refresh, DateTimeOffset ExpiresAt)
{
    /// <summary>Shows no secret.</summary>
    public override string ToString() => $"AccessToken {{ ExpiresAt = {ExpiresAt:O} }}";
}
