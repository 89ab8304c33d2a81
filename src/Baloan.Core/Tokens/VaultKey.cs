using System.Security.Cryptography;
using Azure;
using Azure.Data.Tables;
using Baloan.Core.Storage;

namespace Baloan.Core.Tokens;

/// <summary>A key of 32 random bytes in Key Vault, made by the first instance that needs it and never changed.</summary>
/// <remarks>
/// Which version of the secret is the key stands in a row that is inserted once, so that two instances starting together agree.
/// </remarks>
public sealed class VaultKey(StorageClients storage, StorageSetup setup, Vault vault, string secret, string row)
{
    // '!' begins an escape of four hex digits in the keys of settlements, so that no code has this one.
    private const string Partition = "!key";
    private const string VersionColumn = "Version";

    private readonly TableClient table = storage.Tables.GetTableClient(StorageSetup.SettlementsTable);
    private volatile byte[]? key;

    /// <summary>The key.</summary>
    /// <exception cref="NotConfiguredException">No vault is set, or the version that is the key was deleted from it.</exception>
    /// <exception cref="KeyVaultUnavailableException">The key is not in memory yet and the vault does not answer.</exception>
    public async ValueTask<byte[]> GetAsync(CancellationToken cancellationToken) => key ??= await LoadAsync(cancellationToken);

    private async Task<byte[]> LoadAsync(CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        var made = await table.GetEntityIfExistsAsync<TableEntity>(Partition, row, cancellationToken: cancellationToken);
        var version = made.HasValue ? made.Value!.GetString(VersionColumn) : await MakeAsync(cancellationToken);
        var value =
            await vault.ReadAsync(secret, version, cancellationToken)
            ?? throw new NotConfiguredException($"{secret}: the version {version} of this secret was deleted from Key Vault; recover it");
        return Convert.FromBase64String(value);
    }

    private async Task<string> MakeAsync(CancellationToken cancellationToken)
    {
        var made = await vault.WriteAsync(
            secret,
            Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            "application/octet-stream",
            null,
            cancellationToken
        );
        try
        {
            await table.AddEntityAsync(new TableEntity(Partition, row) { [VersionColumn] = made }, cancellationToken);
            return made;
        }
        catch (RequestFailedException taken) when (taken.Status == 409)
        {
            var theirs = await table.GetEntityAsync<TableEntity>(Partition, row, cancellationToken: cancellationToken);
            return theirs.Value.GetString(VersionColumn)!;
        }
    }
}
