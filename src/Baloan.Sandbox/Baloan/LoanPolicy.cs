using System.Text.Json.Nodes;

namespace Baloan.Sandbox;

/// <summary>A policy of loans, for some stores.</summary>
/// <param name="Stores">The stores: id and Persian name.</param>
/// <param name="Lower">The least amount, in million Toman.</param>
/// <param name="Upper">The amount, in million Toman, that is no longer lent: the bounds are half-open.</param>
/// <param name="Dues">Over how many months a loan may be paid back.</param>
/// <param name="Rate">The bank's interest in percent a year.</param>
internal sealed record LoanPolicy((long Id, string Name)[] Stores, long Lower, long Upper, int[] Dues, int Rate)
{
    private const long Million = 1_000_000;
    private const double Surcharge = 1.13;

    /// <summary>All policies. The first is the document's sample.</summary>
    public static IReadOnlyList<LoanPolicy> All { get; } =
    [
        new([(1, "فروشگاه اول"), (2, "فروشگاه دوم")], 10, 30, [12], 22),
        new([(2, "فروشگاه دوم"), (3, "فروشگاه سوم")], 30, 80, [12, 24, 36], 20),
        new([(4, "فروشگاه چهارم")], 5, 20, [6, 9], 18),
    ];

    /// <summary>The policy under which a loan may be given; null where none allows it.</summary>
    public static LoanPolicy? For(long amount, long due, long store) =>
        All.FirstOrDefault(policy =>
            policy.Stores.Any(known => known.Id == store)
            && policy.Dues.Any(known => known == due)
            && amount >= policy.Lower * Million
            && amount < policy.Upper * Million
        );

    public JsonObject ToJson() =>
        new()
        {
            ["stores"] = new JsonArray([
                .. Stores.Select(store => new JsonObject
                {
                    ["id"] = store.Id,
                    ["title_fa"] = store.Name,
                    ["logo"] = $"https://store-{store.Id}.logo.sample",
                }),
            ]),
            ["amount"] = new JsonObject
            {
                ["lower"] = Lower,
                ["upper"] = Upper,
                ["bounds"] = "[)",
            },
            ["possible_loan_dues"] = new JsonArray([.. Dues.Select(due => JsonValue.Create(due))]),
            ["bank_effected_interest_rate"] = Rate,
            ["installment_formula"] = "(amount+(amount*bank_effected_interest_rate)/100)/loan_due",
        };

    /// <summary>What is paid back, in Toman.</summary>
    /// <remarks>
    /// The document's sample does not follow the document's formula. It does follow an annuity with 13 % on top, both amounts
    /// rounded down on their own, so that twelve installments are a few Toman less than the total.
    /// </remarks>
    public JsonObject Plan(long amount, long due)
    {
        var rate = Rate / 1200d;
        var installment = amount * rate / (1 - Math.Pow(1 + rate, -due)) * Surcharge;
        return new() { ["monthly_installment_amount"] = (long)installment, ["total_payback"] = (long)(installment * due) };
    }
}
