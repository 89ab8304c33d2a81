using System.Text.Json.Serialization;
using Baloan.Functions.Health;
using Baloan.Functions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Baloan.Functions.Functions;

/// <summary>Says whether the app can do its work.</summary>
public sealed class HealthFunction(HealthChecks checks, Problems problems)
{
    /// <summary><c>GET /api/health</c>: 200 where all that is configured works, else 503.</summary>
    [Function("Health")]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health")] HttpRequest request) =>
        problems.CatchAsync(request, async (language, cancellationToken) =>
        {
            var health = await checks.RunAsync(language, cancellationToken);
            return ApiJson.Answer(health, ApiJson.Answers.HealthAnswer, statusCode: health.Status == HealthAnswer.Healthy ? 200 : 503);
        });

    /// <summary><c>HEAD /api/health</c>, as monitors ask: the same, of which the server sends the head alone.</summary>
    [Function("HeadHealth")]
    public Task<IResult> RunHead([HttpTrigger(AuthorizationLevel.Anonymous, "head", Route = "health")] HttpRequest request) => Run(request);
}

/// <summary>The answer of the health check.</summary>
/// <param name="Status"><c>healthy</c> or <c>unhealthy</c>.</param>
/// <param name="Checks">Each part: <c>ok</c>, <c>failed</c> or <c>not_configured</c>.</param>
public sealed record HealthAnswer(string Status, HealthAnswer.Parts Checks)
{
    /// <summary>All that is configured works.</summary>
    public const string Healthy = "healthy";

    /// <summary>Something does not.</summary>
    public const string Unhealthy = "unhealthy";

    /// <summary>What there is to say of a part and to do about it, by the part's name; null where there is nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Notes { get; init; }

    /// <summary>The parts.</summary>
    public sealed record Parts(string Storage, string KeyVault, string MerchantToken, string PartnershipToken);
}
