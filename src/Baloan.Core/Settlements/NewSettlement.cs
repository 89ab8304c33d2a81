using Baloan.Client;
using Baloan.Core.Storage;

namespace Baloan.Core.Settlements;

/// <summary>A settlement that a caller asks for, checked.</summary>
/// <param name="Code">The idempotency key.</param>
/// <param name="NationalIdentifier">10 or 11 ASCII digits.</param>
/// <param name="Otp">The OTP, where it is still to be validated or goes with the settlement (version 1).</param>
/// <param name="TransactionToken">Version 2's token, where the caller validated the OTP.</param>
/// <param name="Total">Toman.</param>
/// <param name="Invoice">The PDF, in container <c>invoices</c>.</param>
/// <param name="Language">The caller's language.</param>
public sealed record NewSettlement(
    string Code,
    string NationalIdentifier,
    string? Otp,
    string? TransactionToken,
    long Total,
    StoredFile Invoice,
    Language Language
)
{
    /// <summary>The invoice's name as the caller gave it; null where there was none.</summary>
    public string? InvoiceName { get; init; }

    /// <summary>What has not been sent by then (UTC) is not to be sent any more; null for no such time.</summary>
    public DateTimeOffset? NotAfter { get; init; }

    /// <summary>Shows no identity and no secret.</summary>
    public override string ToString() => $"NewSettlement {{ Code = {Code}, Total = {Total} }}";
}
