using System.Text.Json.Nodes;
using Baloan.Sandbox;

namespace Baloan.EndToEnd.Tests;

/// <summary>Each magic number of the sandbox, on each call that a settlement makes: how it ends, and what the books say.</summary>
public sealed class MagicSettlementTests(OnDemand<MagicSettlementTests.Settlements> settlements)
    : LongTests<MagicSettlementTests.Settlements>(settlements),
        IClassFixture<OnDemand<MagicSettlementTests.Settlements>>
{
    public static TheoryData<int> Codes => [.. MagicNumbers.All.Select(number => number.Code)];

    [Theory(Explicit = true)]
    [MemberData(nameof(Codes))]
    public async Task A_settlement_whose_sending_goes_wrong_ends_as_the_contract_says(int code)
    {
        var (number, order, settlement) = await Fixture.EndAsync(Operation.Settle, code);
        var expected = MagicOutcome.Of(number, Operation.Settle);

        // A duplicate of what has just moved the money is refused: the credit tells.
        if (expected.IsUnknown || number.Fault == Fault.RefusedAfterEffect)
        {
            var moved = number.Fault.Effect != Effect.None;
            ShouldEndAs(settlement, moved ? "settled" : "failed", moved ? null : "not_settled");
            settlement["inferred"]!.GetValue<bool>().ShouldBeTrue("the credit said so");
        }
        else
        {
            ShouldEndAs(settlement, expected);
            settlement["inferred"]!.GetValue<bool>().ShouldBeFalse();
        }

        Fixture.BooksOf(number).ShouldAgreeWith(order, settlement);
    }

    [Theory(Explicit = true)]
    [MemberData(nameof(Codes))]
    public async Task A_settlement_whose_OTP_validation_goes_wrong_ends_as_the_contract_says(int code)
    {
        var (number, order, settlement) = await Fixture.EndAsync(Operation.ValidateOtp, code);
        var expected = MagicOutcome.Of(number, Operation.ValidateOtp);

        if (expected.IsUnknown)
        {
            ShouldEndAs(settlement, "failed", "otp_outcome_unknown");
        }
        else
        {
            ShouldEndAs(settlement, expected);
        }

        Fixture.BooksOf(number).ShouldAgreeWith(order, settlement);
    }

    [Theory(Explicit = true)]
    [MemberData(nameof(Codes))]
    public async Task A_settlement_whose_credit_check_goes_wrong_ends_as_the_contract_says(int code)
    {
        var (number, order, settlement) = await Fixture.EndAsync(Operation.CheckCredit, code);
        var expected = MagicOutcome.Of(number, Operation.CheckCredit);

        if (expected.IsUnknown)
        {
            settlement.Text("status").ShouldBe("failed");
            // So many cut connections may open the circuit, and then it is the circuit that the last round met.
            settlement.ErrorCode().ShouldBeOneOf("baloan_timeout", "baloan_unavailable");
        }
        else if (expected.IsRefusal && !MagicOutcome.IsBaloansWord(number))
        {
            ShouldEndAs(settlement, "failed", "baloan_timeout");
        }
        else
        {
            ShouldEndAs(settlement, expected);
        }

        Fixture.BooksOf(number).ShouldAgreeWith(order, settlement);
    }

    private static void ShouldEndAs(JsonObject settlement, MagicOutcome expected) =>
        ShouldEndAs(
            settlement,
            expected.Code is null ? "settled"
                : expected.IsRefusal ? "rejected"
                : "failed",
            expected.Code
        );

    private static void ShouldEndAs(JsonObject settlement, string status, string? error)
    {
        settlement.Text("status").ShouldBe(status, settlement.ToJsonString());
        settlement.ErrorCode().ShouldBe(error);
    }

    /// <summary>All the settlements, posted side by side: the longest of them are tried for two minutes.</summary>
    public sealed class Settlements : PatientFixture
    {
        private const int PostedAtOnce = 8;

        private static readonly TimeSpan Limit = TimeSpan.FromMinutes(6);

        private readonly Dictionary<(Operation, int), (MagicNumber Number, Order Order)> orders = [];

        // Each 401 takes the access token from all calls under way, and these get a 401 in every round.
        private readonly PatientFixture refused = new();

        // So many cut connections open the circuit, and then the calls beside them meet the circuit and not Baloan.
        private readonly PatientFixture unanswered = new();

        public override async ValueTask InitializeAsync()
        {
            await Task.WhenAll(base.InitializeAsync().AsTask(), refused.InitializeAsync().AsTask(), unanswered.InitializeAsync().AsTask());
            foreach (var number in MagicNumbers.All)
            {
                orders.Add((Operation.Settle, number.Code), (number, Order.New(number.Total)));
                foreach (var operation in new[] { Operation.CheckCredit, Operation.ValidateOtp })
                {
                    orders.Add((operation, number.Code), (number, new Order(number.NationalIdentifier(operation), 1_000_000)));
                }
            }

            var sideBySide = new ParallelOptions { MaxDegreeOfParallelism = PostedAtOnce, CancellationToken = Cancel };
            await Parallel.ForEachAsync(
                orders.Values,
                sideBySide,
                async (entry, _) => await FixtureOf(entry.Number).App.SendOtpAsync(entry.Order.Customer)
            );
            await Parallel.ForEachAsync(
                orders.Values,
                sideBySide,
                async (entry, _) => (await FixtureOf(entry.Number).App.PostSettlementAsync(entry.Order)).ShouldBe(202)
            );
        }

        public override async ValueTask DisposeAsync()
        {
            await refused.DisposeAsync();
            await unanswered.DisposeAsync();
            await base.DisposeAsync();
            GC.SuppressFinalize(this);
        }

        public async Task<(MagicNumber Number, Order Order, JsonObject Settlement)> EndAsync(Operation operation, int code)
        {
            var (number, order) = orders[(operation, code)];
            return (number, order, await FixtureOf(number).App.EndOfAsync(order, Limit));
        }

        public Books BooksOf(MagicNumber number) => FixtureOf(number).Books;

        private OneAppFixture FixtureOf(MagicNumber number) =>
            number.Once ? this
            : number.Fault == Fault.Unauthorized ? refused
            : number.Fault.Meaning.StartsWith("503", StringComparison.Ordinal) || MagicOutcome.Of(number, Operation.CheckCredit).IsUnknown
                ? unanswered
            : this;
    }

    /// <summary>Waits longer than the sandbox's late effect takes, and long enough for its slow answer.</summary>
    public class PatientFixture : OneAppFixture
    {
        protected override Dictionary<string, string?> Settings => new() { ["Settlements__VerifyAfter"] = "00:00:45" };
    }
}
