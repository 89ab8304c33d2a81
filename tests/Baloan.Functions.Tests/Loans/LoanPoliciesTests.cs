using System.Text.Json;
using Baloan.Core.Loans;

namespace Baloan.Functions.Tests.Loans;

public sealed class LoanPoliciesTests
{
    private const string Rest = """ "stores":[{"id":1},{"id":"2"}],"possible_loan_dues":[12,"24"] """;

    /// <summary>A range in million Toman, an amount in Toman, and whether it fits.</summary>
    [Theory]
    [InlineData("""{"lower":10,"upper":30,"bounds":"[)"}""", 9_999_999, false)]
    [InlineData("""{"lower":10,"upper":30,"bounds":"[)"}""", 10_000_000, true)]
    [InlineData("""{"lower":10,"upper":30,"bounds":"[)"}""", 29_999_999, true)]
    [InlineData("""{"lower":10,"upper":30,"bounds":"[)"}""", 30_000_000, false)]
    [InlineData("""{"lower":10,"upper":30,"bounds":"(]"}""", 10_000_000, false)]
    [InlineData("""{"lower":10,"upper":30,"bounds":"(]"}""", 10_000_001, true)]
    [InlineData("""{"lower":10,"upper":30,"bounds":"(]"}""", 30_000_000, true)]
    [InlineData("""{"lower":10,"upper":30,"bounds":"(]"}""", 30_000_001, false)]
    [InlineData("""{"lower":10,"upper":30,"bounds":"[]"}""", 30_000_000, true)]
    [InlineData("""{"lower":10,"upper":30,"bounds":"()"}""", 10_000_000, false)]
    [InlineData("""{"lower":10,"upper":30,"bounds":"()"}""", 30_000_000, false)]
    [InlineData("""{"lower":10,"upper":30}""", 30_000_000, false)]
    [InlineData("""{"lower":10,"upper":30,"bounds":null}""", 10_000_000, true)]
    [InlineData("""{"lower":"10","upper":"30.0","bounds":"[)"}""", 10_000_000, true)]
    [InlineData("""{"lower":"10","upper":"30.0","bounds":"[)"}""", 30_000_000, false)]
    [InlineData("""{"lower":0.5,"upper":1.5,"bounds":"[)"}""", 500_000, true)]
    [InlineData("""{"lower":0.5,"upper":1.5,"bounds":"[)"}""", 499_999, false)]
    [InlineData("""{"lower":0.5,"upper":1.5,"bounds":"[)"}""", 1_500_000, false)]
    [InlineData("""{"lower":10,"upper":null,"bounds":"[)"}""", 999_999_999_999, true)]
    [InlineData("""{"lower":null,"upper":30,"bounds":"[)"}""", 1, true)]
    [InlineData("""{"lower":10}""", 10_000_000, false)]
    [InlineData("""{"upper":30}""", 10_000_000, false)]
    [InlineData("""{"lower":"ten","upper":30}""", 10_000_000, false)]
    [InlineData("""[10,30]""", 10_000_000, false)]
    [InlineData("""10""", 10_000_000, false)]
    [InlineData("""null""", 10_000_000, false)]
    public void An_amount_in_Toman_is_held_against_bounds_in_million_Toman(string range, long toman, bool fits)
    {
        var policy = Policy($$"""{"amount":{{range}},{{Rest}}}""");

        LoanPolicies.Fits(policy, toman, null, null).ShouldBe(fits);
        LoanPolicies.Fits(policy, null, 12, 1).ShouldBeTrue();
    }

    [Theory]
    [InlineData(12, 1, true)]
    [InlineData(24, 2, true)]
    [InlineData(6, 1, false)]
    [InlineData(12, 3, false)]
    [InlineData(120, null, false)]
    [InlineData(null, null, true)]
    public void Dues_and_stores_are_found_in_their_lists_also_as_texts(int? due, int? store, bool fits) =>
        LoanPolicies.Fits(Policy($$"""{"amount":{"lower":10,"upper":30},{{Rest}}}"""), null, due, store).ShouldBe(fits);

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"stores":null,"possible_loan_dues":null,"amount":null}""")]
    [InlineData("""{"stores":{"id":1},"possible_loan_dues":12,"amount":"10"}""")]
    [InlineData("""{"stores":[1,null,"1",[]],"possible_loan_dues":[null,[12],{}],"amount":{}}""")]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("[]")]
    public void What_a_policy_does_not_say_it_does_not_fit(string policy)
    {
        LoanPolicies.Fits(Policy(policy), 10_000_000, null, null).ShouldBeFalse();
        LoanPolicies.Fits(Policy(policy), null, 12, null).ShouldBeFalse();
        LoanPolicies.Fits(Policy(policy), null, null, 1).ShouldBeFalse();
        LoanPolicies.Fits(Policy(policy), null, null, null).ShouldBeTrue();
    }

    private static JsonElement Policy(string json) => JsonElement.Parse(json);
}
