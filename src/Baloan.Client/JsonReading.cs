using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Baloan.Client;

/// <summary>Reads what may be missing, or of another kind than the documents say.</summary>
internal static partial class JsonReading
{
    /// <summary>Whether it comes from JSON that cannot be read. A half surrogate pair shows itself only when its text is taken.</summary>
    public static bool IsBadJson(Exception exception) => exception is JsonException or InvalidOperationException;

    public static bool Has(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out _);

    /// <summary>A field's value, where it is an object and has the field.</summary>
    public static bool TryField(this JsonElement element, string name, out JsonElement value)
    {
        value = default;
        return element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out value);
    }

    /// <summary>A field's text; null where it is missing, empty or no text.</summary>
    public static string? Text(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object
        && element.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
        && value.GetString() is { Length: > 0 } text
            ? text
            : null;

    /// <summary>
    /// The JSON with U+FFFD for each half surrogate pair, for an answer that is handed on whole: whoever reads or writes it
    /// should not fail over one broken character in a name.
    /// </summary>
    public static string Repaired(string json) => Escape().Replace(json, match => match.Groups["half"].Success ? @"\ufffd" : match.Value);

    /// <summary>
    /// Whether it looks like the merchant gateway's <c>{status, message, message_code, data}</c>, though the documents of the
    /// operation show none. A loan with a status of its own does not.
    /// </summary>
    public static bool IsEnvelope(this JsonElement element) =>
        element.Has("message_code")
        || (
            element.Text("status") is not null
            && !element.Has("uuid")
            && (element.Has("message") || element.Has("data") || element.GetPropertyCount() == 1)
        );

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
        return
            decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && decimal.IsInteger(number)
            && number is >= long.MinValue and <= long.MaxValue
            ? (long)number
            : null;
    }

    // Every escape is taken, so that the backslash of one is not mistaken for the beginning of the next.
    [GeneratedRegex(
        @"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Escape();
}
