using Baloan.Client;
using Microsoft.AspNetCore.Http;

namespace Baloan.Functions.Http.Requests;

/// <summary>
/// Reads and checks the POST that opens a loan file. What it cannot know, such as the limits of age and amount, Baloan says.
/// </summary>
public static class LoanRequestReader
{
    private const string KeyHeader = "Idempotency-Key";
    private const int LongestKey = 255;
    private const int LongestDue = 1_200;

    /// <summary>Reads the request, and the key under which it is sent; null for none.</summary>
    /// <exception cref="ProblemException">It has faults; all are reported at once.</exception>
    public static async Task<(LoanRequest Request, string? Key)> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var body = await JsonBody.ReadAsync(request, cancellationToken);
        var errors = new FieldErrors();
        var phoneNumber = PhoneNumber.Read(body, errors);
        var identifier = NationalIdentifier.Read(body, errors);
        var birthDate = BirthDate.Read(body, errors);
        var amount = WholeNumber.Read(body.Root, "amount", WholeNumber.LargestAmount, errors);
        var due = WholeNumber.Read(body.Root, "loan_due", LongestDue, errors);
        var store = WholeNumber.Read(body.Root, "store", WholeNumber.LargestAmount, errors);
        var key = ReadKey(request, errors);
        errors.ThrowIfAny();
        return (new LoanRequest(phoneNumber!, identifier!, birthDate, amount, (int)due, store), key);
    }

    private static string? ReadKey(HttpRequest request, FieldErrors errors)
    {
        if (!request.Headers.TryGetValue(KeyHeader, out var values))
        {
            return null;
        }

        if (values is [{ Length: > 0 and <= LongestKey } key] && !key.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            return key;
        }

        errors.Add(KeyHeader, Texts.IdempotencyKey, LongestKey);
        return null;
    }
}
