using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Baloan.Functions.Http.Requests;

/// <summary>
/// Query parameters that are days: Gregorian or Jalali, in any of the digits and with any of the signs that people write.
/// </summary>
public static class Days
{
    // No day that anybody asks for was before it, and no Jalali year is so high.
    private const int FirstGregorianYear = 1700;

    // Far beyond both, and well within what a moment can be.
    private const int LastYear = 2500;

    /// <summary>
    /// Reads the first and the last day of a span; null where they are missing, and, with a fault added, where they are no days.
    /// </summary>
    public static (DateOnly? From, DateOnly? To) ReadSpan(HttpRequest request, FieldErrors errors) =>
        InOrder(Read(request, "from", errors), Read(request, "to", errors), errors);

    /// <summary>Reads the first and the last day of a span out of the fields of a form, as out of a query.</summary>
    public static (DateOnly? From, DateOnly? To) ReadSpan(IReadOnlyDictionary<string, string> fields, FieldErrors errors) =>
        InOrder(
            Read("from", fields.GetValueOrDefault("from") ?? "", errors),
            Read("to", fields.GetValueOrDefault("to") ?? "", errors),
            errors
        );

    private static (DateOnly? From, DateOnly? To) InOrder(DateOnly? from, DateOnly? to, FieldErrors errors)
    {
        if (from > to)
        {
            errors.Add("to", Texts.EndsBeforeItBegins);
        }

        return (from, to);
    }

    /// <summary>Reads a day; null where it is missing, and, with a fault added, where it is none.</summary>
    public static DateOnly? Read(HttpRequest request, string parameter, FieldErrors errors)
    {
        var values = request.Query[parameter];
        if (values.Count > 1)
        {
            errors.Add(parameter, Texts.Doubled);
            return null;
        }

        return Read(parameter, values.ToString(), errors);
    }

    private static DateOnly? Read(string parameter, string text, FieldErrors errors)
    {
        if (text.Length == 0)
        {
            return null;
        }

        var day =
            BirthDate.YearMonthDay(Digits.Typed(text)) is not { Year: > 0 and <= LastYear } written ? null
            : written.Year < FirstGregorianYear ? BirthDate.Gregorian(written)
            : DateOnly.TryParseExact(
                $"{written.Year:D4}-{written.Month:D2}-{written.Day:D2}",
                "yyyy-MM-dd",
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out var gregorian
            )
                ? gregorian
            : (DateOnly?)null;
        if (day is null)
        {
            errors.Add(parameter, Texts.Day);
        }

        return day;
    }
}
