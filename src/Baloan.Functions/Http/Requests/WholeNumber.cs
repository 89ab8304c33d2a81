using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Baloan.Functions.Http.Requests;

/// <summary>Positive whole numbers: amounts in Toman, months, ids.</summary>
public static partial class WholeNumber
{
    /// <summary>The largest amount: far above any credit, and far below where arithmetic ends. Toman.</summary>
    public const long LargestAmount = 999_999_999_999;

    /// <summary>
    /// Reads a number from 1 to <paramref name="largest"/>, written as a JSON number (in whatever way, such as 1000.0) or as digits of
    /// any of
    /// the kinds that people type. Nothing is rounded.
    /// </summary>
    public static bool TryRead(JsonElement element, long largest, out long number)
    {
        number = 0;
        return element.ValueKind switch
        {
            JsonValueKind.Number => TryReadExact(element.GetRawText(), out number) && number <= largest,
            JsonValueKind.String => TryReadTyped(TextOf(element), largest, out number),
            _ => false,
        };
    }

    /// <summary>Reads digits as people and programs write them, a fraction of zeros included.</summary>
    /// <remarks>
    /// One to three digits and three zeros after a point are not read: where a point groups thousands, 500.000 is five hundred thousand.
    /// </remarks>
    public static bool TryReadTyped(string text, long largest, out long number)
    {
        number = 0;
        var typed = Digits.Typed(text).Replace('٫', '.');
        return Written().IsMatch(typed) && TryReadExact(typed, out number) && number <= largest;
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

        if (TryReadTyped(text, largest, out var number))
        {
            return number;
        }

        errors.Add(parameter, Texts.NumberBetween, 1, largest);
        return null;
    }

    /// <summary>Reads a JSON number digit by digit: the types that .NET has for fractions would round 999.999… to 1000.</summary>
    private static bool TryReadExact(string text, out long number)
    {
        number = 0;
        var e = text.AsSpan().IndexOfAny('e', 'E');
        var mantissa = e < 0 ? text : text[..e];
        var exponent = 0;
        if (e >= 0 && !int.TryParse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent))
        {
            return false;
        }

        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var fraction = (point < 0 ? 0L : mantissa.Length - point - 1) - exponent;
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal).TrimStart('0');
        var length = digits.Length - fraction;
        if (digits.Length == 0 || length is < 1 or > 12 || digits.AsSpan((int)Math.Min(length, digits.Length)).ContainsAnyExcept('0'))
        {
            return false;
        }

        digits = digits.Length > length ? digits[..(int)length] : digits.PadRight((int)length, '0');
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>The text of a JSON string; empty where it is no text, for a lone surrogate.</summary>
    public static string TextOf(JsonElement element)
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

    [GeneratedRegex(@"^(?![0-9]{1,3}\.000$)[0-9]{1,12}(?:\.0{1,12})?$", RegexOptions.CultureInvariant)]
    private static partial Regex Written();
}
