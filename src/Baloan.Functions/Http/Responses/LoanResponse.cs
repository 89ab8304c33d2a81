using System.Text.Json;
using System.Text.Json.Serialization;
using Baloan.Core.Loans;

namespace Baloan.Functions.Http.Responses;

/// <summary>A loan as callers see it.</summary>
/// <param name="Uuid">Baloan's uuid.</param>
/// <param name="State">Where it stands; null where only states have come that nobody knows.</param>
/// <param name="Reason">Why, where Baloan has said so.</param>
/// <param name="Amount">Toman; null where the loan was not opened here.</param>
/// <param name="LoanDue">Months; null where the loan was not opened here.</param>
/// <param name="Store">The store's id; null where the loan was not opened here.</param>
/// <param name="PlanDetail">As Baloan gave it.</param>
/// <param name="OpenedAt">UTC; null where the loan was not opened here.</param>
/// <param name="UpdatedAt">UTC.</param>
/// <param name="History">Callbacks, the same ones once: known states oldest first, then unknown ones newest first; left out in
/// lists.</param>
/// <param name="HistoryContinuation">To be given for more unknown states; null at the end, and in lists.</param>
public sealed record LoanResponse(
    string Uuid,
    string? State,
    string? Reason,
    long? Amount,
    long? LoanDue,
    long? Store,
    JsonElement? PlanDetail,
    DateTimeOffset? OpenedAt,
    DateTimeOffset UpdatedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<LoanHistoryResponse>? History,
    string? HistoryContinuation
)
{
    /// <summary>What a caller sees of a loan.</summary>
    public static LoanResponse Of(Loan loan, IReadOnlyList<LoanHistoryEntry>? history, string? continuation = null) =>
        new(
            loan.Uuid,
            loan.State,
            loan.Reason,
            loan.Amount,
            loan.LoanDue,
            loan.Store,
            PlanOf(loan.PlanDetail),
            loan.OpenedAt,
            loan.UpdatedAt,
            history is null
                ? null
                :
                [
                    .. history.Select(entry => new LoanHistoryResponse(
                        entry.State,
                        entry.Reason,
                        entry.ReceivedAt,
                        LoanRules.NoteOf(LoanRules.VerdictOf(entry.Note))
                    )),
                ],
            continuation
        );

    private static JsonElement? PlanOf(string? json)
    {
        try
        {
            return json is null || JsonElement.Parse(json) is not { ValueKind: JsonValueKind.Object } plan ? null : plan;
        }
        catch (JsonException)
        {
            // Nothing of ours writes such a row; all else in it may be right.
            return null;
        }
    }
}

/// <summary>One callback of a loan.</summary>
/// <param name="State">The state.</param>
/// <param name="Reason">The reason; null where none came.</param>
/// <param name="ReceivedAt">UTC.</param>
/// <param name="Note"><c>late</c>, <c>conflict</c> or <c>unknown_state</c>; null for news.</param>
public sealed record LoanHistoryResponse(string State, string? Reason, DateTimeOffset ReceivedAt, string? Note);

/// <summary>A page of loans, last changed first.</summary>
/// <param name="Items">The loans, without their history.</param>
/// <param name="Continuation">To be given for the next page; null at the end.</param>
public sealed record LoanPage(IReadOnlyList<LoanResponse> Items, string? Continuation);
