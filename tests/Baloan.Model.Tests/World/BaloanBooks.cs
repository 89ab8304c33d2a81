using System.Globalization;

namespace Baloan.Model.Tests.World;

/// <summary>
/// Baloan's books. It carries out whatever reaches it, however often: nothing but the app itself keeps money from being moved twice.
/// </summary>
internal sealed class BaloanBooks(WorldClock clock)
{
    private readonly Dictionary<string, long> credits = [];
    private readonly List<(DateTimeOffset At, string Customer, long Before)> changes = [];
    private int tokens;
    private int loans;

    /// <summary>What a customer has at first.</summary>
    public const long FirstCredit = 10_000_000;

    /// <summary>How long after the end of a connection Baloan still carries out what had arrived; null for never.</summary>
    public TimeSpan? Lateness { get; set; }

    /// <summary>How old the credit is that a credit check answers.</summary>
    public TimeSpan Lag { get; set; }

    /// <summary>Told of each call that Baloan itself answered with yes, and whose answer got back.</summary>
    public Action<string, string>? Confirmed { get; set; }

    /// <summary>Told of each call that Baloan itself refused.</summary>
    public Action<string, string>? Denied { get; set; }

    /// <summary>Told of each settlement that something in front has sent on a second time, with its customer and total.</summary>
    public Action<string, long>? MovedAgain { get; set; }

    /// <summary>The credit that the app has seen before it sent a settlement, by its code.</summary>
    public Func<string, long?>? CreditBefore { get; set; }

    /// <summary>Told of each settlement that moves money, with its proof (OTP or transaction token), code, customer and total.</summary>
    public Action<string, string, string, long>? Moved { get; set; }

    /// <summary>Told of each loan that is opened: its uuid, customer and amount.</summary>
    public Action<string, string, long>? Opened { get; set; }

    /// <summary>Told of each OTP that is used up.</summary>
    public Action<string>? Validated { get; set; }

    /// <summary>Told of each call that arrives.</summary>
    public Action<string>? Reached { get; set; }

    public string NewToken() => $"{{\"refresh\":\"r\",\"access\":\"access-{(++tokens).ToString(CultureInfo.InvariantCulture)}\"}}";

    public long CreditOf(string customer) => credits.GetValueOrDefault(customer, FirstCredit);

    public void Spend(string customer, long amount)
    {
        changes.Add((clock.Now, customer, CreditOf(customer)));
        credits[customer] = CreditOf(customer) - amount;
    }

    /// <summary>The customer whom a call is about.</summary>
    public static string CustomerIn(string body) =>
        body.StartsWith('{') ? Between(body, "\"national_identifier\":\"", "\"") : Field(body, "national_identifier");

    /// <summary>The proof that a settlement carries.</summary>
    public static string ProofIn(string body) => Field(body, "token");

    /// <summary>The data of an answer in which the credit is still that from before the call.</summary>
    public string DataOfBefore(string operation, string body)
    {
        var customer = CustomerIn(body);
        var credit = operation == "settle-confirm" ? CreditBefore?.Invoke(Between(body, "\"code\":\"", "\"")) : null;
        return $"{{\"national_identifier\":\"{customer}\",\"user_credit\":{credit ?? CreditOf(customer)}}}";
    }

    /// <summary>What comes of a call that something in front has sent on a second time.</summary>
    /// <returns>The answer that the second got.</returns>
    public string CarryOutAgain(string operation, string body, string first)
    {
        if (operation != "settle-confirm" || first[0] != '2')
        {
            return first;
        }

        var (customer, total) = (Field(body, "national_identifier"), TotalIn(body));
        if (CreditOf(customer) < total)
        {
            return first;
        }

        Spend(customer, total);
        MovedAgain?.Invoke(customer, total);
        return Yes($"{{\"user_credit\":{CreditOf(customer)}}}");
    }

    public void Arrived(string operation, string body) => Reached?.Invoke(operation);

    /// <summary>Carries out a call.</summary>
    /// <returns>2 or 4 for yes or no, and the body of the answer.</returns>
    public string CarryOut(string operation, string body)
    {
        switch (operation)
        {
            case "check-credit":
                var asked = Between(body, "\"national_identifier\":\"", "\"");
                return Yes($"{{\"national_identifier\":\"{asked}\",\"user_credit\":{CreditToTell(asked)}}}");
            case "loan":
                var borrower = Between(body, "\"national_identifier\":\"", "\"");
                var amount = long.Parse(Between(body, "\"amount\":", ","), CultureInfo.InvariantCulture);
                var uuid = $"{++loans:D8}-0000-4000-8000-000000000000";
                Opened?.Invoke(uuid, borrower, amount);
                return $"2{{\"national_identifier\":\"{borrower}\",\"amount\":{amount},\"uuid\":\"{uuid}\",\"plan_detail\":{{}}}}";
            case "validate-credit-otp":
                var otp = Between(body, "\"otp\":\"", "\"");
                Validated?.Invoke(otp);
                return Yes($"{{\"token\":\"token-{otp}\"}}");
            default:
                var customer = Field(body, "national_identifier");
                var total = TotalIn(body);
                if (CreditOf(customer) < total)
                {
                    return "4{\"status\":\"error\",\"message\":\"Not "
                        + "enough.\",\"message_code\":\"loan_amount_exceed_user_credit\",\"data\":{}}";
                }

                Spend(customer, total);
                Moved?.Invoke(Field(body, "token"), Between(body, "\"code\":\"", "\""), customer, total);
                return Yes($"{{\"user_credit\":{CreditOf(customer)}}}");
        }
    }

    private static long TotalIn(string body) => long.Parse(Between(body, "\"total\":", "}"), CultureInfo.InvariantCulture);

    private long CreditToTell(string customer)
    {
        var since = clock.Now - Lag;
        var unseen = Lag > TimeSpan.Zero ? changes.FindIndex(change => change.Customer == customer && change.At > since) : -1;
        return unseen < 0 ? CreditOf(customer) : changes[unseen].Before;
    }

    private static string Yes(string data) => $"2{{\"status\":\"ok\",\"message\":\"\",\"message_code\":\"\",\"data\":{data}}}";

    private static string Field(string multipart, string name) =>
        Between(multipart[multipart.IndexOf($"name=\"{name}\"", StringComparison.Ordinal)..], "\r\n\r\n", "\r\n");

    private static string Between(string text, string before, string after)
    {
        var start = text.IndexOf(before, StringComparison.Ordinal) + before.Length;
        return text[start..text.IndexOf(after, start, StringComparison.Ordinal)];
    }
}
