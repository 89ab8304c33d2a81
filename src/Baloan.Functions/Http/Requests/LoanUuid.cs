namespace Baloan.Functions.Http.Requests;

/// <summary>The uuid by which Baloan names a loan.</summary>
public static class LoanUuid
{
    /// <summary>Reads a uuid with its dashes, in letters and digits of any kind.</summary>
    public static bool TryRead(string? text, out Guid uuid) => Guid.TryParseExact(Digits.Typed(text ?? ""), "D", out uuid);

    /// <summary>Reads a uuid in any of its spellings: with or without dashes, in braces, as a URN.</summary>
    public static bool TryReadAnySpelling(string? text, out Guid uuid)
    {
        const string Urn = "urn:uuid:";
        var typed = Digits.Typed(text ?? "");
        if (typed.StartsWith(Urn, StringComparison.OrdinalIgnoreCase))
        {
            typed = typed[Urn.Length..];
        }

        return Guid.TryParseExact(typed, "D", out uuid)
            || Guid.TryParseExact(typed, "N", out uuid)
            || Guid.TryParseExact(typed, "B", out uuid)
            || Guid.TryParseExact(typed, "P", out uuid);
    }
}
