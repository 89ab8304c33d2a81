using System.Text.Json.Serialization;
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
/// <param name="EarlierAttempts">The attempts before the present one, oldest first; left out in lists, and where there are none.</param>
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
    DateTimeOffset UpdatedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<EarlierAttemptAnswer>? EarlierAttempts)
{
    /// <summary>What a caller sees of a row.</summary>
    public static SettlementAnswer Of(Settlement row, Language language, IReadOnlyList<Settlement>? earlier = null) => new(
        row.Code,
        row.Status.Name(),
        row.MaskedIdentifier,
        row.Total,
        row.Attempts,
        row.UserCredit,
        row.Inferred,
        ErrorAnswer.Of(row.ErrorCode, row.ErrorMessage, language),
        new InvoiceAnswer(row.InvoiceBlob, row.InvoiceSize, row.InvoiceSha256),
        row.CreatedAt,
        row.UpdatedAt,
        earlier is { Count: > 0 } ? [.. earlier.Select(attempt => EarlierAttemptAnswer.Of(attempt, language))] : null);
}

/// <summary>Why something was refused or failed.</summary>
/// <param name="Code">For programs.</param>
/// <param name="Message">For people.</param>
public sealed record ErrorAnswer(string Code, string Message)
{
    /// <summary>What a row says to a reader; null where nothing went wrong.</summary>
    /// <param name="code">The row's code; null for none.</param>
    /// <param name="baloanText">Baloan's own text, in the language of whoever sent the request; null where it gave none.</param>
    /// <param name="language">The reader's language.</param>
    public static ErrorAnswer? Of(string? code, string? baloanText, Language language) => code is null
        ? null
        : new ErrorAnswer(code, LoanErrors.TextIn(language, code, baloanText) ?? SettlementErrors.TextOf(code).In(language));
}

/// <summary>An attempt that did not settle, before the present one.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="Total">Toman.</param>
/// <param name="Error">Why.</param>
/// <param name="StartedAt">UTC.</param>
/// <param name="EndedAt">UTC.</param>
public sealed record EarlierAttemptAnswer(string Status, long Total, ErrorAnswer? Error, DateTimeOffset StartedAt, DateTimeOffset EndedAt)
{
    /// <summary>What a caller sees of the row of an earlier attempt.</summary>
    public static EarlierAttemptAnswer Of(Settlement attempt, Language language) =>
        new(attempt.Status.Name(), attempt.Total, ErrorAnswer.Of(attempt.ErrorCode, attempt.ErrorMessage, language), attempt.AttemptStartedAt, attempt.UpdatedAt);
}

/// <summary>An invoice in Blob storage.</summary>
/// <param name="Blob">Its name in container <c>invoices</c>.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">Of its content, in lower-case hex.</param>
public sealed record InvoiceAnswer(string Blob, long Size, string Sha256);

/// <summary>A page of settlements, newest first.</summary>
/// <param name="Items">The settlements.</param>
/// <param name="Continuation">To be given for the next page; null at the end.</param>
public sealed record SettlementPage(IReadOnlyList<SettlementAnswer> Items, string? Continuation);
