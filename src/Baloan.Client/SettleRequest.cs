namespace Baloan.Client;

/// <summary>A settlement: moves <paramref name="Total"/> of the customer's credit to the merchant.</summary>
/// <param name="NationalIdentifier">The customer's national identifier.</param>
/// <param name="Otp">The one-time password from the customer's phone. Version 1 needs it, version 2 does not send it.</param>
/// <param name="TransactionToken">What <see cref="MerchantClient.ValidateOtpAsync"/> gave. Version 2 needs it, version 1 does not send
/// it.</param>
/// <param name="Code">The merchant's own code of the invoice.</param>
/// <param name="Total">The amount in whole Toman, above zero.</param>
/// <param name="Invoice">The invoice, a PDF.</param>
public sealed record SettleRequest(
    string NationalIdentifier,
    string? Otp,
    string? TransactionToken,
    string Code,
    long Total,
    FileSource Invoice
)
{
    /// <summary>
    /// Looked at right before the first byte of each sending; once it has passed, nothing is sent. Null for no such limit.
    /// </summary>
    public Deadline? SendBefore { get; init; }

    /// <summary>Shows no national identifier and no secret.</summary>
    public override string ToString() => $"SettleRequest {{ Code = {Code}, Total = {Total} }}";
}

/// <summary>Baloan's yes to a settlement.</summary>
/// <param name="UserCredit">What the customer has left, in whole Toman. Version 1 does not say it.</param>
public sealed record SettleReceipt(long? UserCredit)
{
    /// <summary>Every try of the call, oldest first; the last is the yes.</summary>
    public IReadOnlyList<Sending> Sendings { get; init; } = [];
}
