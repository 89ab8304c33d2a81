using Baloan.Client;
using Baloan.Functions.Http;

namespace Baloan.Functions.Settlements;

/// <summary>A settlement as callers see it.</summary>
/// <param name="Code">The caller's code.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="NationalIdentifier">Masked.</param>
/// <param name="Total">Toman.</param>
/// <param name="Attempts">How many POSTs were accepted as attempts.</param>
/// <param name="UserCredit">What the customer has left, in Toman; null where it is not known.</param>
/// <param name="Inferred">Whether <c>settled</c> was found out by the customer's credit.</param>
/// <param name="Error">Why it was refused or failed, or what is to be found out.</param>
/// <param name="Invoice">The invoice.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="UpdatedAt">UTC.</param>
public sealed record SettlementAnswer(
    string Code,
    string Status,
    string NationalIdentifier,
    long Total,
    int Attempts,
    long? UserCredit,
    bool Inferred,
    ErrorAnswer? Error,
    InvoiceAnswer Invoice,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    /// <summary>What a caller sees of a row.</summary>
    public static SettlementAnswer Of(Settlement row, Language language) => new(
        row.Code,
        row.Status.Name(),
        row.MaskedIdentifier,
        row.Total,
        row.Attempts,
        row.UserCredit,
        row.Inferred,
        row.ErrorCode is { } code
            ? new ErrorAnswer(code, row.ErrorMessage ?? SettlementErrors.TextOf(code).In(language))
            : null,
        new InvoiceAnswer(row.InvoiceBlob, row.InvoiceSize, row.InvoiceSha256),
        row.CreatedAt,
        row.UpdatedAt);
}

/// <summary>Why something was refused or failed.</summary>
/// <param name="Code">For programs.</param>
/// <param name="Message">For people.</param>
public sealed record ErrorAnswer(string Code, string Message);

/// <summary>An invoice in Blob storage.</summary>
/// <param name="Blob">Its name in container <c>invoices</c>.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">Of its content, in lower-case hex.</param>
public sealed record InvoiceAnswer(string Blob, long Size, string Sha256);

/// <summary>A page of settlements, newest first.</summary>
/// <param name="Items">The settlements.</param>
/// <param name="Continuation">To be given for the next page; null at the end.</param>
public sealed record SettlementPage(IReadOnlyList<SettlementAnswer> Items, string? Continuation);
