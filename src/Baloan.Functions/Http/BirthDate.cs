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
        if (JalaliDate(date) is { } gregorian)
        {
            errors.Add(Field, Texts.JalaliBirthDate, gregorian.ToString(Format, CultureInfo.InvariantCulture));
            return default;
        }

        if (DateOnly.TryParseExact(date, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var birthDate)
            && birthDate.Year >= FirstGregorianYear)
        {
            return birthDate;
        }

        errors.Add(Field, Texts.BirthDate);
        return default;
    }

    /// <summary>The Gregorian date that a Jalali one stands for; null where it is none. Jalali dates are often written with slashes.</summary>
    private static DateOnly? JalaliDate(string text)
    {
        var parts = text.Split('-', '/');
        if (parts.Length != 3 || parts[0].Length != 4 || !parts.All(part => Digits.AreAll(part, 1, 4)))
        {
            return null;
        }

        var (year, month, day) = (int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture), int.Parse(parts[2], CultureInfo.InvariantCulture));
        return year is > 0 and < FirstGregorianYear
            && month is >= 1 and <= 12
            && day >= 1 && day <= Jalali.GetDaysInMonth(year, month)
                ? DateOnly.FromDateTime(Jalali.ToDateTime(year, month, day, 0, 0, 0, 0))
                : null;
    }
}
