namespace Baloan.Functions.Http.Responses;

/// <summary>The answer of a refresh; a gateway without credentials is null.</summary>
public sealed record RefreshResponse(TokenLife? Merchant, TokenLife? Partnership);

/// <summary>How long a token lives.</summary>
/// <param name="ExpiresAt">When it runs out (UTC).</param>
public sealed record TokenLife(DateTimeOffset ExpiresAt);
