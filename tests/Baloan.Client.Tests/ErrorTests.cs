using System.Net;
using Baloan.Client.Tests.Servers;
using static Baloan.Client.Tests.Servers.ScriptedBaloan;

namespace Baloan.Client.Tests;

/// <summary>What a failed call says, for each shape of body and each status.</summary>
public sealed class ErrorTests
{
    private const string Html = "<!DOCTYPE html><html><body><h1>Bad Gateway</h1></body></html>";

    public static TheoryData<string, string, string?, string?> Shapes =>
        new()
        {
            // body, content type, code, text
            {
                """{"status":"error","message":"اعتبار کافی نیست.","message_code":"credit_not_enough","data":{}}""",
                "application/json",
                "credit_not_enough",
                "اعتبار کافی نیست."
            },
            { """{"status":"error","message":"No.","message_code":4001,"data":null}""", "application/json", "4001", "No." },
            {
                """{"status":"error","message":"","message_code":"","data":{"amount":["Too low."],"national_identifier":"0012345678"}}""",
                "application/json",
                null,
                "amount: Too low."
            },
            {
                """{"status":"error","message":{"otp":["Wrong."]},"message_code":"invalid"}""",
                "application/json",
                "invalid",
                "otp: Wrong."
            },
            { """{"message":"No.","code":"duplicate_request"}""", "application/json", "duplicate_request", "No." },
            { """{"message_code":"only_a_code"}""", "application/json", "only_a_code", null },
            { """{"detail":"Not now.","code":"not_allowed_in_state"}""", "application/json", "not_allowed_in_state", "Not now." },
            { """{"detail":"Not now."}""", "application/json", null, "Not now." },
            { """{"detail":["Not now.","Nor later."]}""", "application/json", null, "Not now. Nor later." },
            {
                """{"detail":"Bad token","code":"token_not_valid","messages":[{"token_class":"AccessToken"}]}""",
                "application/json",
                "token_not_valid",
                "Bad token"
            },
            {
                """{"amount":["A valid integer is required."],"code":["This field is required."]}""",
                "application/json",
                null,
                "amount: A valid integer is required. code: This field is required."
            },
            {
                """{"bill":{"total":["Too high.","Really."]},"code":"invalid"}""",
                "application/json",
                "invalid",
                "bill.total: Too high. Really."
            },
            { """{"amount":"Too low."}""", "application/json", null, "amount: Too low." },
            { """{"non_field_errors":["Wrong OTP."],"otp":["Expired."]}""", "application/json", null, "Wrong OTP." },
            { "\"Wrong OTP.\"", "application/json", null, "Wrong OTP." },
            { """["Wrong OTP.","Try again."]""", "application/json", null, "Wrong OTP. Try again." },
            { "Wrong OTP.", "text/plain", null, "Wrong OTP." },
            { "\uFEFF{\"detail\":\"With a mark.\"}", "application/json", null, "With a mark." },
            { """{"detail":"<h1>Not found</h1>","code":"x"}""", "application/json", "x", null },
            { """{"detail":"","code":"a code with blanks"}""", "application/json", null, null },
            { """{"detail":"line\u0000one\r\nline two"}""", "application/json", null, "line one line two" },
            { """{"detail":"\ud800"}""", "application/json", null, null },
            { """{"detail":"cut off""", "application/json", null, null },
            { Html, "text/html", null, null },
            { Html, "application/json", null, null },
            { """{"<script>":["x"]}""", "application/json", null, null },
            { "", "text/plain", null, null },
            { "null", "application/json", null, null },
            { "42", "application/json", null, null },
            { "{}", "application/json", null, null },
            { "[[[{\"a\":[]}]]]", "application/json", null, null },
        };

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task A_refusal_of_a_read_is_read_whatever_its_shape(string body, string contentType, string? code, string? text)
    {
        await using var baloan = await StartAsync([
            .. new[] { 400, 403, 404, 401, 401 }.Select(status => Answer(status, body, contentType)),
        ]);
        using var fixture = new ClientFixture(baloan.Address);

        foreach (var status in new[] { HttpStatusCode.BadRequest, HttpStatusCode.Forbidden })
        {
            var refused = await fixture.FailAsync("check_credit");
            ShouldBe(refused, BaloanFailure.Rejected, code ?? "baloan_rejected", status, canRepeat: false, known: true);
            ShouldSay(refused, text);
        }

        var missing = await fixture.FailAsync("check_credit");
        ShouldBe(missing, BaloanFailure.NotFound, "not_found", HttpStatusCode.NotFound, canRepeat: false, known: true);
        ShouldSay(missing, text);

        var unauthorized = await fixture.FailAsync("check_credit");
        ShouldBe(
            unauthorized,
            BaloanFailure.Unauthorized,
            "baloan_unauthorized",
            HttpStatusCode.Unauthorized,
            canRepeat: false,
            known: true
        );
        ShouldSay(unauthorized, text);
        baloan.Requests.Count.ShouldBe(5);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task A_wish_to_wait_is_read_whatever_its_shape(string body, string contentType, string? code, string? text)
    {
        _ = code;
        await using var baloan = await StartAsync([
            .. new[] { 429, 503 }.Select(status => Answer(status, body, contentType, ("Retry-After", "60"))),
        ]);
        using var fixture = new ClientFixture(baloan.Address);

        var throttled = await fixture.FailAsync("check_credit");
        ShouldBe(throttled, BaloanFailure.Throttled, "baloan_throttled", HttpStatusCode.TooManyRequests, canRepeat: true, known: true);
        ShouldSay(throttled, text);

        var unavailable = await fixture.FailAsync("check_credit");
        ShouldBe(
            unavailable,
            BaloanFailure.Unavailable,
            "baloan_unavailable",
            HttpStatusCode.ServiceUnavailable,
            canRepeat: true,
            known: true
        );
        ShouldSay(unavailable, text);
    }

    [Theory]
    [InlineData("""{"status":"error","message":"No credit.","message_code":"no_credit","data":{}}""", "no_credit", "No credit.")]
    [InlineData("""{"status":"failed"}""", "baloan_rejected", null)]
    public async Task A_200_that_does_not_say_ok_is_a_refusal_and_unknown_where_it_acts(string body, string code, string? text)
    {
        await using var baloan = await StartAsync(Answer(200, body));
        using var fixture = new ClientFixture(baloan.Address);

        foreach (var operation in new[] { "check_credit", "upload", "loan_policies", "get_contract" })
        {
            var refused = await fixture.FailAsync(operation);
            ShouldBe(refused, BaloanFailure.Rejected, code, HttpStatusCode.OK, canRepeat: false, known: true);
            ShouldSay(refused, text);
        }

        foreach (
            var operation in new[]
            {
                "send_otp",
                "validate_otp",
                "settle",
                "open_loan",
                "send_contract_otp",
                "sign_contract",
                "cancel_loan",
            }
        )
        {
            ShouldBe(
                await fixture.FailAsync(operation),
                BaloanFailure.NoAnswer,
                "outcome_unknown",
                HttpStatusCode.OK,
                canRepeat: false,
                known: false
            );
        }

        baloan.Requests.Count.ShouldBe(11);
    }

    [Theory]
    [InlineData(200, """{"status":"error","message":"No.","message_code":"no"}""")]
    [InlineData(400, """{"non_field_errors":["No."]}""")]
    [InlineData(404, "")]
    public async Task A_refused_token_call_is_never_taken_for_the_refusal_of_what_needed_the_token(int status, string body)
    {
        await using var baloan = await StartAsync(Answer(status, body));
        using var fixture = new ClientFixture(baloan.Address);
        fixture.BeforeToken = _ => fixture.RunAsync("merchant_token");

        foreach (var operation in new[] { "merchant_token", "settle" })
        {
            var failure = await fixture.FailAsync(operation);
            ShouldBe(failure, BaloanFailure.Unauthorized, "baloan_unauthorized", (HttpStatusCode)status, canRepeat: false, known: true);
        }
    }

    [Theory]
    [InlineData(200, "")]
    [InlineData(200, Html)]
    [InlineData(200, "{")]
    [InlineData(200, "[]")]
    [InlineData(200, "\"ok\"")]
    [InlineData(200, """{"data":{"user_credit":5,"token":"t"}}""")]
    [InlineData(200, """{"status":7}""")]
    [InlineData(200, """{"status":"\ud800"}""")]
    [InlineData(200, """{"detail":"Not now."}""")]
    [InlineData(204, "")]
    [InlineData(301, "")]
    [InlineData(302, Html)]
    [InlineData(304, "")]
    [InlineData(307, "")]
    [InlineData(308, "")]
    public async Task What_is_no_answer_is_not_asked_for_again_and_unknown_where_it_acts(int status, string body)
    {
        await using var baloan = await StartAsync(Answer(status, body, "application/json", ("Location", "/elsewhere")));
        using var fixture = new ClientFixture(baloan.Address);

        foreach (var operation in new[] { "send_otp", "validate_otp", "settle" })
        {
            ShouldBe(
                await fixture.FailAsync(operation),
                BaloanFailure.NoAnswer,
                "outcome_unknown",
                (HttpStatusCode)status,
                canRepeat: false,
                known: false
            );
        }

        foreach (var operation in new[] { "check_credit", "upload", "merchant_token" })
        {
            ShouldBe(
                await fixture.FailAsync(operation),
                BaloanFailure.NoAnswer,
                "baloan_timeout",
                (HttpStatusCode)status,
                canRepeat: true,
                known: true
            );
        }

        baloan.Requests.Count.ShouldBe(6);
        baloan.Requests.ShouldAllBe(request => request.Method == "POST" && request.Target != "/elsewhere");
    }

    [Fact]
    public async Task A_redirect_points_at_the_base_address()
    {
        await using var baloan = await StartAsync(Answer(301, "", "text/html", ("Location", "https://api.baloan.ir/")));
        using var fixture = new ClientFixture(baloan.Address);

        (await fixture.FailAsync("check_credit")).Message.ShouldContain("check the base address");
    }

    [Theory]
    [InlineData("validate_otp", "{}")]
    [InlineData("validate_otp", """{"token":""}""")]
    public async Task A_missing_token_leaves_the_outcome_unknown(string operation, string data)
    {
        await using var baloan = await StartAsync(Data(data));
        using var fixture = new ClientFixture(baloan.Address);

        ShouldBe(
            await fixture.FailAsync(operation),
            BaloanFailure.NoAnswer,
            "outcome_unknown",
            HttpStatusCode.OK,
            canRepeat: false,
            known: false
        );
    }

    [Theory]
    [InlineData("check_credit", "{}")]
    [InlineData("check_credit", """{"amount":5}""")]
    [InlineData("check_credit", """{"user_credit":"a lot"}""")]
    [InlineData("check_credit", """{"user_credit":0.5}""")]
    [InlineData("check_credit", """{"user_credit":1e30}""")]
    [InlineData("upload", """{"uuid":"u"}""")]
    public async Task A_read_whose_answer_lacks_the_essential_has_no_answer(string operation, string data)
    {
        await using var baloan = await StartAsync(Data(data));
        using var fixture = new ClientFixture(baloan.Address);

        ShouldBe(
            await fixture.FailAsync(operation),
            BaloanFailure.NoAnswer,
            "baloan_timeout",
            HttpStatusCode.OK,
            canRepeat: true,
            known: true
        );
    }

    [Fact]
    public async Task Field_errors_come_by_field()
    {
        await using var baloan = await StartAsync(
            Answer(400, """{"non_field_errors":["No."],"bill":{"total":["Too high.","Really."]},"otp":["Expired."]}""")
        );
        using var fixture = new ClientFixture(baloan.Address);

        var fields = (await fixture.FailAsync("settle")).FieldErrors.ShouldNotBeNull();

        fields.Keys.ShouldBe(["bill.total", "otp"], ignoreOrder: true);
        fields["bill.total"].ShouldBe(["Too high.", "Really."]);
        fields["otp"].ShouldBe(["Expired."]);
    }

    [Fact]
    public async Task A_long_text_is_shortened()
    {
        await using var baloan = await StartAsync(Answer(400, $$"""{"detail":"{{new string('x', 100_000)}}"}"""));
        using var fixture = new ClientFixture(baloan.Address);

        (await fixture.FailAsync("settle")).Message.Length.ShouldBeLessThan(600);
    }

    private static void ShouldBe(
        BaloanException failure,
        BaloanFailure kind,
        string code,
        HttpStatusCode status,
        bool canRepeat,
        bool known
    )
    {
        failure.Failure.ShouldBe(kind);
        failure.Code.ShouldBe(code);
        failure.Status.ShouldBe(status);
        failure.CanRepeat.ShouldBe(canRepeat);
        failure.OutcomeKnown.ShouldBe(known);
    }

    private static void ShouldSay(BaloanException failure, string? text)
    {
        failure.IsBaloanText.ShouldBe(text is not null);
        if (text is not null)
        {
            failure.Message.ShouldBe(text);
        }

        failure.Message.ShouldNotContain("<");
        failure.Message.ShouldNotBeEmpty();
    }
}
