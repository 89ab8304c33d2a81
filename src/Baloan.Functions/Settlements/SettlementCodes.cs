using System.Text;

namespace Baloan.Functions.Settlements;

/// <summary>The codes that callers give their settlements.</summary>
public static class SettlementCodes
{
    /// <summary>Whether a text can be a code: it is shown in addresses and kept as a key.</summary>
    public static bool IsValid(string code) =>
        code.Length is > 0 and <= SettlementRequestReader.LongestCode
        && code == code.Trim()
        && code is not ("." or "..")
        && !code.Contains('%')
        && code.EnumerateRunes().All(rune => !Rune.IsControl(rune) && rune != Rune.ReplacementChar);

    /// <summary>The code in a route value. The host leaves an escaped slash as it is and decodes all else.</summary>
    public static string FromRoute(string value) => value.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    /// <summary>The code as a part of an address.</summary>
    public static string ToRoute(string code) => Uri.EscapeDataString(code);
}
