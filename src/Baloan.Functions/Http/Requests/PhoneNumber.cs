using System.Text.RegularExpressions;

namespace Baloan.Functions.Http.Requests;

/// <summary>A customer's phone number.</summary>
public static partial class PhoneNumber
{
    private const string Field = "phone_number";

    /// <summary>
    /// Reads the required field of a body, in any of the digits that people type; null, and a fault added, where it is none. An Iranian
    /// mobile
    /// number is read in whatever way it is written (+98…, 0098…, 98…, 9…, in groups) and given as 09…; any other as its 10 to 14 digits,
    /// with
    /// or without a plus sign: which numbers it takes is Baloan's to say.
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

        var number = Separators().Replace(Digits.Typed(text), "");
        if (Mobile().Match(number) is { Success: true } mobile)
        {
            return $"0{mobile.Groups[1].Value}";
        }

        if (Digits.AreAll(number.StartsWith('+') ? number[1..] : number, 10, 14))
        {
            return number;
        }

        errors.Add(Field, Texts.PhoneNumber);
        return null;
    }

    [GeneratedRegex(@"[\s().\-\u2010-\u2015\u2212]", RegexOptions.CultureInvariant)]
    private static partial Regex Separators();

    [GeneratedRegex(@"^(?:(?:\+|00)?98)?0?(9[0-9]{9})$", RegexOptions.CultureInvariant)]
    private static partial Regex Mobile();
}
