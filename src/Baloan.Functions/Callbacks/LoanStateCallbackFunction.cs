using Baloan.Functions.Http;
using Baloan.Functions.Loans;
using Baloan.Functions.Merchants;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Baloan.Functions.Callbacks;

/// <summary>Takes Baloan's callbacks about loans.</summary>
public sealed class LoanStateCallbackFunction(LoanRecorder recorder, Problems problems, TimeProvider time)
{
    /// <summary><c>POST /api/callbacks/loan-state</c>: 200 once the callback is on disk.</summary>
    [Function("LoanStateCallback")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "callbacks/loan-state")] HttpRequest request) =>
        problems.CatchAsync(request, async (_, cancellationToken) =>
        {
            await recorder.RecordAsync(await CallbackReader.ReadAsync(request, time.GetUtcNow(), cancellationToken));
            return ApiJson.Answer(new EmptyAnswer(), ApiJson.Answers.EmptyAnswer);
        });
}
