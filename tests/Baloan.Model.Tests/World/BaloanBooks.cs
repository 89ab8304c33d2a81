using System.Globalization;

namespace Baloan.Model.Tests.World;

/// <summary>
/// Baloan's books. It carries out whatever reaches it, however often: nothing but the app itself keeps money from being moved twice.
/// </summary>
internal sealed class BaloanBooks
{
    private readonly Dictionary<string, long> credits = [];
    private int tokens;

    /// <summary>What a customer has at first.</summary>
    public const long FirstCredit = 10_000_000;

    /// <summary>How long after the end of a connection Baloan still carries out what had arrived; null for never.</summary>
    public TimeSpan? Lateness { get; set; }

    /// <summary>Told of each settlement that moves money, with its proof (OTP or transaction token), code, customer and total.</summary>
    public Action<string, string, string, long>? Moved { get; set; }

    /// <summary>Told of each OTP that is used up.</summary>
    public Action<string>? Validated { get; set; }

    /// <summary>Told of each call that arrives.</summary>
    public Action<string>? Reached { get; set; }

    public string NewToken() =>
        $"{{\"refresh\":\"r\",\"access\":\"access-{(++tokens).ToString(CultureInfo.InvariantCulture)}\"}}";

    public long CreditOf(string customer) => credits.GetValueOrDefault(customer, FirstCredit);

    public void Spend(string customer, long amount) => credits[customer] = CreditOf(customer) - amount;

    public void Arrived(string operation, string body) => Reached?.Invoke(operation);

    /// <summary>Carries out a call.</summary>
    /// <returns>2 or 4 for yes or no, and the body of the answer.</returns>
    public string CarryOut(string operation, string body)
    {
        switch (operation)
        {
            case "check-credit":
                var asked = Between(body, "\"national_identifier\":\"", "\"");
                return Yes($"{{\"national_identifier\":\"{asked}\",\"user_credit\":{CreditOf(asked)}}}");
            case "validate-credit-otp":
                var otp = Between(body, "\"otp\":\"", "\"");
                Validated?.Invoke(otp);
                return Yes($"{{\"token\":\"token-{otp}\"}}");
            default:
                var customer = Field(body, "national_identifier");
                var total = long.Parse(Between(body, "\"total\":", "}"), CultureInfo.InvariantCulture);
                if (CreditOf(customer) < total)
                {
                    return "4{\"status\":\"error\",\"message\":\"Not enough.\",\"message_code\":\"loan_amount_exceed_user_credit\",\"data\":{}}";
                }

                Spend(customer, total);
                Moved?.Invoke(Field(body, "token"), Between(body, "\"code\":\"", "\""), customer, total);
                return Yes($"{{\"user_credit\":{CreditOf(customer)}}}");
        }
    }

    private static string Yes(string data) => $"2{{\"status\":\"ok\",\"message\":\"\",\"message_code\":\"\",\"data\":{data}}}";

    private static string Field(string multipart, string name) => Between(multipart[multipart.IndexOf($"name=\"{name}\"", StringComparison.Ordinal)..], "\r\n\r\n", "\r\n");

    private static string Between(string text, string before, string after)
    {
        var start = text.IndexOf(before, StringComparison.Ordinal) + before.Length;
        return text[start..text.IndexOf(after, start, StringComparison.Ordinal)];
    }
}
