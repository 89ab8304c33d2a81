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
        var content = request.Content as OutgoingContent ?? throw new InvalidOperationException("A call needs a body that knows whether it was begun.");
        await content.OpenAsync(cancellationToken);
        using var limit = new CancellationTokenSource(call.Operation.CarriesFile ? options.FileTimeout : options.CallTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        HttpResponseMessage? response = null;
        string? body = null;
        try
        {
            response = await base.SendAsync(request, either.Token);
            await response.Content.LoadIntoBufferAsync(LargestAnswer, either.Token);
            body = Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(either.Token)).TrimStart('\uFEFF');
            Judge(call, response, body);
            Log.Answered(logger, call.Operation.Name, (int)response.StatusCode);
            return response;
        }
        catch (BaloanException failure) when (response is not null && body is not null)
        {
            Log.Refused(logger, call.Operation.Name, failure.Failure, (int)response.StatusCode, Mask.ForLog(body, call.Secrets));
            call.LastFailure = failure;
            response.Dispose();
            throw;
        }
        catch (Exception exception) when (!(exception is OperationCanceledException && call.Caller.IsCancellationRequested))
        {
            response?.Dispose();
            if (content.FileFailure is { } fileFailure && !call.Operation.Acts)
            {
                // Not Baloan's doing, and nothing that matters has taken effect: the caller's own exception tells most.
                throw fileFailure;
            }

            var failure = NoWholeAnswer(call, content, exception);
            Log.NoAnswer(logger, call.Operation.Name, failure.Failure, content.Begun, Describe(exception));
            call.LastFailure = failure;
            throw failure;
        }
        finally
        {
            await content.CloseAsync();
        }
    }

    private void Judge(Call call, HttpResponseMessage response, string body)
    {
        var operation = call.Operation;
        if (!response.IsSuccessStatusCode)
        {
            throw Refusal(operation, response, ErrorBody.Read(body, call.Secrets));
        }

        try
        {
            using var document = JsonDocument.Parse(body);
            var data = document.RootElement;
            if (operation.Enveloped || data.Has("message_code"))
            {
                var verdict = data.Text("status") ?? throw Unusable(operation, response.StatusCode, "Baloan's answer says neither yes nor no.");
                if (!verdict.Equals("ok", StringComparison.OrdinalIgnoreCase))
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
            HttpStatusCode.NotFound => new(BaloanFailure.NotFound, "not_found", body.Text ?? "Baloan does not know it.")
            {
                Status = status,
                IsBaloanText = body.Text is not null,
            },
            HttpStatusCode.Unauthorized => new(BaloanFailure.Unauthorized, "baloan_unauthorized", body.Text ?? "Baloan refuses the credentials.")
            {
                Status = status,
                IsBaloanText = body.Text is not null,
            },
            HttpStatusCode.TooManyRequests => new(BaloanFailure.Throttled, "baloan_throttled", body.Text ?? "Too many requests for Baloan.")
            {
                Status = status,
                IsBaloanText = body.Text is not null,
                CanRepeat = true,
                RetryAfter = RetryAfter.Of(response, body.Text, time),
            },
            HttpStatusCode.ServiceUnavailable => new(BaloanFailure.Unavailable, "baloan_unavailable", body.Text ?? "Baloan is not available.")
            {
                Status = status,
                IsBaloanText = body.Text is not null,
                CanRepeat = true,
                RetryAfter = RetryAfter.Of(response, body.Text, time),
            },
            >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest => Unusable(
                operation, status, $"Baloan answered with a redirect ({(int)status}). Redirects are not followed: check the base address, its scheme and host."),
            HttpStatusCode.RequestTimeout or < HttpStatusCode.OK or >= HttpStatusCode.InternalServerError => Unusable(
                operation, status, $"Baloan answered with status {(int)status}."),
            _ => Rejected(response, body),
        };
    }

    private static BaloanException Rejected(HttpResponseMessage response, ErrorBody body) =>
        new(BaloanFailure.Rejected, body.Code ?? "baloan_rejected", body.Text ?? "Baloan refused.")
        {
            Status = response.StatusCode,
            IsBaloanText = body.Text is not null,
            FieldErrors = body.Fields,
        };

    private static BaloanException Unusable(Operation operation, HttpStatusCode? status, string message, Exception? inner = null) =>
        operation.Acts
            ? new(BaloanFailure.NoAnswer, "outcome_unknown", message + " It may have taken effect.", inner) { Status = status, OutcomeKnown = false }
            : new(BaloanFailure.NoAnswer, "baloan_timeout", message, inner) { Status = status, CanRepeat = true };

    private static BaloanException NoWholeAnswer(Call call, OutgoingContent content, Exception exception)
    {
        if (!content.Begun)
        {
            return new(BaloanFailure.Unavailable, "baloan_unavailable", "No connection to Baloan could be made.", exception) { CanRepeat = true };
        }

        var message = exception is OperationCanceledException ? "Baloan did not answer in time."
            : content.FileFailure is not null ? "The file could not be sent whole."
            : "The connection to Baloan broke before the answer was there.";
        return Unusable(call.Operation, null, message, exception);
    }

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
