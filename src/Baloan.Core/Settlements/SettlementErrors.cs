using Baloan.Client;
using Baloan.Core.Storage;
using Baloan.Core.Tokens;

namespace Baloan.Core.Settlements;

/// <summary>The codes with which a settlement's <c>error</c> says what became of it, besides Baloan's own.</summary>
public static class SettlementErrors
{
    /// <summary>The OTP's validation was sent and not answered.</summary>
    public const string OtpOutcomeUnknown = "otp_outcome_unknown";

    /// <summary>It was sent and not answered, and the credit proves that nothing moved.</summary>
    public const string NotSettled = "not_settled";

    /// <summary>It could not be found out.</summary>
    public const string NeedsReview = "needs_review";

    /// <summary>A person decided that nothing moved.</summary>
    public const string ResolvedNotSettled = "resolved_not_settled";

    /// <summary>Another settlement of the customer did not end.</summary>
    public const string CustomerBusy = "customer_busy";

    /// <summary>The invoice is gone from Blob storage.</summary>
    public const string InvoiceMissing = "invoice_missing";

    /// <summary>The row of an upload is not whole.</summary>
    public const string RecordUnreadable = "record_unreadable";

    /// <summary>It waited for a day.</summary>
    public const string NeverSent = "never_sent";

    /// <summary>Key Vault did not answer.</summary>
    public const string KeyVaultUnavailable = "key_vault_unavailable";

    /// <summary>The credentials are not set.</summary>
    public const string NotConfigured = "not_configured";

    /// <summary>Nobody waits for it any more: its <c>not_after</c> is over, and nothing was sent.</summary>
    public const string Expired = "expired";

    /// <summary>The caller withdrew it before anything was sent.</summary>
    public const string Withdrawn = "withdrawn";

    /// <summary>The invoice's bytes are others than those that were accepted.</summary>
    public const string InvoiceChanged = "invoice_changed";

    /// <summary>Baloan's credit check said more than its own last answer, as a copy does that is not up to date.</summary>
    public const string CreditUnclear = "credit_unclear";

    /// <summary>The code of what kept a call from being made, or from being answered.</summary>
    internal static string CodeOf(Exception failure) =>
        failure switch
        {
            BaloanException baloan => baloan.Code,
            NotConfiguredException => NotConfigured,
            KeyVaultUnavailableException => KeyVaultUnavailable,
            FileChangedException => InvoiceChanged,
            _ => "storage_unavailable",
        };
}
