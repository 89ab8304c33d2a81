using Baloan.Functions.Http;

namespace Baloan.Functions.Loans;

/// <summary>The uuid by which Baloan names a loan.</summary>
public static class LoanUuid
{
    /// <summary>Reads a uuid with its dashes, in letters and digits of any kind.</summary>
    public static bool TryRead(string? text, out Guid uuid) => Guid.TryParseExact(Digits.Typed(text ?? ""), "D", out uuid);
}
