using System.Diagnostics;
using System.Globalization;
using Baloan.Client;
using Baloan.Core.Loans;
using Baloan.Core.Storage;
using Baloan.Core.Tokens;
using Baloan.Functions.Http.Requests;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Baloan.Functions.Http;

/// <summary>Turns what goes wrong in a function into a problem document: the Functions host would answer 500 with no body.</summary>
public sealed partial class Problems(ILogger<Problems> logger, CorsOrigins origins, BodyReading bodies)
{
    private static readonly TimeSpan OutageRetryAfter = TimeSpan.FromSeconds(10);

    /// <summary>Runs one request.</summary>
    public async Task<IResult> CatchAsync(HttpRequest request, Func<Task<IResult>> work)
    {
        var language = RequestLanguage.Of(request);
        // Texts of others are in the answers: no browser is to take them for a page. And no cache is to keep a credit or a token.
        var headers = request.HttpContext.Response.Headers;
        (headers.XContentTypeOptions, headers.CacheControl) = ("nosniff", "no-store");
        origins.Allow(request);
        try
        {
            using (bodies.Guard(request))
            {
                return new Sent(await work());
            }
        }
        catch (ProblemException problem)
        {
            return Answer(request, problem, language);
        }
        catch (IdempotencyKeyReusedException)
        {
            return Answer(request, new(409, "idempotency_key_reused", Texts.IdempotencyKeyReused), language);
        }
        catch (OpeningUnknownException)
        {
            return Answer(request, new(504, "outcome_unknown", Texts.OpeningOutcomeUnknown), language);
        }
        catch (NotRecordedException outage)
        {
            return Answer(request, new(503, "storage_unavailable", Texts.StorageUnavailable, outage.RetryAfter), language);
        }
        catch (FileTooLargeException)
        {
            return Answer(request, ProblemException.FileTooLarge(), language);
        }
        catch (BaloanException failure)
        {
            return Answer(request, Translate(failure), language);
        }
        catch (NotConfiguredException missing)
        {
            return Answer(request, new(503, "not_configured", l => Texts.NotConfigured.In(l, missing.Settings)), language);
        }
        catch (KeyVaultUnavailableException outage)
        {
            Log.KeyVaultUnavailable(logger, outage);
            return Answer(
                request,
                new(503, "key_vault_unavailable", l => TextOf(outage.Refusal).In(l, outage.Secret), OutageRetryAfter),
                language
            );
        }
        catch (BadHttpRequestException bad)
        {
            return Answer(
                request,
                new(bad.StatusCode, "invalid_request", bad.StatusCode == 408 ? Texts.BodyTooSlow : Texts.BrokenBody),
                language
            );
        }
        catch (Exception gone) when (HasGone(request.HttpContext, gone))
        {
            // Nobody is there to read an answer.
            return Results.Empty;
        }
        catch (Exception outage) when (StorageOutage.IsCauseOf(outage))
        {
            Log.StorageUnavailable(logger, outage);
            return Answer(request, new(503, "storage_unavailable", Texts.StorageUnavailable, OutageRetryAfter), language);
        }
        catch (Exception bug)
        {
            Log.Failed(logger, bug);
            return Answer(request, new(500, "internal_error", Texts.InternalError), language);
        }
    }

    private static bool HasGone(HttpContext context, Exception failure) =>
        failure is ConnectionResetException
        || (failure is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested);

    /// <summary>The contract's code, status and sentence for a failure at Baloan.</summary>
    /// <param name="failure">The failure.</param>
    /// <param name="unknownOutcome">
    /// What <c>outcome_unknown</c> means for the call and how to find out; null for calls that change nothing.
    /// </param>
    public static ProblemException Translate(BaloanException failure, Text? unknownOutcome = null) =>
        failure.Failure switch
        {
            BaloanFailure.Rejected => new(422, failure.Code, Said(failure, Texts.BaloanRejected)),
            BaloanFailure.NotFound => new(404, failure.Code, Said(failure, Texts.BaloanNotFound)),
            BaloanFailure.Unauthorized => new(502, failure.Code, Texts.BaloanUnauthorized),
            BaloanFailure.Throttled => new(429, failure.Code, Texts.BaloanThrottled, failure.RetryAfter ?? TimeSpan.FromSeconds(30)),
            BaloanFailure.Unavailable => new(503, failure.Code, Texts.BaloanUnavailable, failure.RetryAfter ?? TimeSpan.FromSeconds(30)),
            _ when failure.OutcomeKnown || unknownOutcome is null => new(504, "baloan_timeout", Texts.BaloanTimeout),
            _ => new(504, "outcome_unknown", unknownOutcome),
        };

    /// <summary>What Key Vault's refusal means; its argument is the secret's name.</summary>
    public static Text TextOf(VaultRefusal refusal) =>
        refusal switch
        {
            VaultRefusal.Disabled => Texts.SecretDisabled,
            VaultRefusal.Deleted => Texts.SecretDeleted,
            VaultRefusal.Role => Texts.VaultRole,
            VaultRefusal.Identity => Texts.VaultIdentity,
            VaultRefusal.Network => Texts.VaultNetwork,
            _ => Texts.KeyVaultUnavailable,
        };

    /// <summary>What Baloan said, or a sentence of ours where it said nothing.</summary>
    private static Func<Language, string> Said(BaloanException failure, Text otherwise) =>
        language => failure.TextIn(language) ?? otherwise.In(language);

    private static Sent Answer(HttpRequest request, ProblemException problem, Language language)
    {
        if (problem.RetryAfter is { } wait)
        {
            request.HttpContext.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds))
                .ToString(CultureInfo.InvariantCulture);
        }

        return new Sent(
            ApiJson.Respond(
                new Problem(
                    $"urn:baloan-functions:problem:{problem.Code}",
                    problem.Code.Replace('_', ' '),
                    problem.Status,
                    problem.DetailIn(language),
                    problem.Code,
                    Activity.Current?.TraceId.ToString() ?? request.HttpContext.TraceIdentifier,
                    problem.Errors?.In(language),
                    problem.Conflict,
                    problem.Existing
                ),
                ApiJson.Responses.Problem,
                "application/problem+json",
                problem.Status
            )
        );
    }

    /// <summary>An answer that may find nobody there: a caller who has hung up is no fault of the function.</summary>
    private sealed class Sent(IResult answer) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            try
            {
                await answer.ExecuteAsync(httpContext);
            }
            catch (Exception gone) when (gone is OperationCanceledException || HasGone(httpContext, gone))
            {
                // Nothing else cancels the writing of an answer: the caller has hung up, or the server has cut the connection.
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A request failed by a fault of this app.")]
        public static partial void Failed(ILogger logger, Exception exception);

        [LoggerMessage(2, LogLevel.Warning, "A request was answered 503: storage does not answer.")]
        public static partial void StorageUnavailable(ILogger logger, Exception exception);

        [LoggerMessage(
            3,
            LogLevel.Warning,
            "A request was answered 503: Key Vault does not answer, or does not give out what is asked for."
        )]
        public static partial void KeyVaultUnavailable(ILogger logger, Exception exception);
    }
}
