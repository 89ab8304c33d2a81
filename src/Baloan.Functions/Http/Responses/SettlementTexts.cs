using Baloan.Core.Settlements;

namespace Baloan.Functions.Http.Responses;

/// <summary>What the errors of settlements mean, in words.</summary>
public static class SettlementTexts
{
    /// <summary>Our sentence for a code; for Baloan's own codes, that it refused.</summary>
    public static Text TextOf(string code) =>
        code switch
        {
            SettlementErrors.OtpOutcomeUnknown => Texts.ValidationOutcomeUnknown,
            SettlementErrors.NotSettled => Texts.NotSettled,
            SettlementErrors.NeedsReview => Texts.NeedsReview,
            SettlementErrors.ResolvedNotSettled => Texts.ResolvedNotSettled,
            SettlementErrors.CustomerBusy => Texts.CustomerBusy,
            SettlementErrors.InvoiceMissing => Texts.InvoiceMissing,
            SettlementErrors.RecordUnreadable => Texts.RecordUnreadable,
            SettlementErrors.NeverSent => Texts.NeverSent,
            SettlementErrors.Expired => Texts.Expired,
            SettlementErrors.Withdrawn => Texts.Withdrawn,
            SettlementErrors.InvoiceChanged => Texts.InvoiceChanged,
            SettlementErrors.CreditUnclear => Texts.CreditUnclear,
            "storage_unavailable" => Texts.StorageAway,
            SettlementErrors.KeyVaultUnavailable => Texts.KeyVaultUnavailable,
            SettlementErrors.NotConfigured => Texts.CredentialsMissing,
            "baloan_throttled" => Texts.ThrottledThroughout,
            "baloan_unavailable" => Texts.BaloanUnavailable,
            "baloan_unauthorized" => Texts.BaloanUnauthorized,
            "baloan_timeout" => Texts.BaloanTimeout,
            "not_found" => Texts.BaloanNotFound,
            _ => Texts.BaloanRejected,
        };
}
