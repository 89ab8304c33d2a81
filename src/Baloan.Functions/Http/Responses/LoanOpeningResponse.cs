using Baloan.Client;
using Baloan.Core.Loans;

namespace Baloan.Functions.Http.Responses;

/// <summary>The opening of a loan, as callers see it.</summary>
/// <param name="Id">Names it in <c>resolve</c>.</param>
/// <param name="Status"><c>unknown</c>, <c>opened</c> or <c>not_opened</c>.</param>
/// <param name="NationalIdentifier">Masked.</param>
/// <param name="PhoneNumber">Masked.</param>
/// <param name="Amount">Toman.</param>
/// <param name="LoanDue">Months.</param>
/// <param name="Store">The store's id.</param>
/// <param name="Uuid">The loan; null where none is known.</param>
/// <param name="Sendings">The tries to send it; empty where whoever sent it did not live to tell.</param>
/// <param name="Resolution">What a person decided; null where nobody did.</param>
/// <param name="CreatedAt">When it was written down, before it was sent (UTC).</param>
/// <param name="UpdatedAt">UTC.</param>
public sealed record LoanOpeningResponse(
    string Id,
    string Status,
    string NationalIdentifier,
    string PhoneNumber,
    long Amount,
    int LoanDue,
    long Store,
    string? Uuid,
    IReadOnlyList<Sending> Sendings,
    LoanOpeningResolution? Resolution,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt
)
{
    /// <summary>What a caller sees of a row whose sending is over.</summary>
    public static LoanOpeningResponse Of(LoanOpeningRow row) =>
        new(
            row.Id,
            NameOf(row.Status),
            row.MaskedIdentifier,
            row.MaskedPhoneNumber,
            row.Amount,
            row.LoanDue,
            row.Store,
            row.Uuid,
            row.ReadSendings(),
            row is { ResolvedAs: { } outcome, ResolvedAt: { } at } ? new(outcome, row.Note ?? "", row.By, at) : null,
            row.SentAt,
            row.UpdatedAt
        );

    // One that is still being sent long after its time is not known either.
    private static string NameOf(LoanOpeningStatus status) =>
        status switch
        {
            LoanOpeningStatus.Opened => "opened",
            LoanOpeningStatus.NotOpened => "not_opened",
            _ => "unknown",
        };
}

/// <summary>What a person decided.</summary>
/// <param name="Outcome"><c>opened</c> or <c>not_opened</c>.</param>
/// <param name="Note">Why.</param>
/// <param name="By">Who, where that was said.</param>
/// <param name="At">UTC.</param>
public sealed record LoanOpeningResolution(string Outcome, string Note, string? By, DateTimeOffset At);

/// <summary>A page of openings, newest first.</summary>
/// <param name="Items">The openings whose outcome is not known.</param>
/// <param name="Continuation">To be given for the next page; null at the end.</param>
public sealed record LoanOpeningPage(IReadOnlyList<LoanOpeningResponse> Items, string? Continuation);
