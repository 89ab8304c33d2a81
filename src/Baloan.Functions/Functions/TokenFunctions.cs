using Baloan.Client;
using Baloan.Core.Tokens;
using Baloan.Functions.Http;
using Baloan.Functions.Http.Responses;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Baloan.Functions.Functions;

/// <summary>Keeps the access tokens fresh, by timer and on demand.</summary>
public sealed partial class TokenFunctions(
    [FromKeyedServices("merchant")] AccessTokens merchant,
    [FromKeyedServices("partnership")] AccessTokens partnership,
    ILogger<TokenFunctions> logger
)
{
    /// <summary>Gets new access tokens before the old ones run out.</summary>
    /// <remarks>The schedule is written down here: one that a setting names may never fire on Flex Consumption.</remarks>
    [Function("RefreshTokens")]
    public async Task RefreshTokens([TimerTrigger("0 */5 * * * *")] TimerInfo timer, CancellationToken cancellationToken)
    {
        var failed = false;
        foreach (var tokens in new[] { merchant, partnership })
        {
            try
            {
                await tokens.KeepFreshAsync(cancellationToken);
            }
            catch (NotConfiguredException)
            {
                Log.NotConfigured(logger, tokens.Gateway.Name);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                failed = true;
                if (failure is BaloanException refusal)
                {
                    // Its message may be Baloan's own text.
                    Log.NotRenewed(logger, tokens.Gateway.Name, refusal.Code, null);
                }
                else
                {
                    Log.NotRenewed(logger, tokens.Gateway.Name, failure.GetType().Name, failure);
                }
            }
        }

        if (failed)
        {
            // Failing is how a timer function tells its host.
            throw new InvalidOperationException("Not every access token could be kept fresh; the lines before this one say why.");
        }
    }

    /// <summary><c>POST /api/tokens/refresh</c>: gets new access tokens now, such as after a change of password.</summary>
    [Function("RefreshTokensNow")]
    public async Task<IResult> RefreshTokensNow(
        [HttpTrigger(AuthorizationLevel.Admin, "post", Route = "tokens/refresh")] HttpRequest request
    )
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        var answer = new RefreshResponse(
            await RefreshAsync(merchant, cancellationToken),
            await RefreshAsync(partnership, cancellationToken)
        );
        return answer is { Merchant: null, Partnership: null }
            ? throw new NotConfiguredException("the secrets baloan-merchant-* or baloan-partnership-*")
            : ApiJson.Respond(answer, ApiJson.Responses.RefreshResponse);
    }

    private static async Task<TokenLife?> RefreshAsync(AccessTokens tokens, CancellationToken cancellationToken)
    {
        try
        {
            return new TokenLife(await tokens.RefreshAsync(cancellationToken));
        }
        catch (NotConfiguredException)
        {
            // An app with one of the two contracts is whole.
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "No {Gateway} credentials are set; that half of the app is not in use.")]
        public static partial void NotConfigured(ILogger logger, string gateway);

        [LoggerMessage(2, LogLevel.Error, "The {Gateway} access token could not be renewed: {Reason}.")]
        public static partial void NotRenewed(ILogger logger, string gateway, string reason, Exception? failure);
    }
}
