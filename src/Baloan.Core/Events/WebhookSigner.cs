using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Baloan.Core.Storage;
using Baloan.Core.Tokens;
using StandardWebhooks;

namespace Baloan.Core.Events;

/// <summary>Signs events as Standard Webhooks says, with secrets that are kept sealed (AES-GCM) in the subscriptions' rows.</summary>
/// <remarks>
/// The key that opens them is the secret <c>baloan-webhook-key</c> in Key Vault: a copy of the table signs nothing. A sealed secret
/// belongs to one subscription and cannot be moved to another row.
/// </remarks>
public sealed class WebhookSigner(StorageClients storage, StorageSetup setup, Vault vault, TimeProvider time)
{
    /// <summary>What a secret begins with; base64 follows.</summary>
    public const string Prefix = "whsec_";

    /// <summary>The least and the most bytes of a secret.</summary>
    public static readonly (int Least, int Most) Length = (24, 64);

    private readonly VaultKey key = new(storage, setup, vault, "baloan-webhook-key", "webhook");

    /// <summary>The bytes of a secret such as <c>whsec_…</c>; null where it is none.</summary>
    public static byte[]? Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var bytes = new byte[Length.Most + 2];
        return
            text.StartsWith(Prefix, StringComparison.Ordinal)
            && Convert.TryFromBase64String(text[Prefix.Length..], bytes, out var length)
            && length >= Length.Least
            && length <= Length.Most
            ? bytes[..length]
            : null;
    }

    /// <summary>Seals a secret for the row of a subscription.</summary>
    /// <exception cref="NotConfiguredException">No vault is set.</exception>
    /// <exception cref="KeyVaultUnavailableException">The key is not in memory yet and the vault does not answer.</exception>
    public async Task<byte[]> SealAsync(string subscription, byte[] secret, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(secret);
        using var cipher = await CipherAsync(cancellationToken);
        var (nonceLength, tagLength) = Lengths;
        var row = new byte[nonceLength + tagLength + secret.Length];
        var nonce = row.AsSpan(0, nonceLength);
        RandomNumberGenerator.Fill(nonce);
        cipher.Encrypt(
            nonce,
            secret,
            row.AsSpan(nonceLength + tagLength),
            row.AsSpan(nonceLength, tagLength),
            Encoding.UTF8.GetBytes(subscription)
        );
        return row;
    }

    /// <summary>The headers of one delivery; none where the subscription has no secret.</summary>
    /// <exception cref="NotConfiguredException">No vault is set.</exception>
    /// <exception cref="KeyVaultUnavailableException">The key is not in memory yet and the vault does not answer.</exception>
    /// <exception cref="CryptographicException">The row was not sealed with this app's key.</exception>
    public async Task<IReadOnlyDictionary<string, string>> HeadersAsync(
        Subscription subscription,
        string eventId,
        byte[] json,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(subscription);
        if (!subscription.IsSigned)
        {
            return new Dictionary<string, string>();
        }

        using var cipher = await CipherAsync(cancellationToken);
        var now = time.GetUtcNow();
        return new Dictionary<string, string>
        {
            ["webhook-id"] = eventId,
            ["webhook-timestamp"] = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            ["webhook-signature"] = new StandardWebhook(Opened(cipher, subscription)).Sign(eventId, now, Encoding.UTF8.GetString(json)),
        };
    }

    private static (int Nonce, int Tag) Lengths => (AesGcm.NonceByteSizes.MaxSize, AesGcm.TagByteSizes.MaxSize);

    private static byte[] Opened(AesGcm cipher, Subscription subscription)
    {
        var (nonceLength, tagLength) = Lengths;
        ReadOnlySpan<byte> row = subscription.Secret;
        if (row.Length <= nonceLength + tagLength)
        {
            throw new CryptographicException("The sealed secret is too short.");
        }

        var secret = new byte[row.Length - nonceLength - tagLength];
        cipher.Decrypt(
            row[..nonceLength],
            row[(nonceLength + tagLength)..],
            row.Slice(nonceLength, tagLength),
            secret,
            Encoding.UTF8.GetBytes(subscription.RowKey)
        );
        return secret;
    }

    private async Task<AesGcm> CipherAsync(CancellationToken cancellationToken) => new(await key.GetAsync(cancellationToken), Lengths.Tag);
}
