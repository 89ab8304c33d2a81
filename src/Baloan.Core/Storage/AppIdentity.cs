using Azure.Core;
using Azure.Identity;

namespace Baloan.Core.Storage;

/// <summary>
/// The app's identity at Azure. Where no token can be had in time it says so: left alone, the chain of credentials beneath goes on
/// for minutes, and callers wait for it.
/// </summary>
/// <param name="inner">Where tokens come from.</param>
internal sealed class AppIdentity(TokenCredential inner) : TokenCredential
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The managed identity on Azure, the developer's own elsewhere.</summary>
    /// <param name="clientId">The client id of a user-assigned identity; null for the system's.</param>
    public static AppIdentity Of(string? clientId) =>
        new(new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = clientId }));

    /// <inheritdoc/>
    /// <exception cref="AuthenticationFailedException">No token can be had, or not in time.</exception>
    public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
    {
        using var limit = LimitOf(cancellationToken);
        try
        {
            return inner.GetToken(requestContext, limit.Token);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw TooLate(late);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="AuthenticationFailedException">No token can be had, or not in time.</exception>
    public override async ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
    {
        using var limit = LimitOf(cancellationToken);
        try
        {
            // Not every credential of the chain heeds its token.
            return await inner.GetTokenAsync(requestContext, limit.Token).AsTask().WaitAsync(limit.Token);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw TooLate(late);
        }
    }

    private static CancellationTokenSource LimitOf(CancellationToken cancellationToken)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        return limit;
    }

    private static CredentialUnavailableException TooLate(OperationCanceledException late) =>
        new($"The app's identity gave no token within {Patience.TotalSeconds} seconds.", late);
}
