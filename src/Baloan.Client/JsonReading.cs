using System.Globalization;
using System.Text.Json;

namespace Baloan.Client;

/// <summary>Reads what may be missing, or of another kind than the documents say.</summary>
internal static class JsonReading
{
    /// <summary>Whether it comes from JSON that cannot be read. A half surrogate pair shows itself only when its text is taken.</summary>
    public static bool IsBadJson(Exception exception) => exception is JsonException or InvalidOperationException;

    public static bool Has(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out _);

    /// <summary>A field's text; null where it is missing, empty or no text.</summary>
    public static string? Text(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
                ? text
                : null;

    /// <summary>A field's whole number, written as a number or as a text (also <c>"40000000.00"</c>).</summary>
    public static long? WholeNumber(this JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out var value))
        {
            return null;
        }

        var text = value.ValueKind switch
        {
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.String => value.GetString(),
            _ => null,
        };
        return decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && decimal.IsInteger(number) && number is >= long.MinValue and <= long.MaxValue
                ? (long)number
                : null;
    }
}
