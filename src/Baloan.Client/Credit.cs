namespace Baloan.Client;

/// <summary>What a customer can spend.</summary>
/// <param name="NationalIdentifier">The customer's national identifier, as asked for.</param>
/// <param name="Amount">The credit in whole Toman (version 1 <c>amount</c>, version 2 <c>user_credit</c>).</param>
public sealed record Credit(string NationalIdentifier, long Amount)
{
    /// <summary>Shows no national identifier.</summary>
    public override string ToString() => $"Credit {{ Amount = {Amount} }}";
}
