namespace Baloan.Core.Loans;

/// <summary>A callback as it was received.</summary>
/// <param name="Id">Ours: names this one delivery, however often it takes to record it.</param>
/// <param name="Uuid">The loan, in lower case with dashes.</param>
/// <param name="State">The state, normalized by <see cref="LoanStates.Normalize"/>.</param>
/// <param name="Reason">The reason; null where none came.</param>
/// <param name="ReceivedAt">When it came (UTC).</param>
/// <param name="Body">The body as it came.</param>
public sealed record LoanCallback(string Id, string Uuid, string State, string? Reason, DateTimeOffset ReceivedAt, byte[] Body);
