namespace Baloan.Functions.Http;

/// <summary>The one-time password that a customer got by SMS.</summary>
public static class Otp
{
    /// <summary>Reads an OTP in any of the digits that people type; null, and a fault added, where it is none.</summary>
    public static string? Read(string text, FieldErrors errors)
    {
        var digits = Digits.ToAscii(text.Trim());
        if (Digits.AreAll(digits, 4, 10))
        {
            return digits;
        }

        errors.Add("otp", Texts.Otp);
        return null;
    }
}
