using System.Text.Json;
using System.Text.Json.Serialization;
using Baloan.Client;
using Baloan.Core.Settlements;
using Baloan.Functions.Http.Requests;

namespace Baloan.Functions.Http.Responses;

/// <summary>A settlement as callers see it. What is not known yet is null.</summary>
/// <param name="Code">The caller's code.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="NationalIdentifier">Masked.</param>
/// <param name="Total">Toman.</param>
/// <param name="Attempts">How many POSTs were accepted as attempts.</param>
/// <param name="UserCredit">What the customer has left, in Toman; null where it is not known.</param>
/// <param name="Inferred">Whether its end was found out by the customer's credit.</param>
/// <param name="KnownBy">By whom its end is known: <c>baloan</c>, <c>credit</c> or <c>person</c>.</param>
/// <param name="Error">Why it was refused or failed, or what is to be found out.</param>
/// <param name="Resolution">What a person decided.</param>
/// <param name="Evidence">What was seen.</param>
/// <param name="Invoice">The invoice.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="SentAt">UTC.</param>
/// <param name="ReviewBeganAt">When it was put before a person (UTC); left out where it never was.</param>
/// <param name="EndedAt">UTC.</param>
/// <param name="UpdatedAt">UTC.</param>
/// <param name="ErasedAt">When all was erased that tells of the customer (UTC); left out where nothing was.</param>
/// <param name="EarlierAttempts">The attempts before the present one, oldest first; left out in lists, and where there are none.</param>
public sealed record SettlementResponse(
    string Code,
    string Status,
    string NationalIdentifier,
    long Total,
    int Attempts,
    long? UserCredit,
    bool Inferred,
    string? KnownBy,
    ErrorResponse? Error,
    ResolutionResponse? Resolution,
    EvidenceResponse Evidence,
    InvoiceResponse Invoice,
    DateTimeOffset CreatedAt,
    DateTimeOffset? SentAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? ReviewBeganAt,
    DateTimeOffset? EndedAt,
    DateTimeOffset UpdatedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? ErasedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<EarlierAttemptResponse>? EarlierAttempts
)
{
    /// <summary>What a caller sees of a row.</summary>
    public static SettlementResponse Of(Settlement row, Language language, IReadOnlyList<Settlement>? earlier = null) =>
        new(
            row.Code,
            row.StatusName,
            row.MaskedIdentifier,
            row.Total,
            row.Attempts,
            row.UserCredit,
            row.EndKnownBy == SettlementKnownBy.Credit,
            KnownByOf(row),
            ErrorResponse.Of(row.ErrorCode, row.ErrorMessage, language),
            ResolutionResponse.Of(row),
            EvidenceResponse.Of(row),
            new InvoiceResponse(row.InvoiceBlob, row.InvoiceName, row.InvoiceSize, row.InvoiceSha256),
            row.CreatedAt,
            row.SubmittedAt,
            row.ReviewBeganAt,
            row.Ended,
            row.UpdatedAt,
            row.ErasedAt,
            earlier is { Count: > 0 } ? [.. earlier.Select(attempt => EarlierAttemptResponse.Of(attempt, language))] : null
        );

    /// <summary>By whom a row's end is known, as callers see it.</summary>
    internal static string? KnownByOf(Settlement row) =>
        row.EndKnownBy is { } by ? JsonNamingPolicy.SnakeCaseLower.ConvertName(by.ToString()) : null;
}

/// <summary>What a person decided.</summary>
/// <param name="Outcome"><c>settled</c> or <c>not_settled</c>.</param>
/// <param name="Note">Why.</param>
/// <param name="By">Who, as they named themselves; null where they did not.</param>
/// <param name="At">UTC.</param>
public sealed record ResolutionResponse(string Outcome, string Note, string? By, DateTimeOffset At)
{
    /// <summary>What a row says of it; null where nobody had to decide.</summary>
    public static ResolutionResponse? Of(Settlement row) =>
        row is { Note: { } note, HasEnded: true, Status: not SettlementStatus.NeedsReview }
            ? new(
                row.ResolvedSettled ?? row.Status == SettlementStatus.Settled ? "settled" : "not_settled",
                note,
                row.ResolvedBy,
                row.ResolvedAt ?? row.UpdatedAt
            )
            : null;
}

/// <summary>What was seen of a settlement: what its end rests on.</summary>
/// <param name="CreditBefore">The customer's credit before the first sending, in Toman.</param>
/// <param name="CreditAfter">The credit by which its end was found out, or that Baloan told, in Toman.</param>
/// <param name="Sendings">Every try to send it, oldest first.</param>
public sealed record EvidenceResponse(long? CreditBefore, long? CreditAfter, IReadOnlyList<SendingResponse> Sendings)
{
    /// <summary>What a row has kept.</summary>
    public static EvidenceResponse Of(Settlement row) =>
        new(
            row.CreditBefore,
            row.CreditAfter,
            [.. SettlementSendings.Of(row).Select(sending => new SendingResponse(sending.At, sending.Answer))]
        );
}

/// <summary>One try to send a settlement.</summary>
/// <param name="At">UTC.</param>
/// <param name="Answer">
/// <c>yes</c>, <c>refused</c>, <c>throttled</c>, <c>unauthorized</c>, <c>not_connected</c> or <c>unknown</c>, and the HTTP status where
/// there was one.
/// </param>
public sealed record SendingResponse(DateTimeOffset At, string Answer);

/// <summary>Why something was refused or failed.</summary>
/// <param name="Code">For programs.</param>
/// <param name="Message">For people.</param>
public sealed record ErrorResponse(string Code, string Message)
{
    /// <summary>What a row says to a reader; null where nothing went wrong.</summary>
    /// <param name="code">The row's code; null for none.</param>
    /// <param name="baloanText">Baloan's own text, in the language of whoever sent the request; null where it gave none.</param>
    /// <param name="language">The reader's language.</param>
    public static ErrorResponse? Of(string? code, string? baloanText, Language language) =>
        code is null
            ? null
            : new ErrorResponse(code, LoanErrors.TextIn(language, code, baloanText) ?? SettlementTexts.TextOf(code).In(language));
}

/// <summary>An attempt that did not settle, before the present one.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="Total">Toman.</param>
/// <param name="KnownBy">By whom its end is known.</param>
/// <param name="Error">Why.</param>
/// <param name="Resolution">What a person decided.</param>
/// <param name="Evidence">What was seen.</param>
/// <param name="StartedAt">UTC.</param>
/// <param name="SentAt">UTC.</param>
/// <param name="ReviewBeganAt">When it was put before a person (UTC); left out where it never was.</param>
/// <param name="EndedAt">UTC.</param>
public sealed record EarlierAttemptResponse(
    string Status,
    long Total,
    string? KnownBy,
    ErrorResponse? Error,
    ResolutionResponse? Resolution,
    EvidenceResponse Evidence,
    DateTimeOffset StartedAt,
    DateTimeOffset? SentAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? ReviewBeganAt,
    DateTimeOffset EndedAt
)
{
    /// <summary>What a caller sees of the row of an earlier attempt.</summary>
    public static EarlierAttemptResponse Of(Settlement attempt, Language language) =>
        new(
            attempt.StatusName,
            attempt.Total,
            SettlementResponse.KnownByOf(attempt),
            ErrorResponse.Of(attempt.ErrorCode, attempt.ErrorMessage, language),
            ResolutionResponse.Of(attempt),
            EvidenceResponse.Of(attempt),
            attempt.AttemptStartedAt,
            attempt.SubmittedAt,
            attempt.ReviewBeganAt,
            attempt.Ended ?? attempt.UpdatedAt
        );
}

/// <summary>An invoice in Blob storage.</summary>
/// <param name="Blob">Its name in container <c>invoices</c>.</param>
/// <param name="Name">The file's name as the caller gave it; null where there was none.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">Of its content, in lower-case hex.</param>
public sealed record InvoiceResponse(string Blob, string? Name, long Size, string Sha256);

/// <summary>A page of settlements, newest first.</summary>
/// <param name="Items">The settlements.</param>
/// <param name="Continuation">To be given for the next page; null at the end.</param>
public sealed record SettlementPage(IReadOnlyList<SettlementResponse> Items, string? Continuation);
