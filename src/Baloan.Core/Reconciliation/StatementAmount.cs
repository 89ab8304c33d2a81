using System.Globalization;
using System.Text.RegularExpressions;

namespace Baloan.Core.Reconciliation;

/// <summary>Amounts as people and programs write them: any digits, grouped or not, with their unit or without.</summary>
internal static partial class StatementAmount
{
    private const int MostDigits = 14;

    private static readonly string[] TomanWords = ["تومان", "تومن", "tomans", "toman", "irt", "tmn"];
    private static readonly string[] RialWords = ["ریال", "﷼", "rials", "rial", "irr", "rls"];

    /// <summary>The unit that a word names; null for none.</summary>
    public static AmountUnit? UnitOf(string word) =>
        TomanWords.Contains(word) ? AmountUnit.Toman
        : RialWords.Contains(word) ? AmountUnit.Rial
        : null;

    /// <summary>Takes a unit off the end of a name that was joined, such as <c>amountrial</c>.</summary>
    public static (string Name, AmountUnit? Unit) SplitUnit(string joined)
    {
        foreach (var word in TomanWords.Concat(RialWords))
        {
            if (joined.Length > word.Length && joined.EndsWith(word, StringComparison.Ordinal))
            {
                return (joined[..^word.Length], UnitOf(word));
            }
        }

        return (joined, null);
    }

    /// <summary>Reads a whole amount; what has a fraction, or could mean two amounts (500.000), is not read.</summary>
    public static bool TryRead(string text, out long amount, out AmountUnit? unit)
    {
        (amount, unit) = (0, null);
        if (Written().Match(StatementText.Typed(text)) is not { Success: true } written)
        {
            return false;
        }

        var word = written.Groups["unit"].Value;
        if (word.Length > 0 && (unit = UnitOf(StatementText.Join(word))) is null)
        {
            return false;
        }

        if (WholeOf(Space().Replace(written.Groups["number"].Value, ",")) is not { } digits || digits.Length > MostDigits)
        {
            return false;
        }

        amount = long.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        if (written.Groups["minus"].Length > 0)
        {
            amount = -amount;
        }

        return true;
    }

    /// <summary>The digits of a whole number, without what groups them; null where it is none, or may mean two numbers.</summary>
    private static string? WholeOf(string number)
    {
        // ٬ and ، group as the comma does, and ٫ is the point.
        var plain = number.Replace('٬', ',').Replace('،', ',').Replace('’', ',').Replace('\'', ',').Replace('٫', '.');
        if (plain.All(char.IsAsciiDigit))
        {
            return plain;
        }

        if (Grouped().Match(plain) is { Success: true } grouped)
        {
            return grouped.Groups["whole"].Value.Replace(",", "", StringComparison.Ordinal).Replace(".", "", StringComparison.Ordinal);
        }

        return Fraction().Match(plain) is { Success: true } fraction ? fraction.Groups["whole"].Value : null;
    }

    [GeneratedRegex(
        @"^(?:(?<unit>[\p{L}\p{Sc}]+)\s*)?(?<minus>[-−(])?\s*(?<number>[0-9](?:[0-9.,٬،٫’'\s]*[0-9])?)"
            + @"\s*(?:(?<minus>[-−])|\))?\s*(?<unit>[\p{L}\p{Sc}]+)?$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Written();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Space();

    // One point and three digits can mean a fraction or thousands; a comma there is always thousands, and so are several points.
    [GeneratedRegex(
        @"^(?<whole>[0-9]{1,3}(?:,[0-9]{3})+)(?:\.0+)?$|^(?<whole>[0-9]{1,3}(?:\.[0-9]{3}){2,})(?:,0+)?$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Grouped();

    [GeneratedRegex(@"^(?<whole>[0-9]+)(?:\.0{1,2}|\.0{4,}|,0{1,2})$|^(?<whole>[0-9]{4,})\.000$", RegexOptions.CultureInvariant)]
    private static partial Regex Fraction();
}
