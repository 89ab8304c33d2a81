using System.Globalization;
using System.Text.RegularExpressions;

namespace Baloan.Functions.Http.Requests;

/// <summary>A customer's birth date: Gregorian, <c>YYYY-MM-DD</c> (Baloan's partnership document, "open a loan file").</summary>
public static partial class BirthDate
{
    private const string Field = "birth_date";
    private const string Format = "yyyy-MM-dd";

    // The years of the two calendars cannot be taken for each other: nobody alive was born before 1500, in either.
    private const int FirstGregorianYear = 1500;

    private static readonly PersianCalendar Jalali = new();

    /// <summary>
    /// Reads the required field of a body, in any of the digits that people type; a fault added where it is no such date.
    /// </summary>
    public static DateOnly Read(JsonBody body, FieldErrors errors)
    {
        var text = JsonBody.Text(body.Root, Field, errors);
        if (errors.Has(Field))
        {
            return default;
        }

        if (string.IsNullOrEmpty(text))
        {
            errors.Add(Field, Texts.Required);
            return default;
        }

        var date = Digits.Typed(text);
        if (YearMonthDay(date) is { Year: < FirstGregorianYear } jalali)
        {
            if (Gregorian(jalali) is { } gregorian)
            {
                errors.Add(Field, Texts.JalaliBirthDate, gregorian.ToString(Format, CultureInfo.InvariantCulture));
            }
            else
            {
                errors.Add(Field, Texts.NoJalaliDate);
            }

            return default;
        }

        if (DateOnly.TryParseExact(date, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var birthDate))
        {
            return birthDate;
        }

        errors.Add(Field, Texts.BirthDate);
        return default;
    }

    /// <summary>
    /// The three numbers of a date, year first or day first; null where there are none. Jalali dates are often written with slashes or
    /// dots,
    /// and spreadsheets and databases add a time.
    /// </summary>
    internal static (int Year, int Month, int Day)? YearMonthDay(string text) =>
        Written().Match(text) is { Success: true } date
            ? date.Groups[1].Length == 4
                ? (Number(date, 1), Number(date, 2), Number(date, 3))
                : date.Groups[3].Length == 4
                    ? (Number(date, 3), Number(date, 2), Number(date, 1))
                    : null
            : null;

    private static int Number(Match date, int group) => int.Parse(date.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    /// <summary>The Gregorian date that a Jalali one stands for; null where that calendar has no such date.</summary>
    internal static DateOnly? Gregorian((int Year, int Month, int Day) jalali) =>
        jalali is { Year: > 0, Month: >= 1 and <= 12, Day: >= 1 } && jalali.Day <= Jalali.GetDaysInMonth(jalali.Year, jalali.Month)
            ? DateOnly.FromDateTime(Jalali.ToDateTime(jalali.Year, jalali.Month, jalali.Day, 0, 0, 0, 0))
            : null;

    [GeneratedRegex(
        @"^([0-9]{1,4})\s?[-/.]\s?([0-9]{1,2})\s?[-/.]\s?([0-9]{1,4})(?:[T\s,،]+[0-9]{1,2}:[0-9]{2}.*)?$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Written();
}
