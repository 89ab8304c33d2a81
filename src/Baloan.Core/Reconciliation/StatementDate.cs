using System.Globalization;
using System.Text.RegularExpressions;

namespace Baloan.Core.Reconciliation;

/// <summary>
/// Days as they stand in statements: Jalali or Gregorian, in digits or with the month's name, with a time of day or without.
/// </summary>
internal static partial class StatementDate
{
    private const int FirstGregorianYear = 1700;
    private static readonly TimeSpan Tehran = new(3, 30, 0);
    private static readonly PersianCalendar Jalali = new();

    private static readonly string[] Months =
    [
        "فروردین",
        "اردیبهشت",
        "خرداد",
        "تیر",
        "مرداد",
        "شهریور",
        "مهر",
        "ابان",
        "اذر",
        "دی",
        "بهمن",
        "اسفند",
    ];

    /// <summary>Reads a day, and the time of day as it stands there where there is one.</summary>
    public static bool TryRead(string text, out DateOnly date, out string? time)
    {
        (date, time) = (default, null);
        var typed = Digits.Typed(text);
        if (
            WithOffset().IsMatch(typed)
            && DateTimeOffset.TryParse(typed, CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment)
            && moment.Year >= FirstGregorianYear
        )
        {
            var there = moment.ToOffset(Tehran);
            (date, time) = (DateOnly.FromDateTime(there.DateTime), there.ToString("HH:mm:ss", CultureInfo.InvariantCulture));
            return true;
        }

        var rest = typed;
        if (TimeOfDay().Match(typed) is { Success: true } clock)
        {
            time = clock.Value.Trim();
            rest = typed.Remove(clock.Index, clock.Length).Trim(' ', 'T', ',', '،', '-', '\t');
        }

        if (ReadDay(rest) is not { } day)
        {
            return false;
        }

        date = day;
        return true;
    }

    private static DateOnly? ReadDay(string text)
    {
        if (InDigits().Match(text) is { Success: true } digits)
        {
            var (first, second, third) = (Number(digits, 1), Number(digits, 2), Number(digits, 3));
            return digits.Groups[1].Length == 4 ? DayOf(first, second, third)
                : digits.Groups[3].Length == 4
                    ? DayOf(third, second, first) ?? (third >= FirstGregorianYear ? DayOf(third, first, second) : null)
                : null;
        }

        if (Joined().Match(text) is { Success: true } joined)
        {
            return DayOf(Number(joined, 1), Number(joined, 2), Number(joined, 3));
        }

        if (
            Named().Match(text) is { Success: true } named
            && Array.IndexOf(Months, StatementText.Join(named.Groups[2].Value)) is >= 0 and var month
        )
        {
            return DayOf(Number(named, 3), month + 1, Number(named, 1));
        }

        return
            text.Any(char.IsAsciiLetter)
            && DateOnly.TryParse(text, CultureInfo.InvariantCulture, out var english)
            && english.Year >= FirstGregorianYear
            ? english
            : null;
    }

    /// <summary>
    /// The Gregorian day of a year, month and day of either calendar, whose years cannot be taken for each other; null where there is no
    /// such day.
    /// </summary>
    internal static DateOnly? DayOf(int year, int month, int day)
    {
        if (month is < 1 or > 12 || day < 1 || year < 1200)
        {
            return null;
        }

        return year < FirstGregorianYear
            ? day <= Jalali.GetDaysInMonth(year, month)
                ? DateOnly.FromDateTime(Jalali.ToDateTime(year, month, day, 0, 0, 0, 0))
                : null
            : day <= DateTime.DaysInMonth(year, month)
                ? new DateOnly(year, month, day)
                : null;
    }

    private static int Number(Match date, int group) => int.Parse(date.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]+ ?(?:Z|[+-][0-9]{2}:?[0-9]{2})$", RegexOptions.CultureInvariant)]
    private static partial Regex WithOffset();

    [GeneratedRegex(
        @"[T\s,،-]*\b[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:\s*(?:AM|PM|ق\.?\s?ظ\.?|ب\.?\s?ظ\.?|صبح|عصر))?",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase
    )]
    private static partial Regex TimeOfDay();

    [GeneratedRegex(@"^([0-9]{1,4})\s?[-/.]\s?([0-9]{1,2})\s?[-/.]\s?([0-9]{1,4})$", RegexOptions.CultureInvariant)]
    private static partial Regex InDigits();

    [GeneratedRegex(@"^(1[2-9][0-9]{2}|20[0-9]{2})([0-9]{2})([0-9]{2})$", RegexOptions.CultureInvariant)]
    private static partial Regex Joined();

    [GeneratedRegex(@"^(?:[\p{L}\u200c ]+[ ،,])?([0-9]{1,2})\s+(\p{L}+)(?:\s+ماه)?\s+([0-9]{4})$", RegexOptions.CultureInvariant)]
    private static partial Regex Named();
}
