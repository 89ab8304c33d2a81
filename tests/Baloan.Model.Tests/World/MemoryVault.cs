using Azure;
using Azure.Security.KeyVault.Secrets;
using Baloan.Model.Tests.Storage;

namespace Baloan.Model.Tests.World;

/// <summary>A Key Vault in memory, which answers at once or is away.</summary>
internal sealed class MemoryVault : SecretClient
{
    private readonly Dictionary<string, List<string>> secrets = new()
    {
        ["baloan-merchant-username"] = ["store"],
        ["baloan-merchant-password"] = ["password"],
        ["baloan-partnership-username"] = ["partner"],
        ["baloan-partnership-password"] = ["password"],
    };

    /// <summary>How many calls it does not answer from now on.</summary>
    public int AwayFor { get; set; }

    private bool IsAway => AwayFor > 0 && AwayFor-- > 0;

    public override Task<Response<KeyVaultSecret>> GetSecretAsync(
        string name,
        string version = null!,
        CancellationToken cancellationToken = default
    )
    {
        if (IsAway)
        {
            return Task.FromException<Response<KeyVaultSecret>>(new RequestFailedException(503, "The vault is away."));
        }

        if (!secrets.TryGetValue(name, out var versions))
        {
            return Task.FromException<Response<KeyVaultSecret>>(new RequestFailedException(404, "There is no such secret."));
        }

        var number = string.IsNullOrEmpty(version) ? versions.Count : int.Parse(version, System.Globalization.CultureInfo.InvariantCulture);
        return Task.FromResult(Answer(name, versions[number - 1], number));
    }

    public override Task<Response<KeyVaultSecret>> SetSecretAsync(KeyVaultSecret secret, CancellationToken cancellationToken = default)
    {
        if (IsAway)
        {
            return Task.FromException<Response<KeyVaultSecret>>(new RequestFailedException(503, "The vault is away."));
        }

        if (!secrets.TryGetValue(secret.Name, out var versions))
        {
            secrets[secret.Name] = versions = [];
        }

        versions.Add(secret.Value);
        return Task.FromResult(Answer(secret.Name, secret.Value, versions.Count));
    }

    private static Response<KeyVaultSecret> Answer(string name, string value, int version) =>
        Response.FromValue(
            SecretModelFactory.KeyVaultSecret(
                SecretModelFactory.SecretProperties(
                    name: name,
                    version: version.ToString(System.Globalization.CultureInfo.InvariantCulture)
                ),
                value
            ),
            new StorageAnswer(200)
        );
}
