namespace Baloan.Core.Tokens;

/// <summary>Key Vault did not answer, or does not give out what is asked for.</summary>
/// <param name="cause">What went wrong; null where the vault answered.</param>
/// <param name="refusal">Why it gives nothing out, where it said so.</param>
/// <param name="secret">The secret that was asked for.</param>
public sealed class KeyVaultUnavailableException(Exception? cause, VaultRefusal refusal = VaultRefusal.None, string secret = "")
    : Exception(
        refusal == VaultRefusal.None ? "Key Vault does not answer." : $"Key Vault does not give out secret {secret}: {refusal}.",
        cause
    )
{
    /// <summary>Why it gives nothing out.</summary>
    public VaultRefusal Refusal => refusal;

    /// <summary>The secret that was asked for.</summary>
    public string Secret => secret;
}

/// <summary>Why Key Vault gives a secret not out.</summary>
public enum VaultRefusal
{
    /// <summary>It said nothing: it did not answer.</summary>
    None,

    /// <summary>The secret is disabled.</summary>
    Disabled,

    /// <summary>The secret was deleted and can be recovered.</summary>
    Deleted,

    /// <summary>The app's identity has no right to it.</summary>
    Role,

    /// <summary>The app has no identity that the vault knows.</summary>
    Identity,

    /// <summary>The vault's network rules keep the app out.</summary>
    Network,
}
