using System.Globalization;
using System.Text;

namespace Baloan.Core.Settlements;

/// <summary>The codes that callers give their settlements. Codes that look the same are the same.</summary>
public static class SettlementCodes
{
    /// <summary>The longest code, in characters.</summary>
    public const int Longest = 64;

    /// <summary>Whether a text can be a code: it is shown in addresses and kept as a key.</summary>
    public static bool IsValid(string code) =>
        code.Length is > 0 and <= Longest
        && code == code.Trim()
        && code is not ("." or "..")
        && !code.Contains('%')
        && code.EnumerateRunes().All(rune => !Rune.IsControl(rune) && rune != Rune.ReplacementChar);

    /// <summary>Whether a code can begin with a text.</summary>
    public static bool CanBegin(string text) => text is "." or ".." || IsValid(text.TrimEnd());

    /// <summary>
    /// The one code that all codes stand for that look like this one: composed (NFC), with the Persian letter for its Arabic look-alike,
    /// and
    /// with one kind of space and hyphen.
    /// </summary>
    public static string Normalize(string code) =>
        string.Concat(
            Compose(code)
                .Select(sign =>
                    sign switch
                    {
                        'ي' or 'ى' => 'ی',
                        'ك' => 'ک',
                        >= '\u0660' and <= '\u0669' => (char)(sign - '\u0660' + '\u06F0'),
                        '\u2010' or '\u2011' => '-',
                        _ when char.GetUnicodeCategory(sign) == UnicodeCategory.SpaceSeparator => ' ',
                        _ => sign,
                    }
                )
        );

    /// <summary>The code in a route value. The host leaves an escaped slash as it is and decodes all else.</summary>
    public static string FromRoute(string value) => value.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    /// <summary>The code as a part of an address.</summary>
    public static string ToRoute(string code) => Uri.EscapeDataString(code);

    /// <summary>Finds the settlement of a code as somebody wrote it; null where there is none, or where it cannot be a code.</summary>
    /// <remarks>
    /// Before codes were normalized they were kept as they came, so that one that is not in its normal form is looked for so first.
    /// </remarks>
    public static async Task<Settlement?> FindAsync(SettlementStore store, string written, CancellationToken cancellationToken)
    {
        var code = Normalize(written);
        return (code != written && IsValid(written) ? await store.FindAsync(written, cancellationToken) : null)
            ?? (IsValid(code) ? await store.FindAsync(code, cancellationToken) : null);
    }

    private static string Compose(string code)
    {
        try
        {
            return code.Normalize();
        }
        catch (ArgumentException)
        {
            // A sign that Unicode has none for, such as U+FFFE.
            return code;
        }
    }
}
