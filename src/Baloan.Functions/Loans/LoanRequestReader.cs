using Baloan.Client;
using Baloan.Functions.Http;
using Microsoft.AspNetCore.Http;

namespace Baloan.Functions.Loans;

/// <summary>Reads and checks the POST that opens a loan file. What it cannot know, such as the limits of age and amount, Baloan says.</summary>
public static class LoanRequestReader
{
    private const int LongestDue = 1_200;

    /// <summary>Reads the request.</summary>
    /// <exception cref="ProblemException">It has faults; all are reported at once.</exception>
    public static async Task<LoanRequest> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var body = await JsonBody.ReadAsync(request, cancellationToken);
        var errors = new FieldErrors();
        var phoneNumber = PhoneNumber.Read(body, errors);
        var identifier = NationalIdentifier.Read(body, errors);
        var birthDate = BirthDate.Read(body, errors);
        var amount = WholeNumber.Read(body.Root, "amount", WholeNumber.LargestAmount, errors);
        var due = WholeNumber.Read(body.Root, "loan_due", LongestDue, errors);
        var store = WholeNumber.Read(body.Root, "store", WholeNumber.LargestAmount, errors);
        errors.ThrowIfAny();
        return new LoanRequest(phoneNumber!, identifier!, birthDate, amount, (int)due, store);
    }
}
