using Baloan.Core.Counters;
using Baloan.Functions.Http;
using Baloan.Functions.Http.Requests;
using Baloan.Functions.Http.Responses;
using Baloan.Functions.Stats;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Baloan.Functions.Functions;

/// <summary>How the app is doing, in numbers.</summary>
public sealed class StatsFunctions(StatsReader reader)
{
    private const int DefaultSpan = 24;

    /// <summary><c>GET /api/stats</c>: the counters of the last hours, what waits now, and what the app depends on.</summary>
    [Function("GetStats")]
    public async Task<IResult> Get([HttpTrigger(AuthorizationLevel.Function, "get", Route = "stats")] HttpRequest request)
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        var errors = new FieldErrors();
        var hours = WholeNumber.Read(request, "hours", CounterStore.LongestSpan, errors) ?? DefaultSpan;
        errors.ThrowIfAny();
        return ApiJson.Respond(await reader.ReadAsync((int)hours, cancellationToken), ApiJson.Responses.StatsResponse);
    }
}
