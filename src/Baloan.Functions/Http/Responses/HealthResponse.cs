using System.Text.Json.Serialization;

namespace Baloan.Functions.Http.Responses;

/// <summary>The answer of the health check.</summary>
/// <param name="Status"><c>healthy</c> or <c>unhealthy</c>.</param>
/// <param name="Checks">Each part: <c>ok</c>, <c>failed</c> or <c>not_configured</c>.</param>
public sealed record HealthResponse(string Status, HealthResponse.Parts Checks)
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
