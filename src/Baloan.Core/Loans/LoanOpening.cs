namespace Baloan.Core.Loans;

/// <summary>What is recorded of a loan that was opened here.</summary>
/// <param name="Uuid">The loan, in lower case with dashes.</param>
/// <param name="Amount">Toman.</param>
/// <param name="LoanDue">Months.</param>
/// <param name="Store">The store's id.</param>
/// <param name="PlanDetail">Baloan's <c>plan_detail</c> as JSON; null where it gave none.</param>
/// <param name="OpenedAt">UTC.</param>
/// <param name="End">What becomes of the row that was written before the sending; null where a person gave the uuid.</param>
public sealed record LoanOpening(
    string Uuid,
    long Amount,
    long LoanDue,
    long Store,
    string? PlanDetail,
    DateTimeOffset OpenedAt,
    LoanOpeningEnd? End = null
);

/// <summary>The end of an opening: Baloan said yes to a sending.</summary>
/// <param name="Id">The opening's id.</param>
/// <param name="SendingId">The sending.</param>
/// <param name="Answer">What is kept of Baloan's answer.</param>
public sealed record LoanOpeningEnd(string Id, string SendingId, string Answer);
