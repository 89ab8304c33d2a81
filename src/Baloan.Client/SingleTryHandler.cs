using System.Net;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Baloan.Client;

/// <summary>
/// Sends a request once, waits as long as its operation allows, reads the answer whole and judges it. What is not a good
/// answer comes out as a <see cref="BaloanException"/> that knows whether the operation can have taken effect.
/// </summary>
internal sealed partial class SingleTryHandler(BaloanOptions options, TimeProvider time, ILogger logger) : DelegatingHandler
{
    private const int LargestAnswer = 1024 * 1024;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = Call.Of(request);
        var content = request.Content as OutgoingContent;
        if (content is null && (call.Operation.Acts || request.Content is not null))
        {
            throw new InvalidOperationException("A call that acts, or has a body, needs a body that knows whether it was begun.");
        }

        await (content?.OpenAsync(call.Limit, cancellationToken) ?? Task.CompletedTask);
        using var limit = new CancellationTokenSource(call.Operation.CarriesFile ? options.FileTimeout : options.CallTimeout, time);
        using var ending = cancellationToken.UnsafeRegister(static limit => ((CancellationTokenSource)limit!).Cancel(), limit);
        var began = time.GetUtcNow();
        HttpResponseMessage? response = null;
        string? body = null;
        try
        {
            response = await base.SendAsync(request, limit.Token);
            await response.Content.LoadIntoBufferAsync(LargestAnswer, limit.Token);
            body = Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(limit.Token)).TrimStart('\uFEFF');
            if (Judge(call, response, body) is { } no)
            {
                throw no;
            }

            call.Sendings.Add(Sending.Yes(began, response.StatusCode));
            Log.Answered(logger, call.Operation.Name, (int)response.StatusCode);
            return response;
        }
        catch (BaloanException failure) when (response is not null && body is not null)
        {
            Log.Refused(logger, call.Operation.Name, failure.Failure, (int)response.StatusCode, Mask.ForLog(body, call.Secrets));
            call.AddFailure(began, failure);
            response.Dispose();
            throw;
        }
        catch (Exception exception) when (!(exception is OperationCanceledException && call.Caller.IsCancellationRequested))
        {
            response?.Dispose();
            if (content?.FileFailure is { } fileFailure && !call.Operation.Acts)
            {
                // Not Baloan's doing, and nothing that matters has taken effect: the caller's own exception tells most.
                throw fileFailure;
            }

            // Without a body nothing acts, and the exception is good enough to tell where it failed.
            var begun = content?.Begun ?? !IsOfConnecting(exception);
            var failure = content is { TooLate: true } ? TooLate(exception) : NoWholeAnswer(call, begun, content?.FileFailure, exception);
            Log.NoAnswer(logger, call.Operation.Name, failure.Failure, begun, Describe(exception));
            call.AddFailure(began, failure);
            throw failure;
        }
        finally
        {
            await (content?.CloseAsync() ?? ValueTask.CompletedTask);
        }
    }

    private BaloanException? Judge(Call call, HttpResponseMessage response, string body)
    {
        var judgement = AnswerRules.Judge(call.Operation, response.StatusCode, body, call.TryRead);
        if (judgement.Verdict == Verdict.Yes)
        {
            return null;
        }

        if (judgement.Verdict == Verdict.Unknown)
        {
            return Unusable(call.Operation, response.StatusCode, judgement.Why!);
        }

        var said = ErrorBody.Read(body, call.Secrets);
        return judgement.Verdict switch
        {
            Verdict.NotFound => Said(BaloanFailure.NotFound, "not_found", "Baloan does not know it.", response, said),
            Verdict.Unauthorized => Said(
                BaloanFailure.Unauthorized,
                "baloan_unauthorized",
                "Baloan refuses the credentials.",
                response,
                said
            ),
            Verdict.Throttled => Said(
                BaloanFailure.Throttled,
                "baloan_throttled",
                "Too many requests for Baloan.",
                response,
                said,
                RetryAfter.Of(response, said.Text, time)
            ),
            Verdict.Unavailable => Said(
                BaloanFailure.Unavailable,
                "baloan_unavailable",
                "Baloan is not available.",
                response,
                said,
                RetryAfter.Of(response, said.Text, time)
            ),
            _ => Said(BaloanFailure.Rejected, said.Code ?? "baloan_rejected", "Baloan refused.", response, said),
        };
    }

    private static BaloanException Said(
        BaloanFailure failure,
        string code,
        string otherwise,
        HttpResponseMessage response,
        ErrorBody body,
        TimeSpan? retryAfter = null
    ) =>
        new(failure, code, body.Text ?? otherwise)
        {
            Status = response.StatusCode,
            IsBaloanText = body.Text is not null,
            LoanError = LoanErrors.Find(body.Code),
            FieldErrors = failure == BaloanFailure.Rejected ? body.Fields : null,
            CanRepeat = failure is BaloanFailure.Throttled or BaloanFailure.Unavailable,
            RetryAfter = retryAfter,
        };

    private static BaloanException Unusable(Operation operation, HttpStatusCode? status, string message, Exception? inner = null) =>
        operation.Acts
            ? new(BaloanFailure.NoAnswer, "outcome_unknown", message + " It may have taken effect.", inner)
            {
                Status = status,
                OutcomeKnown = false,
            }
            : new(BaloanFailure.NoAnswer, "baloan_timeout", message, inner) { Status = status, CanRepeat = true };

    private static BaloanException TooLate(Exception exception) =>
        new(BaloanFailure.Unavailable, "baloan_unavailable", "Time ran out before anything was sent.", exception)
        {
            CanRepeat = true,
            TooLate = true,
        };

    private static BaloanException NoWholeAnswer(Call call, bool begun, Exception? fileFailure, Exception exception)
    {
        if (!begun)
        {
            return new(BaloanFailure.Unavailable, "baloan_unavailable", "No connection to Baloan could be made.", exception)
            {
                CanRepeat = true,
            };
        }

        var message =
            exception is OperationCanceledException ? "Baloan did not answer in time."
            : fileFailure is not null ? "The file could not be sent whole."
            : "The connection to Baloan broke before the answer was there.";
        return Unusable(call.Operation, null, message, exception);
    }

    // A connection that takes too long is a cancellation with a TimeoutException inside; our own limits have none.
    private static bool IsOfConnecting(Exception exception) =>
        exception
            is HttpRequestException
                {
                    HttpRequestError: HttpRequestError.ConnectionError
                        or HttpRequestError.NameResolutionError
                        or HttpRequestError.SecureConnectionError
                }
                or OperationCanceledException { InnerException: TimeoutException };

    // Exception messages may hold addresses and names; their kinds do not.
    private static string Describe(Exception exception) =>
        exception switch
        {
            HttpRequestException { InnerException: { } inner } http => $"{http.HttpRequestError}, {inner.GetType().Name}",
            HttpRequestException http => http.HttpRequestError.ToString(),
            _ => exception.GetType().Name,
        };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Baloan answered {Operation} with {Status}.")]
        public static partial void Answered(ILogger logger, string operation, int status);

        [LoggerMessage(2, LogLevel.Warning, "Baloan answered {Operation} with {Status}, {Failure}: {Body}")]
        public static partial void Refused(ILogger logger, string operation, BaloanFailure failure, int status, string body);

        [LoggerMessage(3, LogLevel.Warning, "Baloan gave no answer to {Operation}, {Failure} (sending had begun: {Begun}): {Reason}")]
        public static partial void NoAnswer(ILogger logger, string operation, BaloanFailure failure, bool begun, string reason);
    }
}
