using System.Globalization;
using System.Text;

namespace Baloan.Core.Typing;

/// <summary>Signs that nobody sees, and that come along where text is pasted: from messengers, spreadsheets, right-to-left forms.</summary>
public static class Marks
{
    private static readonly Dictionary<int, string> Names = new()
    {
        [0x00AD] = "SOFT HYPHEN",
        [0x034F] = "COMBINING GRAPHEME JOINER",
        [0x061C] = "ARABIC LETTER MARK",
        [0x180E] = "MONGOLIAN VOWEL SEPARATOR",
        [0x200B] = "ZERO WIDTH SPACE",
        [0x200C] = "ZERO WIDTH NON-JOINER",
        [0x200D] = "ZERO WIDTH JOINER",
        [0x200E] = "LEFT-TO-RIGHT MARK",
        [0x200F] = "RIGHT-TO-LEFT MARK",
        [0x2028] = "LINE SEPARATOR",
        [0x2029] = "PARAGRAPH SEPARATOR",
        [0x202A] = "LEFT-TO-RIGHT EMBEDDING",
        [0x202B] = "RIGHT-TO-LEFT EMBEDDING",
        [0x202C] = "POP DIRECTIONAL FORMATTING",
        [0x202D] = "LEFT-TO-RIGHT OVERRIDE",
        [0x202E] = "RIGHT-TO-LEFT OVERRIDE",
        [0x2060] = "WORD JOINER",
        [0x2066] = "LEFT-TO-RIGHT ISOLATE",
        [0x2067] = "RIGHT-TO-LEFT ISOLATE",
        [0x2068] = "FIRST STRONG ISOLATE",
        [0x2069] = "POP DIRECTIONAL ISOLATE",
        [0xFEFF] = "ZERO WIDTH NO-BREAK SPACE (BOM)",
    };

    /// <summary>
    /// Whether a sign shows nothing and takes no place: what Unicode calls default ignorable, and its line and paragraph separators.
    /// </summary>
    public static bool IsInvisible(Rune sign) =>
        Rune.GetUnicodeCategory(sign) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || sign.Value
            is 0x034F
                or 0x115F
                or 0x1160
                or 0x17B4
                or 0x17B5
                or (>= 0x180B and <= 0x180F)
                or (>= 0x2060 and <= 0x206F)
                or 0x3164
                or (>= 0xFE00 and <= 0xFE0F)
                or 0xFFA0
                or (>= 0xE0000 and <= 0xE0FFF);

    /// <summary>A text without them.</summary>
    public static string Strip(string text) =>
        text.EnumerateRunes().Any(IsInvisible) ? string.Concat(text.EnumerateRunes().Where(sign => !IsInvisible(sign))) : text;

    /// <summary>
    /// What a sign is called, so that somebody who cannot see it can look for it: its code point and, where it is a known one, its name.
    /// </summary>
    public static string NameOf(Rune sign)
    {
        var point = string.Create(CultureInfo.InvariantCulture, $"U+{sign.Value:X4}");
        return Names.TryGetValue(sign.Value, out var name) ? $"{point} {name}" : point;
    }
}
