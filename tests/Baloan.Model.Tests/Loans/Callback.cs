namespace Baloan.Model.Tests.Loans;

/// <summary>A callback as Baloan sent it, its state in the one spelling.</summary>
internal sealed record Callback(string Uuid, string State, string? Reason)
{
    /// <summary>What it was answered; null while it was not.</summary>
    public int? Answer { get; set; }
}
