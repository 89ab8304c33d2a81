using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Baloan.Benchmarks.Rivals;

/// <summary>The functions.</summary>
public sealed class RivalFunctions(BaloanClient baloan)
{
    /// <summary>A credit check without a check.</summary>
    [Function("CheckCredit")]
    public async Task<IResult> CheckCredit(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "merchant/credit-check")] HttpRequest request
    )
    {
        using var body = new StreamContent(request.Body);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        body.Headers.ContentLength = request.ContentLength;
        using var answer = await baloan.CheckCreditAsync(body, request.HttpContext.RequestAborted);
        var text = await answer.Content.ReadAsStringAsync(request.HttpContext.RequestAborted);
        return Results.Text(text, "application/json", statusCode: (int)answer.StatusCode);
    }

    /// <summary>A page with nothing on it.</summary>
    [Function("EmptyPage")]
    public IResult EmptyPage([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "empty")] HttpRequest request) =>
        Results.Text("<!doctype html><title>Empty</title>", "text/html");
}
