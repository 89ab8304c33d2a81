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

    /// <summary>Reads an identifier in any of the digits that people type; null, and a fault added, where it is none.</summary>
    public static string? Read(string? text, FieldErrors errors)
    {
        if (string.IsNullOrEmpty(text))
        {
            errors.Add(Field, Texts.Required);
            return null;
        }

        var digits = Digits.Typed(text);
        if (Digits.AreAll(digits, 10, 11))
        {
            return digits;
        }

        errors.Add(Field, Texts.NationalIdentifier);
        return null;
    }
}
