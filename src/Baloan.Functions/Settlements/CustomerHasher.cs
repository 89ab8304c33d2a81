using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Data.Tables;
using Baloan.Core.Storage;
using Baloan.Core.Tokens;

namespace Baloan.Functions.Settlements;

/// <summary>
/// The keyed hash of a national identifier: it tells whether two settlements are of one customer, and without the key it cannot be
/// turned back by trying all ten-digit numbers.
/// </summary>
/// <remarks>
/// The key is the secret <c>baloan-customer-hash-key</c>, made by the first instance that needs it. Which version of the secret is
/// the key stands in a row that is inserted once, so that two instances starting together agree. It is never changed.
/// </remarks>
public sealed class CustomerHasher(StorageClients storage, StorageSetup setup, Vault vault)
{
    private const string Secret = "baloan-customer-hash-key";

    // '!' begins an escape of four hex digits in the keys of settlements, so that no code has this one.
    private const string Partition = "!key";
    private const string Row = "customer-hash";
    private const string VersionColumn = "Version";

    private readonly TableClient table = storage.Tables.GetTableClient(StorageSetup.SettlementsTable);
    private volatile byte[]? key;

    /// <summary>The hash, in lower-case hex.</summary>
    /// <exception cref="KeyVaultUnavailableException">The key is not in memory yet and the vault does not answer.</exception>
    public async ValueTask<string> HashAsync(string nationalIdentifier, CancellationToken cancellationToken)
    {
        var hashKey = key ??= await LoadKeyAsync(cancellationToken);
        return Convert.ToHexStringLower(HMACSHA256.HashData(hashKey, Encoding.UTF8.GetBytes(nationalIdentifier)));
    }

    /// <summary>Makes sure of the key, without which no settlement is accepted.</summary>
    /// <exception cref="KeyVaultUnavailableException">It cannot be read, or there is none yet and it cannot be made.</exception>
    public async Task ReadyAsync(CancellationToken cancellationToken) => key ??= await LoadKeyAsync(cancellationToken);

    private async Task<byte[]> LoadKeyAsync(CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        var row = await table.GetEntityIfExistsAsync<TableEntity>(Partition, Row, cancellationToken: cancellationToken);
        var version = row.HasValue ? row.Value!.GetString(VersionColumn) : await MakeAsync(cancellationToken);
        var secret = await vault.ReadAsync(Secret, version, cancellationToken)
            ?? throw new NotConfiguredException($"{Secret}: the version {version} of this secret was deleted from Key Vault; recover it");
        return Convert.FromBase64String(secret);
    }

    private async Task<string> MakeAsync(CancellationToken cancellationToken)
    {
        var made = await vault.WriteAsync(
            Secret, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)), "application/octet-stream", null, cancellationToken);
        try
        {
            await table.AddEntityAsync(new TableEntity(Partition, Row) { [VersionColumn] = made }, cancellationToken);
            return made;
        }
        catch (RequestFailedException taken) when (taken.Status == 409)
        {
            var row = await table.GetEntityAsync<TableEntity>(Partition, Row, cancellationToken: cancellationToken);
            return row.Value.GetString(VersionColumn)!;
        }
    }
}
