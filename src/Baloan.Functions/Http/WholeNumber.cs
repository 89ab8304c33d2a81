using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Baloan.Functions.Http;

/// <summary>Positive whole numbers: amounts in Toman, months, ids.</summary>
public static class WholeNumber
{
    /// <summary>The largest amount: far above any credit, and far below where arithmetic ends. Toman.</summary>
    public const long LargestAmount = 999_999_999_999;

    /// <summary>
    /// Reads a number from 1 to <paramref name="largest"/>, written as a JSON number (in whatever way, such as 1000.0) or as digits of any of
    /// the kinds that people type.
    /// </summary>
    public static bool TryRead(JsonElement element, long largest, out long number)
    {
        number = 0;
        return element.ValueKind switch
        {
            JsonValueKind.Number => TryReadWhole(element, out number) && number > 0 && number <= largest,
            JsonValueKind.String => TryRead(TextOf(element), largest, out number),
            _ => false,
        };
    }

    /// <summary>Reads a required field; 0, and a fault added, where it is none.</summary>
    public static long Read(JsonElement parent, string field, long largest, FieldErrors errors)
    {
        if (!parent.TryGetProperty(field, out var element) || element.ValueKind == JsonValueKind.Null)
        {
            errors.Add(field, Texts.Required);
            return 0;
        }

        if (TryRead(element, largest, out var number))
        {
            return number;
        }

        errors.Add(field, Texts.NumberBetween, 1, largest);
        return 0;
    }

    /// <summary>Reads a query parameter; null where it is missing, and, with a fault added, where it is no such number.</summary>
    public static long? Read(HttpRequest request, string parameter, long largest, FieldErrors errors)
    {
        var text = request.Query[parameter].ToString();
        if (text.Length == 0)
        {
            return null;
        }

        if (TryRead(text, largest, out var number))
        {
            return number;
        }

        errors.Add(parameter, Texts.NumberBetween, 1, largest);
        return null;
    }

    private static bool TryReadWhole(JsonElement element, out long number)
    {
        if (element.TryGetInt64(out number))
        {
            return true;
        }

        var isWhole = element.TryGetDecimal(out var exact) && exact == decimal.Truncate(exact) && Math.Abs(exact) <= LargestAmount;
        number = isWhole ? (long)exact : 0;
        return isWhole;
    }

    private static bool TryRead(string text, long largest, out long number)
    {
        number = 0;
        var digits = Digits.ToAscii(text.Trim());
        return Digits.AreAll(digits, 1, 12)
            && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && number > 0 && number <= largest;
    }

    private static string TextOf(JsonElement element)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate.
            return "";
        }
    }
}
