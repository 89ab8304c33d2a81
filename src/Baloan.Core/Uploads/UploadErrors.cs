namespace Baloan.Core.Uploads;

/// <summary>The codes with which an upload's <c>error</c> says what became of it, besides Baloan's own.</summary>
public static class UploadErrors
{
    /// <summary>The file is gone from Blob storage.</summary>
    public const string FileMissing = "invoice_missing";

    /// <summary>The file in Blob storage has another length than the one that was accepted.</summary>
    public const string FileChanged = "invoice_changed";

    /// <summary>The row is not whole.</summary>
    public const string RecordUnreadable = "record_unreadable";

    /// <summary>Key Vault did not answer.</summary>
    public const string KeyVaultUnavailable = "key_vault_unavailable";

    /// <summary>The credentials are not set.</summary>
    public const string NotConfigured = "not_configured";
}
