using System.Text.Json.Nodes;
using Baloan.Functions.Tests.Fixtures;

namespace Baloan.Functions.Tests.RealClients;

/// <summary>Totals as shops' programs write them, in Toman and in what they take for it.</summary>
public sealed class TotalTests(StorageAccounts storage) : ApiTests(storage)
{
    [Theory]
    [InlineData("\"500000.00\"")]
    [InlineData("\"500000.0\"")]
    [InlineData("\"500000.000000\"")]
    [InlineData("\"۵۰۰۰۰۰٫۰۰\"")]
    [InlineData("\"\\u200e500000\\u200f\"")]
    [InlineData("500000.000000000000000000000000000000000000000000")]
    [InlineData("5.00000e5")]
    [InlineData("5000000000e-4")]
    [InlineData("\"500000 تومان\"")]
    [InlineData("\"500000 IRT\"")]
    public async Task A_whole_total_is_taken_however_a_program_writes_it(string total)
    {
        var answer = await SettleAsync($$"""{"total":{{total}}}""");

        answer.Status.ShouldBe(202, answer.Text);
        answer.Json["total"]!.GetValue<long>().ShouldBe(500_000);
    }

    [Theory]
    [InlineData("999.99999999999999999999999999999999999999")]
    [InlineData("1000.00000000000000000000000000000000000001")]
    [InlineData("\"999.99\"")]
    [InlineData("\"500000.5\"")]
    [InlineData("0e7")]
    [InlineData("1e-400")]
    [InlineData("1e99999999999")]
    [InlineData("\"1e3\"")]
    // Five hundred, or five hundred thousand: where a point groups thousands nobody can tell.
    [InlineData("\"500.000\"")]
    [InlineData("\"1.500.000\"")]
    public async Task A_total_that_is_not_whole_or_not_certain_is_refused_and_not_rounded(string total) =>
        (await SettleAsync($$"""{"total":{{total}}}""")).ShouldBeProblem(400, "invalid_request", "data.bill.total");

    [Theory]
    [InlineData("\"total\":500000,\"currency\":\"IRT\"")]
    [InlineData("\"total\":500000,\"currency\":\"irt\"")]
    [InlineData("\"total\":500000,\"currency\":\"toman\"")]
    [InlineData("\"total\":500000,\"currency\":\"تومان\"")]
    [InlineData("\"total\":500000,\"currency\":null")]
    [InlineData("\"total\":500000,\"currency\":\"\"")]
    public async Task Toman_may_be_said_aloud(string bill) => (await SettleAsync($"{{{bill}}}")).Status.ShouldBe(202);

    [Theory]
    [InlineData("\"total\":5000000,\"currency\":\"IRR\"", "data.bill.currency")]
    [InlineData("\"total\":5000000,\"currency\":\"irr\"", "data.bill.currency")]
    [InlineData("\"total\":5000000,\"currency\":\"rial\"", "data.bill.currency")]
    [InlineData("\"total\":5000000,\"currency\":\"Rials\"", "data.bill.currency")]
    [InlineData("\"total\":5000000,\"currency\":\"ریال\"", "data.bill.currency")]
    [InlineData("\"total\":5000000,\"currency\":\"ريال\\u200f\"", "data.bill.currency")]
    [InlineData("\"total\":\"5000000 ریال\"", "data.bill.total")]
    [InlineData("\"total\":\"IRR 5000000\"", "data.bill.total")]
    public async Task Rial_is_refused_with_the_sum_in_Toman(string bill, string field)
    {
        var text = (await SettleAsync($"{{{bill}}}")).ShouldBeProblem(400, "invalid_request", field).Json["errors"]![field]![
            0
        ]!.GetValue<string>();

        text.ShouldContain("500000 Toman");
        text.ShouldContain("5000000 Rial");
    }

    [Theory]
    [InlineData("\"USD\"")]
    [InlineData("\"IRHT\"")]
    [InlineData("7")]
    public async Task Another_currency_is_refused(string currency) =>
        (await SettleAsync($$"""{"total":500,"currency":{{currency}}}""")).ShouldBeProblem(400, "invalid_request", "data.bill.currency");

    [Fact(Explicit = true)]
    public async Task More_than_is_believed_of_one_settlement_is_refused_with_the_question_whether_it_is_Rial()
    {
        (await SettleAsync("""{"total":1000000000}""")).Status.ShouldBe(202);

        var text = (await SettleAsync("""{"total":1000000010}""")).ShouldBeProblem(400, "invalid_request", "data.bill.total").Json[
            "errors"
        ]!["data.bill.total"]![0]!.GetValue<string>();

        text.ShouldContain("Rial?");
        text.ShouldContain("100000001 Toman");
        text.ShouldContain("Settlements__LargestTotal");
        await using var app = await RunningApp.StartAsync(
            Baloan,
            NewStorage(),
            settings: new KeyValuePair<string, string?>("Settlements__LargestTotal", "2000000000")
        );
        using var api = app.NewClient();
        var form = new SettlementForm { Total = 2_000_000_000, Otp = "99999" };
        (await api.SettleAsync(form)).Status.ShouldBe(202);
        (await api.SettleAsync(form with { Total = 2_000_000_001 })).ShouldBeProblem(400, "invalid_request", "data.bill.total");
    }

    private Task<ApiAnswer> SettleAsync(string bill)
    {
        // An OTP that nobody was sent: nothing moves.
        var form = new SettlementForm { Otp = "99999" };
        return Api.SettleAsync(form with { Data = $$"""{"code":"{{form.Code}}","bill":{{bill}}}""" });
    }
}
