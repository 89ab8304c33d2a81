namespace Baloan.Functions.Loans;

/// <summary>What is recorded of a loan that was opened here.</summary>
/// <param name="Uuid">The loan, in lower case with dashes.</param>
/// <param name="Amount">Toman.</param>
/// <param name="LoanDue">Months.</param>
/// <param name="Store">The store's id.</param>
/// <param name="PlanDetail">Baloan's <c>plan_detail</c> as JSON; null where it gave none.</param>
/// <param name="OpenedAt">UTC.</param>
public sealed record LoanOpening(string Uuid, long Amount, long LoanDue, long Store, string? PlanDetail, DateTimeOffset OpenedAt);
