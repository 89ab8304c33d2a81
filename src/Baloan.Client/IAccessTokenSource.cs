namespace Baloan.Client;

/// <summary>
/// Gives the access token that goes with each call. Must be safe for concurrent use. What it throws comes out of the call
/// as it is; nothing has taken effect then.
/// </summary>
public interface IAccessTokenSource
{
    /// <summary>The access token to use now. Asked once for each call, so it should come from memory.</summary>
    /// <param name="cancellationToken">Stops the waiting.</param>
    ValueTask<string> GetAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Another access token, because Baloan answered 401 to <paramref name="refused"/>. Asked at most once for each call.
    /// </summary>
    /// <param name="refused">The token that Baloan refused. Where a newer one is at hand already, give that.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    ValueTask<string> ReplaceAsync(string refused, CancellationToken cancellationToken);
}
