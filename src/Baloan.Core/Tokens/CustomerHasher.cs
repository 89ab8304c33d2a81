using System.Security.Cryptography;
using System.Text;
using Baloan.Core.Storage;

namespace Baloan.Core.Tokens;

/// <summary>
/// The keyed hash of a national identifier: it tells whether two settlements are of one customer, and without the key it cannot be
/// turned back by trying all ten-digit numbers. The key is the secret <c>baloan-customer-hash-key</c>.
/// </summary>
public sealed class CustomerHasher(StorageClients storage, StorageSetup setup, Vault vault)
{
    private readonly VaultKey key = new(storage, setup, vault, "baloan-customer-hash-key", "customer-hash");

    /// <summary>The hash, in lower-case hex.</summary>
    /// <exception cref="KeyVaultUnavailableException">The key is not in memory yet and the vault does not answer.</exception>
    public async ValueTask<string> HashAsync(string nationalIdentifier, CancellationToken cancellationToken) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(await key.GetAsync(cancellationToken), Encoding.UTF8.GetBytes(nationalIdentifier)));

    /// <summary>The hash of a phone number, which is that of no national identifier.</summary>
    /// <exception cref="KeyVaultUnavailableException">The key is not in memory yet and the vault does not answer.</exception>
    public ValueTask<string> HashPhoneNumberAsync(string phoneNumber, CancellationToken cancellationToken) =>
        HashAsync($"phone number {phoneNumber}", cancellationToken);

    /// <summary>Makes sure of the key, without which no settlement is accepted.</summary>
    /// <exception cref="KeyVaultUnavailableException">It cannot be read, or there is none yet and it cannot be made.</exception>
    public async Task ReadyAsync(CancellationToken cancellationToken) => _ = await key.GetAsync(cancellationToken);
}
