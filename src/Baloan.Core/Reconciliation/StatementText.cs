using System.Globalization;
using System.Text;
using Baloan.Core.Settlements;

namespace Baloan.Core.Reconciliation;

/// <summary>Texts of a statement, as they are compared.</summary>
internal static class StatementText
{
    /// <summary>A text as somebody meant to type it: without invisible marks and space around it, and with ASCII digits.</summary>
    public static string Typed(string text) => Digits.Typed(text);

    /// <summary>
    /// A name or word without all that does not tell it from others: case, spaces, signs, marks, and spellings of one letter.
    /// </summary>
    public static string Join(string text)
    {
        var joined = new StringBuilder(text.Length);
        // A tatweel only lengthens a word, and ه‌ی is ه with its ezafe.
        foreach (var sign in SettlementCodes.Normalize(Digits.ToAscii(text)).Replace("ه\u200cی", "ه", StringComparison.Ordinal))
        {
            if ((char.IsLetterOrDigit(sign) && sign != 'ـ') || char.GetUnicodeCategory(sign) == UnicodeCategory.CurrencySymbol)
            {
                joined.Append(
                    sign switch
                    {
                        'أ' or 'إ' or 'آ' => 'ا',
                        'ة' or 'ۀ' => 'ه',
                        'ؤ' => 'و',
                        'ئ' => 'ی',
                        _ => char.ToLowerInvariant(sign),
                    }
                );
            }
        }

        return Digits.ToAscii(joined.ToString());
    }

    /// <summary>
    /// The code of a cell as it is compared: as the app itself compares codes, and without what a spreadsheet's text form adds.
    /// </summary>
    public static string Code(string cell)
    {
        var text = Marks.Strip(cell).Trim();
        if (text is ['=', '"', _, .., '"'])
        {
            text = text[2..^1].Trim();
        }
        else if (text is ['\'', '=' or '+' or '-' or '@' or '＝' or '＋' or '－' or '＠', ..])
        {
            text = text[1..];
        }

        return SettlementCodes.Normalize(text);
    }
}
