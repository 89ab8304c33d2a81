using Baloan.Client;
using Baloan.Core.Counters;
using Baloan.Core.Loans;
using Baloan.Functions.Http;
using Baloan.Functions.Http.Requests;
using Baloan.Functions.Http.Responses;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Baloan.Functions.Functions;

/// <summary>Takes Baloan's callbacks about loans.</summary>
public sealed partial class LoanStateCallbackFunction(
    LoanRecorder recorder,
    CounterStore counters,
    TimeProvider time,
    ILogger<LoanStateCallbackFunction> logger
)
{
    /// <summary><c>POST /api/callbacks/loan-state</c>: 200 once the callback is on disk.</summary>
    [Function("LoanStateCallback")]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Function, "post", Route = "callbacks/loan-state")] HttpRequest request)
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        await recorder.RecordAsync(await ReadAsync(request, cancellationToken));
        return ApiJson.Respond(new EmptyResponse(), ApiJson.Responses.EmptyResponse);
    }

    /// <summary>Reads a callback. What is refused is lost unless somebody looks, so that it leaves a trace, without what it held.</summary>
    private async Task<LoanCallback> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await CallbackReader.ReadAsync(request, time.GetUtcNow(), cancellationToken);
        }
        catch (ProblemException refusal)
        {
            var fields = refusal.Errors?.In(Language.English).Select(field => $"{field.Key}: {string.Join(' ', field.Value)}");
            Log.Refused(logger, refusal.Status, fields is null ? refusal.DetailIn(Language.English) : string.Join(' ', fields));
            counters.CountSoon(LoanCounters.RefusedCallback(Guid.NewGuid().ToString("N"), time.GetUtcNow()));
            throw;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A callback was refused with {Status}: {Reason}")]
        public static partial void Refused(ILogger logger, int status, string reason);
    }
}
