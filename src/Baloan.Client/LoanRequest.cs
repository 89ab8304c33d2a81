using System.Text.Json.Serialization;

namespace Baloan.Client;

/// <summary>A loan file to be opened (documents of the partnership gateway, "opening a file").</summary>
/// <param name="PhoneNumber">The customer's phone number, <c>09123456789</c>, in ASCII digits.</param>
/// <param name="NationalIdentifier">The customer's national identifier, in ASCII digits.</param>
/// <param name="BirthDate">The customer's date of birth. Sent as <c>yyyy-MM-dd</c> in the Gregorian calendar.</param>
/// <param name="Amount">The loan in whole Toman, above zero. (The policies give their range in million Toman.)</param>
/// <param name="LoanDue">In how many monthly installments it is paid back: one of the policy's <c>possible_loan_dues</c>.</param>
/// <param name="Store">The <c>id</c> of one of the policy's stores.</param>
public sealed record LoanRequest(string PhoneNumber, string NationalIdentifier, DateOnly BirthDate, long Amount, int LoanDue, long Store)
{
    /// <summary>
    /// Looked at right before the first byte of each sending; once it has passed, nothing is sent. Null for no such limit. Not sent
    /// itself.
    /// </summary>
    [JsonIgnore]
    public Deadline? SendBefore { get; init; }

    /// <summary>Shows nothing of the customer.</summary>
    public override string ToString() => $"LoanRequest {{ Amount = {Amount}, LoanDue = {LoanDue}, Store = {Store} }}";
}
