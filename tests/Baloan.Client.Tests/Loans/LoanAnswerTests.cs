using System.Net;
using System.Text.Json;
using static Baloan.Client.Tests.ClientFixture;
using static Baloan.Client.Tests.Servers.ScriptedBaloan;

namespace Baloan.Client.Tests.Loans;

/// <summary>What is taken for an answer of the partnership gateway, and what is not.</summary>
public sealed class LoanAnswerTests
{
    private const string Html = "<!DOCTYPE html><html><body><h1>Welcome</h1></body></html>";
    private const string Uuid = "a71b93c4-b1a9-4868-9cb2-310757422af1";

    private static readonly string[] Undocumented = ["send_contract_otp", "sign_contract", "cancel_loan"];

    [Theory]
    [InlineData(200, "")]
    [InlineData(200, " \r\n")]
    [InlineData(201, "")]
    [InlineData(201, "{}")]
    [InlineData(204, "")]
    [InlineData(200, "null")]
    [InlineData(200, "[]")]
    [InlineData(200, "true")]
    [InlineData(200, "\"OTP sent.\"")]
    [InlineData(200, """{"detail":"کد ارسال شد."}""")]
    [InlineData(200, """{"message":"OTP sent."}""")]
    [InlineData(200, """{"detail":"\ud800"}""")]
    [InlineData(200, """{"status":"ok"}""")]
    [InlineData(200, """{"status":"OK","message":"","message_code":"","data":{}}""")]
    [InlineData(200, """{"uuid":"a71b93c4-b1a9-4868-9cb2-310757422af1","state":"canceled","reason":"duplicate_request"}""")]
    [InlineData(200, """{"contract_pdf_file":{"uuid":"u","file":"f"},"is_agreed_by_user":true}""")]
    public async Task An_undocumented_answer_is_a_yes_where_it_is_no_refusal(int status, string body)
    {
        await using var baloan = await StartAsync(Answer(status, body));
        using var fixture = new ClientFixture(baloan.Address);

        foreach (var operation in Undocumented)
        {
            await fixture.RunAsync(operation);
        }

        baloan.Requests.Count.ShouldBe(3);
    }

    [Theory]
    [InlineData("""{"status":"canceled"}""")]
    [InlineData("""{"status":"canceld"}""")]
    [InlineData("""{"uuid":"a71b93c4-b1a9-4868-9cb2-310757422af1","status":"canceled","message":"Bye."}""")]
    public async Task A_cancel_may_be_answered_with_the_state_of_the_loan(string body)
    {
        await using var baloan = await StartAsync(Answer(200, body));
        using var fixture = new ClientFixture(baloan.Address);

        await fixture.RunAsync("cancel_loan");
        ShouldBeUnknown(await fixture.FailAsync("sign_contract"), 200);
    }

    [Theory]
    [InlineData(202, "{}")]
    [InlineData(203, "{}")]
    [InlineData(200, """{"status":"success","message":"OTP sent."}""")]
    [InlineData(200, """{"status":"pending"}""")]
    [InlineData(200, """{"status":"accepted","message":"It will be done."}""")]
    [InlineData(200, """{"status":"ok","message":"","message_code":"no_request_to_verify","data":{}}""")]
    [InlineData(200, """{"success":false}""")]
    [InlineData(200, """{"error":"upstream"}""")]
    [InlineData(200, """{"detail":"a","detail":"b"}""")]
    public async Task An_undocumented_answer_that_says_something_else_is_unknown(int status, string body)
    {
        await using var baloan = await StartAsync(Answer(status, body));
        using var fixture = new ClientFixture(baloan.Address);

        foreach (var operation in Undocumented)
        {
            ShouldBeUnknown(await fixture.FailAsync(operation), status);
        }
    }

    [Fact]
    public async Task A_loan_that_is_in_another_state_was_not_canceled_for_sure()
    {
        await using var baloan = await StartAsync(Answer(200, $$"""{"uuid":"{{Uuid}}","state":"send_loan_to_bank"}"""));
        using var fixture = new ClientFixture(baloan.Address);

        ShouldBeUnknown(await fixture.FailAsync("cancel_loan"), 200);
    }

    [Theory]
    [InlineData(202, $$"""{"uuid":"{{Uuid}}"}""")]
    [InlineData(200, $$"""{"uuid":"{{Uuid}}","status":"pending"}""")]
    [InlineData(200, $$"""{"uuid":"{{Uuid}}","errors":["no"]}""")]
    [InlineData(200, $$"""{"status":"ok","message":"","message_code":"duplicate_request","data":{"uuid":"{{Uuid}}"} }""")]
    public async Task A_loan_whose_answer_says_two_things_is_unknown(int status, string body)
    {
        await using var baloan = await StartAsync(Answer(status, body));
        using var fixture = new ClientFixture(baloan.Address);

        ShouldBeUnknown(await fixture.FailAsync("open_loan"), status);
    }

    [Theory]
    [InlineData("""{"status":"error","message":"No.","message_code":"no","data":{}}""", "no")]
    [InlineData("""{"status":"error","message":"No."}""", "baloan_rejected")]
    [InlineData("""{"status":"failed"}""", "baloan_rejected")]
    [InlineData("""{"status":"error","message":"","message_code":"already_agreed_by_user"}""", "already_agreed_by_user")]
    [InlineData("""{"detail":"No.","code":"any_code"}""", "any_code")]
    [InlineData("""{"detail":"not_allowed_in_state"}""", "not_allowed_in_state")]
    [InlineData("""{"code":"not_allowed_in_state"}""", "not_allowed_in_state")]
    [InlineData("""{"otp":["incorrect_otp_code"]}""", "incorrect_otp_code")]
    [InlineData("""{"non_field_errors":["No."]}""", "baloan_rejected")]
    [InlineData("\"incorrect_otp_code\"", "incorrect_otp_code")]
    public async Task A_refusal_that_comes_with_success_is_one_and_unknown_where_it_acts(string body, string code)
    {
        await using var baloan = await StartAsync(Answer(200, body));
        using var fixture = new ClientFixture(baloan.Address);

        foreach (var operation in Undocumented.Append("open_loan"))
        {
            ShouldBeUnknown(await fixture.FailAsync(operation), 200);
        }

        foreach (var operation in new[] { "get_contract", "loan_policies" })
        {
            var failure = await fixture.FailAsync(operation);
            failure.Failure.ShouldBe(BaloanFailure.Rejected, operation);
            failure.Code.ShouldBe(code);
            failure.Status.ShouldBe(HttpStatusCode.OK);
            failure.OutcomeKnown.ShouldBeTrue();
            failure.CanRepeat.ShouldBeFalse();
        }
    }

    [Theory]
    [InlineData(200, Html)]
    [InlineData(200, "OK")]
    [InlineData(200, "{")]
    [InlineData(200, """{"status":"o""")]
    [InlineData(200, """{"message_code":""}""")]
    [InlineData(200, """{"status":"\ud800","message":"x"}""")]
    [InlineData(301, "")]
    [InlineData(302, Html)]
    [InlineData(304, "")]
    [InlineData(307, "")]
    [InlineData(308, "{}")]
    public async Task What_is_no_answer_leaves_what_acts_unknown(int status, string body)
    {
        await using var baloan = await StartAsync(Answer(status, body, "application/json", ("Location", "/elsewhere")));
        using var fixture = new ClientFixture(baloan.Address);

        foreach (var operation in Undocumented.Append("open_loan"))
        {
            ShouldBeUnknown(await fixture.FailAsync(operation), status);
        }

        foreach (var operation in new[] { "get_contract", "loan_policies" })
        {
            ShouldBeUnread(await fixture.FailAsync(operation), status);
        }

        baloan.Requests.Count.ShouldBe(6);
        baloan.Requests.ShouldAllBe(request => request.Target != "/elsewhere");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"uuid":null}""")]
    [InlineData("""{"uuid":7}""")]
    [InlineData("""{"uuid":"loan-1"}""")]
    [InlineData("""{"uuid":"\ud800"}""")]
    [InlineData("""{"detail":"Opened."}""")]
    [InlineData("""["a71b93c4-b1a9-4868-9cb2-310757422af1"]""")]
    [InlineData("""{"status":"ok","message":"","message_code":"","data":{}}""")]
    public async Task A_loan_without_a_uuid_is_unknown(string body)
    {
        await using var baloan = await StartAsync(Answer(200, body));
        using var fixture = new ClientFixture(baloan.Address);

        ShouldBeUnknown(await fixture.FailAsync("open_loan"), 200);

        baloan.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData($$"""{"uuid":"{{Uuid}}"}""")]
    [InlineData($$"""{"uuid":"A71B93C4-B1A9-4868-9CB2-310757422AF1","amount":"10000000.00","plan_detail":null,"new":[1]}""")]
    [InlineData($$"""{"uuid":"{{Uuid}}","code":"x","detail":"y","status":"created","message":"Opened."}""")]
    public async Task A_loan_needs_nothing_but_its_uuid(string body)
    {
        await using var baloan = await StartAsync(Answer(200, body));
        using var fixture = new ClientFixture(baloan.Address);

        var loan = await fixture.Partnership.OpenLoanAsync(LoanFile(), Language.English, Stop);

        loan.Uuid.ShouldBe(Loan);
        loan.Answer.GetRawText().ShouldBe(body);
    }

    [Fact]
    public async Task An_envelope_that_nobody_announced_is_taken_off()
    {
        await using var baloan = await StartAsync(Data($$"""{"uuid":"{{Uuid}}"}"""), Data("[1]"), Data("""{"is_agreed_by_user":true}"""));
        using var fixture = new ClientFixture(baloan.Address);

        (await fixture.Partnership.OpenLoanAsync(LoanFile(), Language.English, Stop)).Uuid.ShouldBe(Loan);
        (await fixture.Partnership.GetLoanPoliciesAsync(Language.English, Stop)).GetRawText().ShouldBe("[1]");
        (await fixture.Partnership.GetContractAsync(Loan, Language.English, Stop)).GetRawText().ShouldBe("""{"is_agreed_by_user":true}""");
    }

    [Theory]
    [InlineData("loan_policies", "")]
    [InlineData("loan_policies", "{}")]
    [InlineData("loan_policies", "null")]
    [InlineData("loan_policies", "\"x\"")]
    [InlineData("loan_policies", """{"status":"ok","message":"","message_code":"","data":{}}""")]
    [InlineData("get_contract", "")]
    [InlineData("get_contract", "[]")]
    [InlineData("get_contract", "null")]
    [InlineData("get_contract", """{"status":"ok","message":"","message_code":"","data":[]}""")]
    public async Task What_is_of_another_kind_is_no_answer(string operation, string body)
    {
        await using var baloan = await StartAsync(Answer(200, body));
        using var fixture = new ClientFixture(baloan.Address);

        ShouldBeUnread(await fixture.FailAsync(operation), 200);

        baloan.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("""\ud800""", "\ufffd")]
    [InlineData("""\udfff x""", "\ufffd x")]
    [InlineData("""\uD83D\uDE00""", "\U0001f600")]
    [InlineData("""\ud83d\ud83d\ude00\ude00""", "\ufffd\U0001f600\ufffd")]
    [InlineData("""\\ud800""", "\\ud800")]
    [InlineData("""\\\ud800\n""", "\\\ufffd\n")]
    [InlineData("""\u06f1""", "۱")]
    public async Task A_text_of_half_characters_can_be_read_and_written(string written, string text)
    {
        await using var baloan = await StartAsync(
            Answer(200, $$"""{"uuid":"{{Uuid}}","name":"{{written}}","{{written}}":1}"""),
            Answer(200, $$"""[{"title_fa":"{{written}}"}]"""),
            Answer(200, $$"""{"name":"{{written}}"}""")
        );
        using var fixture = new ClientFixture(baloan.Address);

        var loan = (await fixture.Partnership.OpenLoanAsync(LoanFile(), Language.English, Stop)).Answer;
        var policies = await fixture.Partnership.GetLoanPoliciesAsync(Language.English, Stop);
        var contract = await fixture.Partnership.GetContractAsync(Loan, Language.English, Stop);

        loan.GetProperty("name").GetString().ShouldBe(text);
        loan.EnumerateObject().Last().Name.ShouldBe(text);
        policies[0].GetProperty("title_fa").GetString().ShouldBe(text);
        contract.GetProperty("name").GetString().ShouldBe(text);
        JsonSerializer
            .Serialize(
                new
                {
                    loan,
                    policies,
                    contract,
                }
            )
            .ShouldNotBeEmpty();
    }

    private static void ShouldBeUnknown(BaloanException failure, int status)
    {
        failure.Failure.ShouldBe(BaloanFailure.NoAnswer);
        failure.Code.ShouldBe("outcome_unknown");
        failure.Status.ShouldBe((HttpStatusCode)status);
        failure.OutcomeKnown.ShouldBeFalse();
        failure.CanRepeat.ShouldBeFalse();
    }

    private static void ShouldBeUnread(BaloanException failure, int status)
    {
        failure.Failure.ShouldBe(BaloanFailure.NoAnswer);
        failure.Code.ShouldBe("baloan_timeout");
        failure.Status.ShouldBe((HttpStatusCode)status);
        failure.OutcomeKnown.ShouldBeTrue();
        failure.CanRepeat.ShouldBeTrue();
    }
}
