using Baloan.Functions.Health;
using Baloan.Functions.Http;
using Baloan.Functions.Http.Responses;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Baloan.Functions.Functions;

/// <summary>Says whether the app can do its work.</summary>
public sealed class HealthFunction(HealthChecks checks)
{
    /// <summary><c>GET /api/health</c>: 200 where all that is configured works, else 503.</summary>
    [Function("Health")]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health")] HttpRequest request)
    {
        var language = RequestLanguage.Of(request);
        var cancellationToken = request.HttpContext.RequestAborted;
        var health = await checks.RunAsync(language, cancellationToken);
        return ApiJson.Respond(health, ApiJson.Responses.HealthResponse, statusCode: health.Status == HealthResponse.Healthy ? 200 : 503);
    }

    /// <summary><c>HEAD /api/health</c>, as monitors ask: the same, of which the server sends the head alone.</summary>
    [Function("HeadHealth")]
    public Task<IResult> RunHead([HttpTrigger(AuthorizationLevel.Anonymous, "head", Route = "health")] HttpRequest request) => Run(request);
}
