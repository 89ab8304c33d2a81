namespace Baloan.Functions.Http.Requests;

/// <summary>The one-time password that a customer got by SMS.</summary>
public static class Otp
{
    private const string Field = "otp";

    /// <summary>Reads the required field of a body; null, and a fault added, where it is none.</summary>
    public static string? Read(JsonBody body, FieldErrors errors)
    {
        var text = JsonBody.Text(body.Root, Field, errors);
        if (string.IsNullOrEmpty(text) && !errors.Has(Field))
        {
            errors.Add(Field, Texts.Required);
        }

        return errors.Has(Field) ? null : Read(text!, errors);
    }

    /// <summary>Reads an OTP in any of the digits that people type; null, and a fault added, where it is none.</summary>
    public static string? Read(string text, FieldErrors errors)
    {
        var digits = Digits.Typed(text);
        if (Digits.AreAll(digits, 4, 10))
        {
            return digits;
        }

        errors.Add(Field, Texts.Otp);
        return null;
    }
}
