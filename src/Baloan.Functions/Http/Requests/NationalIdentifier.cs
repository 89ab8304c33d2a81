using Microsoft.AspNetCore.Http;

namespace Baloan.Functions.Http.Requests;

/// <summary>The national identifier of a customer.</summary>
/// <remarks>
/// 10 or 11 digits and no checksum: the samples of Baloan's own documents do not obey the national one, and one has 11 digits.
/// </remarks>
public static class NationalIdentifier
{
    private const string Field = "national_identifier";

    /// <summary>Reads the required field of a body; null, and a fault added, where it is none.</summary>
    public static string? Read(JsonBody body, FieldErrors errors)
    {
        var text = JsonBody.Text(body.Root, Field, errors);
        return errors.Has(Field) ? null : Read(text, errors);
    }

    /// <summary>Reads a query parameter; null where it is missing, and, with a fault added, where it is none.</summary>
    public static string? Read(HttpRequest request, string parameter, FieldErrors errors)
    {
        var text = request.Query[parameter].ToString();
        return text.Length == 0 ? null : Read(text, parameter, errors);
    }

    /// <summary>Reads an identifier in any of the digits that people type; null, and a fault added, where it is none.</summary>
    public static string? Read(string? text, FieldErrors errors) => Read(text, Field, errors);

    private static string? Read(string? text, string field, FieldErrors errors)
    {
        if (string.IsNullOrEmpty(text))
        {
            errors.Add(field, Texts.Required);
            return null;
        }

        var digits = Digits.Typed(text);
        if (Digits.AreAll(digits, 10, 11))
        {
            return digits;
        }

        errors.Add(field, Texts.NationalIdentifier);
        return null;
    }
}
