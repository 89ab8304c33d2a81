using System.Net;
using System.Text;
using System.Text.Json;
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

        await (content?.OpenAsync(cancellationToken) ?? Task.CompletedTask);
        using var limit = new CancellationTokenSource(call.Operation.CarriesFile ? options.FileTimeout : options.CallTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var began = time.GetUtcNow();
        HttpResponseMessage? response = null;
        string? body = null;
        try
        {
            response = await base.SendAsync(request, either.Token);
            await response.Content.LoadIntoBufferAsync(LargestAnswer, either.Token);
            body = Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(either.Token)).TrimStart('\uFEFF');
            Judge(call, response, body);
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

    private void Judge(Call call, HttpResponseMessage response, string body)
    {
        var operation = call.Operation;
        if (!response.IsSuccessStatusCode)
        {
            throw Refusal(operation, response, ErrorBody.Read(body, call.Secrets));
        }

        if (!operation.AnswerDocumented && string.IsNullOrWhiteSpace(body) && call.TryRead(default))
        {
            return;
        }

        try
        {
            using var document = JsonDocument.Parse(operation.Enveloped ? body : JsonReading.Repaired(body));
            var data = document.RootElement;
            if (!operation.Enveloped && ErrorBody.IsRefusal(data))
            {
                throw Rejected(response, ErrorBody.Read(body, call.Secrets));
            }

            if (operation.Enveloped || data.IsEnvelope())
            {
                var verdict = data.Text("status") is { } status && !status.Contains('\ufffd') ? status
                    : throw Unusable(operation, response.StatusCode, "Baloan's answer says neither yes nor no.");
                if (operation.Enveloped || data.Has("message_code") ? !verdict.Equals("ok", StringComparison.OrdinalIgnoreCase) : ErrorBody.IsNo(verdict))
                {
                    throw Rejected(response, ErrorBody.Read(body, call.Secrets));
                }

                data = data.TryGetProperty("data", out var inner) ? inner : default;
            }

            if (call.TryRead(data))
            {
                return;
            }
        }
        catch (Exception exception) when (JsonReading.IsBadJson(exception))
        {
        }

        throw Unusable(operation, response.StatusCode, "Baloan's answer could not be read.");
    }

    private BaloanException Refusal(Operation operation, HttpResponseMessage response, ErrorBody body)
    {
        var status = response.StatusCode;
        return status switch
        {
            HttpStatusCode.NotFound => Said(BaloanFailure.NotFound, "not_found", "Baloan does not know it.", response, body),
            HttpStatusCode.Unauthorized => Said(BaloanFailure.Unauthorized, "baloan_unauthorized", "Baloan refuses the credentials.", response, body),
            HttpStatusCode.TooManyRequests => Said(
                BaloanFailure.Throttled, "baloan_throttled", "Too many requests for Baloan.", response, body, RetryAfter.Of(response, body.Text, time)),
            HttpStatusCode.ServiceUnavailable => Said(
                BaloanFailure.Unavailable, "baloan_unavailable", "Baloan is not available.", response, body, RetryAfter.Of(response, body.Text, time)),
            >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest => Unusable(
                operation, status, $"Baloan answered with a redirect ({(int)status}). Redirects are not followed: check the base address, its scheme and host."),
            HttpStatusCode.RequestTimeout or < HttpStatusCode.OK or >= HttpStatusCode.InternalServerError => Unusable(
                operation, status, $"Baloan answered with status {(int)status}."),
            _ => Rejected(response, body),
        };
    }

    private static BaloanException Rejected(HttpResponseMessage response, ErrorBody body) =>
        Said(BaloanFailure.Rejected, body.Code ?? "baloan_rejected", "Baloan refused.", response, body);

    private static BaloanException Said(
        BaloanFailure failure, string code, string otherwise, HttpResponseMessage response, ErrorBody body, TimeSpan? retryAfter = null) =>
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
            ? new(BaloanFailure.NoAnswer, "outcome_unknown", message + " It may have taken effect.", inner) { Status = status, OutcomeKnown = false }
            : new(BaloanFailure.NoAnswer, "baloan_timeout", message, inner) { Status = status, CanRepeat = true };

    private static BaloanException TooLate(Exception exception) =>
        new(BaloanFailure.Unavailable, "baloan_unavailable", "Time ran out before anything was sent.", exception) { CanRepeat = true, TooLate = true };

    private static BaloanException NoWholeAnswer(Call call, bool begun, Exception? fileFailure, Exception exception)
    {
        if (!begun)
        {
            return new(BaloanFailure.Unavailable, "baloan_unavailable", "No connection to Baloan could be made.", exception) { CanRepeat = true };
        }

        var message = exception is OperationCanceledException ? "Baloan did not answer in time."
            : fileFailure is not null ? "The file could not be sent whole."
            : "The connection to Baloan broke before the answer was there.";
        return Unusable(call.Operation, null, message, exception);
    }

    // A connection that takes too long is a cancellation with a TimeoutException inside; our own limits have none.
    private static bool IsOfConnecting(Exception exception) => exception
        is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError }
        or OperationCanceledException { InnerException: TimeoutException };

    // Exception messages may hold addresses and names; their kinds do not.
    private static string Describe(Exception exception) => exception switch
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
