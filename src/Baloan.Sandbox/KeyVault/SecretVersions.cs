using System.Text.Json.Serialization;

namespace Baloan.Sandbox;

/// <summary>The secrets of a vault with all their versions. Safe for use by many requests at once.</summary>
internal sealed class SecretVersions
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, List<Secret>> secrets = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Secret> deleted = new(StringComparer.OrdinalIgnoreCase);

    public Secret Add(string name, SecretRequest request)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var attributes = new SecretAttributes
        {
            Enabled = true,
            Created = now,
            Updated = now,
        };
        var secret = Changed(new(name, Guid.NewGuid().ToString("N"), request.Value!, null, attributes, null), request);
        lock (gate)
        {
            if (!secrets.TryGetValue(name, out var versions))
            {
                secrets[name] = versions = [];
            }

            versions.Add(secret);
            return secret;
        }
    }

    public Secret? Update(Secret old, SecretRequest request)
    {
        lock (gate)
        {
            if (
                !secrets.TryGetValue(old.Name, out var versions)
                || versions.FindIndex(secret => secret.Version == old.Version) is var index && index < 0
            )
            {
                return null;
            }

            return versions[index] = Changed(versions[index], request);
        }
    }

    public Secret? Latest(string name) => All(name) is [.., var latest] ? latest : null;

    public IReadOnlyList<Secret> All(string name)
    {
        lock (gate)
        {
            return secrets.TryGetValue(name, out var versions) ? [.. versions] : [];
        }
    }

    public IReadOnlyList<Secret> LatestOfAll()
    {
        lock (gate)
        {
            return [.. secrets.Values.Select(versions => versions[^1])];
        }
    }

    public Secret? Delete(string name)
    {
        lock (gate)
        {
            return secrets.Remove(name, out var versions) ? deleted[name] = versions[^1] : null;
        }
    }

    public Secret? Deleted(string name)
    {
        lock (gate)
        {
            return deleted.GetValueOrDefault(name);
        }
    }

    private static Secret Changed(Secret secret, SecretRequest request) =>
        secret with
        {
            ContentType = request.ContentType ?? secret.ContentType,
            Tags = request.Tags ?? secret.Tags,
            Attributes = secret.Attributes with
            {
                Enabled = request.Attributes?.Enabled ?? secret.Attributes.Enabled,
                Nbf = request.Attributes?.Nbf ?? secret.Attributes.Nbf,
                Exp = request.Attributes?.Exp ?? secret.Attributes.Exp,
                Updated = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            },
        };
}

/// <summary>One version of a secret.</summary>
internal sealed record Secret(
    string Name,
    string Version,
    string Value,
    string? ContentType,
    SecretAttributes Attributes,
    IReadOnlyDictionary<string, string>? Tags
)
{
    public const int RecoverableDays = 90;

    public SecretBundle ToBundle(Uri vault) => ToItem(vault, withVersion: true) with { Value = Value };

    public SecretBundle ToItem(Uri vault, bool withVersion) =>
        new(
            $"{vault}secrets/{Name}{(withVersion ? $"/{Version}" : "")}",
            null,
            ContentType,
            Attributes with
            {
                RecoveryLevel = "Recoverable+Purgeable",
                RecoverableDays = RecoverableDays,
            },
            Tags
        );
}

// The shapes of Key Vault's REST API, 7.x: times are Unix seconds.
internal sealed record SecretAttributes
{
    public bool? Enabled { get; init; }

    public long? Nbf { get; init; }

    public long? Exp { get; init; }

    public long? Created { get; init; }

    public long? Updated { get; init; }

    public string? RecoveryLevel { get; init; }

    public int? RecoverableDays { get; init; }
}

internal sealed record SecretRequest(
    string? Value,
    string? ContentType,
    SecretAttributes? Attributes,
    IReadOnlyDictionary<string, string>? Tags
);

internal sealed record SecretBundle(
    string Id,
    string? Value,
    string? ContentType,
    SecretAttributes Attributes,
    IReadOnlyDictionary<string, string>? Tags
)
{
    public string? RecoveryId { get; init; }

    public long? DeletedDate { get; init; }

    public long? ScheduledPurgeDate { get; init; }
}

internal sealed record SecretList(IReadOnlyList<SecretBundle> Value, string? NextLink);

internal sealed record VaultError(VaultErrorDetail Error);

internal sealed record VaultErrorDetail(string Code, string Message, VaultInnerError? Innererror);

internal sealed record VaultInnerError(string Code);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(SecretRequest))]
[JsonSerializable(typeof(SecretBundle))]
[JsonSerializable(typeof(SecretList))]
[JsonSerializable(typeof(VaultError))]
internal sealed partial class VaultJson : JsonSerializerContext;
