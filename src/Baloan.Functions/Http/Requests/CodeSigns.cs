using System.Globalization;
using System.Text;

namespace Baloan.Functions.Http.Requests;

/// <summary>The signs of a code that was typed or pasted.</summary>
internal static class CodeSigns
{
    // .NET composes no text where it runs without ICU.
    private static readonly bool Composes = "e\u0301".Normalize().Length == 1;

    /// <summary>
    /// Adds a fault where a code holds what cannot be told from another code by looking: an invisible mark, or a letter of another script
    /// among
    /// Latin ones. Persian beside Latin letters is no such thing.
    /// </summary>
    public static void Check(string code, string path, FieldErrors errors)
    {
        var runes = code.EnumerateRunes().ToList();
        var hasLatin = runes.Exists(rune => Rune.IsLetter(rune) && IsLatin(rune));
        foreach (var rune in runes)
        {
            if (Marks.IsInvisible(rune) || (!Composes && Rune.GetUnicodeCategory(rune) == UnicodeCategory.NonSpacingMark))
            {
                errors.Add(path, Texts.CodeWithMark, Marks.NameOf(rune));
                return;
            }

            if (hasLatin && Rune.IsLetter(rune) && !IsLatin(rune) && !IsArabic(rune))
            {
                errors.Add(path, Texts.CodeOfTwoScripts, Marks.NameOf(rune), rune.ToString());
                return;
            }
        }
    }

    // Arabic's own blocks, presentation forms included.
    private static bool IsArabic(Rune rune) => rune.Value is (>= 0x0600 and <= 0x08FF) or (>= 0xFB50 and <= 0xFEFC);

    private static bool IsLatin(Rune rune) =>
        rune.Value
            is < 0x0250
                or (>= 0x1E00 and <= 0x1EFF)
                or (>= 0x2C60 and <= 0x2C7F)
                or (>= 0xA720 and <= 0xA7FF)
                or (>= 0xFB00 and <= 0xFB06);
}
