namespace Baloan.Core.Tokens;

/// <summary>Key Vault did not answer, or refused this app's identity.</summary>
public sealed class KeyVaultUnavailableException(Exception cause) : Exception("Key Vault does not answer.", cause);
