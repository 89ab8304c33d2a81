using System.Net;
using System.Text.Json;
using static Baloan.Client.Tests.ClientFixture;
using static Baloan.Client.Tests.Servers.ScriptedBaloan;

namespace Baloan.Client.Tests;

/// <summary>What an answer to a settlement proves. The other calls that act are judged alike.</summary>
public sealed class AnswerRuleTests
{
    private const string Html = "<!DOCTYPE html><html><body><h1>Blocked</h1></body></html>";
    private const string Refusal = """{"status":"error","message":"No.","message_code":"no","data":{}}""";

    private static readonly string[] Refusals =
    [
        Refusal,
        """{"status":"error","message":"No.","message_code":"","data":null}""",
        """{"message_code":"no"}""",
        """{"detail":"No."}""",
        """{"detail":"No.","code":"no"}""",
        """{"detail":["No.","Never."]}""",
        """{"otp":["Wrong."]}""",
        """{"otp":"Wrong."}""",
        """{"bill":{"total":["Too high."]},"code":"invalid"}""",
        """{"otp":[{"message":"Wrong.","code":"no"}]}""",
        """{"non_field_errors":["No."]}""",
        """["No."]""",
        "\"No.\"",
        "\uFEFF\"No.\"",
        """{"code":"duplicate_request","message":"No."}""",
        """{"error":"duplicate_request"}""",
    ];

    private static readonly string[] NoWordOfBaloan =
    [
        "",
        " ",
        Html,
        "duplicate_request",
        "No.",
        "{",
        "{}",
        "[]",
        "[1]",
        "null",
        "true",
        "400",
        "\"\"",
        """{"message":"Bad Request"}""",
        """{"message":["Bad Request"]}""",
        """{"error":"Bad Request","status":400}""",
        """{"errors":["Bad Request"]}""",
        """{"code":400,"message":"Bad Request"}""",
        """{"type":"about:blank","title":"Bad Request","status":400,"detail":"Malformed."}""",
        """{"fault":{"faultstring":"No.","detail":{"errorcode":"x"}}}""",
        """{"success":false,"errors":["x"]}""",
        """{"status":"error","message":"No."}""",
        """{"status":"ok","message":"No.","message_code":"no","data":{}}""",
        """{"status":"error","status":"ok","message_code":"no"}""",
        """{"detail":""}""",
        """{"otp":[]}""",
        """{"anything":"Wrong."}""",
    ];

    public static TheoryData<string> Nos => [.. Refusals];

    public static TheoryData<string> NoWords => [.. NoWordOfBaloan];

    [Theory]
    [MemberData(nameof(Nos))]
    public async Task Baloan_s_own_400_is_a_no(string body)
    {
        await using var baloan = await StartAsync(Answer(400, body));
        using var fixture = new ClientFixture(baloan.Address);

        var failure = await fixture.FailAsync("settle");

        failure.Failure.ShouldBe(BaloanFailure.Rejected);
        failure.OutcomeKnown.ShouldBeTrue();
        baloan.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(NoWords))]
    public async Task What_Baloan_does_not_write_is_no_answer_with_any_status(string body)
    {
        int[] statuses = [400, 401, 403, 404, 409, 413, 429, 499, 500, 502, 503, 504];
        await using var baloan = await StartAsync([.. statuses.Select(status => Answer(status, body, "text/html", ("Retry-After", "1")))]);
        using var fixture = new ClientFixture(baloan.Address);

        foreach (var status in statuses)
        {
            ShouldBeUnknown(await fixture.FailAsync("settle"), status);
        }

        baloan.Requests.Count.ShouldBe(statuses.Length);
        fixture.Refused.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Nos))]
    public async Task Baloan_s_no_with_another_status_is_none(string body)
    {
        int[] statuses = [200, 201, 202, 403, 404, 405, 409, 413, 422, 499, 500, 502, 503, 504];
        await using var baloan = await StartAsync([.. statuses.Select(status => Answer(status, body))]);
        using var fixture = new ClientFixture(baloan.Address);

        foreach (var status in statuses)
        {
            ShouldBeUnknown(await fixture.FailAsync("settle"), status);
        }

        baloan.Requests.Count.ShouldBe(statuses.Length);
    }

    [Theory]
    [InlineData(TokenNotValid)]
    [InlineData("""{"detail":"No."}""")]
    [InlineData(Refusal)]
    public async Task A_401_and_a_429_of_the_framework_took_no_effect(string body)
    {
        await using var baloan = await StartAsync(Answer(401, body), Answer(429, body), Data("""{"user_credit":7}"""));
        using var fixture = new ClientFixture(baloan.Address);

        var receipt = await fixture.V2.SettleAsync(Settlement(), Language.English, Stop);

        receipt.Sendings.Select(sending => sending.Answer).ShouldBe(["unauthorized 401", "throttled 429", "yes 200"]);
    }

    [Theory]
    [InlineData("\"No.\"")]
    [InlineData("""["No."]""")]
    [InlineData("""{"otp":["No."]}""")]
    [InlineData("""{"code":"throttled_otp_code"}""")]
    [InlineData("""{"status":"ok","message":"","message_code":"","data":{}}""")]
    public async Task Errors_of_fields_are_no_401_and_no_429(string body)
    {
        await using var baloan = await StartAsync(Answer(401, body), Answer(429, body), Good());
        using var fixture = new ClientFixture(baloan.Address);

        ShouldBeUnknown(await fixture.FailAsync("settle"), 401);
        ShouldBeUnknown(await fixture.FailAsync("settle"), 429);

        baloan.Requests.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("""{"status":"ok","message":"","message_code":"","data":{"user_credit":7}}""")]
    [InlineData("""{"status":"OK","message":null,"message_code":null,"data":{"user_credit":"7.00"}}""")]
    [InlineData("""{"status":"ok","data":{"user_credit":7},"more":1}""")]
    [InlineData("""{"status":"ok","message_code":"ok","data":{"user_credit":7}}""")]
    public async Task A_yes_is_a_200_that_says_ok_and_what_is_left(string body)
    {
        await using var baloan = await StartAsync(Answer(200, body));
        using var fixture = new ClientFixture(baloan.Address);

        (await fixture.V2.SettleAsync(Settlement(), Language.English, Stop)).UserCredit.ShouldBe(7);
    }

    [Theory]
    [InlineData(200, """{"status":"success","message":"","message_code":"","data":{"user_credit":7}}""")]
    [InlineData(200, """{"status":"pending","message":"","message_code":"","data":{"user_credit":7}}""")]
    [InlineData(200, """{"status":"accepted","message":"","message_code":"","data":{"user_credit":7}}""")]
    [InlineData(200, """{"status":"error","message":"","message_code":"","data":{"user_credit":7}}""")]
    [InlineData(200, """{"status":"ok","message":"","message_code":"duplicate_request","data":{"user_credit":7}}""")]
    [InlineData(200, """{"status":"ok","message":"","message_code":4001,"data":{"user_credit":7}}""")]
    [InlineData(200, """{"status":"ok","status":"error","message_code":"","data":{"user_credit":7}}""")]
    [InlineData(200, """{"status":"ok","message":"","message_code":"","data":{}}""")]
    [InlineData(200, """{"status":"ok","message":"","message_code":"","data":null}""")]
    [InlineData(200, """{"status":"ok"}""")]
    [InlineData(200, """{"user_credit":7}""")]
    [InlineData(200, Html)]
    [InlineData(200, "")]
    [InlineData(201, """{"status":"ok","message":"","message_code":"","data":{"user_credit":7}}""")]
    [InlineData(202, """{"status":"ok","message":"","message_code":"","data":{"user_credit":7}}""")]
    [InlineData(203, """{"status":"ok","message":"","message_code":"","data":{"user_credit":7}}""")]
    [InlineData(204, "")]
    public async Task All_else_that_comes_with_success_is_unknown(int status, string body)
    {
        await using var baloan = await StartAsync(Answer(status, body));
        using var fixture = new ClientFixture(baloan.Address);

        ShouldBeUnknown(await fixture.FailAsync("settle"), status);

        baloan.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_bare_ok_is_no_yes_of_version_1()
    {
        await using var baloan = await StartAsync(Answer(200, """{"status":"ok"}"""));
        using var fixture = new ClientFixture(baloan.Address);

        ShouldBeUnknown(await Should.ThrowAsync<BaloanException>(() => fixture.V1.SettleAsync(Settlement(), Language.English, Stop)), 200);
    }

    [Theory]
    [InlineData(400, Refusal, Verdict.Refused)]
    [InlineData(403, Refusal, Verdict.Refused)]
    [InlineData(400, Html, Verdict.Refused)]
    [InlineData(404, Html, Verdict.NotFound)]
    [InlineData(401, Html, Verdict.Unauthorized)]
    [InlineData(429, Html, Verdict.Throttled)]
    [InlineData(503, Html, Verdict.Unavailable)]
    [InlineData(502, Html, Verdict.Unknown)]
    [InlineData(302, Html, Verdict.Unknown)]
    [InlineData(200, Html, Verdict.Unknown)]
    [InlineData(200, Refusal, Verdict.Refused)]
    [InlineData(200, Ok, Verdict.Yes)]
    public void A_read_takes_every_answer_at_its_word(int status, string body, object verdict) =>
        AnswerRules.Judge(Operation.CheckCredit, (HttpStatusCode)status, body, _ => true).Verdict.ShouldBe((Verdict)verdict);

    [Theory]
    [InlineData(true, Verdict.Yes)]
    [InlineData(false, Verdict.Unknown)]
    public void A_yes_needs_what_it_carries(bool readable, object verdict)
    {
        JsonElement seen = default;

        var judgement = AnswerRules.Judge(
            Operation.ValidateOtp,
            HttpStatusCode.OK,
            """{"status":"ok","data":{"token":"t"}}""",
            data =>
            {
                seen = data;
                return readable;
            }
        );

        judgement.Verdict.ShouldBe((Verdict)verdict);
        seen.GetRawText().ShouldBe("""{"token":"t"}""");
    }

    private static void ShouldBeUnknown(BaloanException failure, int status)
    {
        failure.Failure.ShouldBe(BaloanFailure.NoAnswer);
        failure.Code.ShouldBe("outcome_unknown");
        failure.OutcomeKnown.ShouldBeFalse();
        failure.CanRepeat.ShouldBeFalse();
        failure.Status.ShouldBe((HttpStatusCode)status);
        failure.Sendings[^1].Answer.ShouldBe($"unknown {status}");
    }
}
