using System.Globalization;

namespace Baloan.Functions.Http;

/// <summary>A customer's birth date: Gregorian, <c>YYYY-MM-DD</c> (Baloan's partnership document, "open a loan file").</summary>
public static class BirthDate
{
    private const string Field = "birth_date";
    private const string Format = "yyyy-MM-dd";

    // The years of the two calendars cannot be taken for each other: nobody alive was born before 1500, in either.
    private const int FirstGregorianYear = 1500;

    private static readonly PersianCalendar Jalali = new();

    /// <summary>Reads the required field of a body, in any of the digits that people type; a fault added where it is no such date.</summary>
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

        var date = Digits.ToAscii(text.Trim());
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

    /// <summary>The three numbers of a date; null where there are none. Jalali dates are often written with slashes or dots.</summary>
    private static (int Year, int Month, int Day)? YearMonthDay(string text)
    {
        var parts = text.Split('-', '/', '.');
        return parts.Length == 3 && parts[0].Length == 4 && parts.All(part => Digits.AreAll(part, 1, 4))
            ? (Number(parts[0]), Number(parts[1]), Number(parts[2]))
            : null;

        static int Number(string digits) => int.Parse(digits, CultureInfo.InvariantCulture);
    }

    /// <summary>The Gregorian date that a Jalali one stands for; null where that calendar has no such date.</summary>
    private static DateOnly? Gregorian((int Year, int Month, int Day) jalali) =>
        jalali is { Year: > 0, Month: >= 1 and <= 12, Day: >= 1 } && jalali.Day <= Jalali.GetDaysInMonth(jalali.Year, jalali.Month)
            ? DateOnly.FromDateTime(Jalali.ToDateTime(jalali.Year, jalali.Month, jalali.Day, 0, 0, 0, 0))
            : null;
}
