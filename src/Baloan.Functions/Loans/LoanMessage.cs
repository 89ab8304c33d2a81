namespace Baloan.Functions.Loans;

/// <summary>A message of the queue <c>loans</c>: what could not be recorded at once. One of the two is set.</summary>
/// <param name="Callback">A callback that was answered 200.</param>
/// <param name="Opening">A loan that Baloan has opened.</param>
/// <param name="Attempt">Which try this is, from 1 on.</param>
/// <param name="TraceParent">The W3C trace context of what put it there.</param>
public sealed record LoanMessage(LoanCallback? Callback, LoanOpening? Opening, int Attempt, string? TraceParent);
