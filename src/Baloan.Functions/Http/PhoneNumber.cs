namespace Baloan.Functions.Http;

/// <summary>A customer's phone number.</summary>
public static class PhoneNumber
{
    private const string Field = "phone_number";

    /// <summary>
    /// Reads the required field of a body, in any of the digits that people type; null, and a fault added, where it is none. 10 to 14
    /// digits, with or without a plus sign: which numbers it takes is Baloan's to say.
    /// </summary>
    public static string? Read(JsonBody body, FieldErrors errors)
    {
        var text = JsonBody.Text(body.Root, Field, errors);
        if (errors.Has(Field))
        {
            return null;
        }

        if (string.IsNullOrEmpty(text))
        {
            errors.Add(Field, Texts.Required);
            return null;
        }

        var number = Digits.ToAscii(text.Trim());
        if (Digits.AreAll(number.StartsWith('+') ? number[1..] : number, 10, 14))
        {
            return number;
        }

        errors.Add(Field, Texts.PhoneNumber);
        return null;
    }
}
