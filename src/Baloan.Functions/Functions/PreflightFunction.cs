using Baloan.Functions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Baloan.Functions.Functions;

/// <summary>Answers the question that a browser asks before it lets a page of another origin call the API.</summary>
public sealed class PreflightFunction(CorsOrigins origins)
{
    /// <summary><c>OPTIONS</c> on every route: 204 for a listed origin, else 404 as the host answers a verb that nobody takes.</summary>
    [Function("AnswerPreflight")]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "options", Route = "{*path}")] HttpRequest request)
    {
        if (!origins.Allow(request) || request.Headers.AccessControlRequestMethod.Count == 0)
        {
            return Results.StatusCode(StatusCodes.Status404NotFound);
        }

        var headers = request.HttpContext.Response.Headers;
        headers.AccessControlAllowMethods = "GET, HEAD, POST, DELETE";
        headers.AccessControlAllowHeaders =
            "content-type, x-functions-key, x-baloan-key, accept-language, idempotency-key, traceparent, tracestate";
        headers.AccessControlMaxAge = "600";
        return Results.NoContent();
    }
}
