using System.Text.Json.Nodes;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;

namespace Baloan.Functions.Tests.Http;

public sealed class MerchantRoutesTests(StorageAccounts storage) : ApiTests(storage)
{
    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    public async Task A_credit_check_answers_alike_for_both_versions(string version)
    {
        var customer = Given.Customer();
        Baloan.Books.SetCredit(customer, 7_654_321);

        var answer = await (version == "v1" ? FirstApi : Api).PostAsync("api/merchant/credit-check", Customer(customer));

        answer.Status.ShouldBe(200, answer.Text);
        answer.Text.ShouldBe($$"""{"national_identifier":"{{customer}}","user_credit":7654321}""");
    }

    [Theory]
    [InlineData('۰')]
    [InlineData('٠')]
    public async Task Persian_and_Arabic_digits_are_taken_for_what_they_are(char zero)
    {
        var customer = Given.Customer();
        string Typed(string digits) => string.Concat(digits.Select(digit => (char)(digit - '0' + zero)));

        (await Api.PostAsync("api/merchant/otp", Customer(Typed(customer)))).Text.ShouldBe("{}");
        var validated = await Api.PostAsync(
            "api/merchant/otp/validate",
            new JsonObject { ["national_identifier"] = Typed(customer), ["otp"] = Typed(MagicNumbers.Otp) }
        );

        validated.Status.ShouldBe(200, validated.Text);
        validated.Field("token").ShouldNotBeEmpty();
        var credit = await Api.PostAsync("api/merchant/credit-check", Customer(Typed(customer)));
        credit.Field("national_identifier").ShouldBe(customer);
    }

    [Fact]
    public async Task A_body_that_begins_with_a_byte_order_mark_is_read() =>
        (await Api.PostTextAsync("api/merchant/credit-check", $"\uFEFF{Customer(Given.Customer()).ToJsonString()}")).Status.ShouldBe(200);

    [Fact]
    public async Task OTP_validation_is_refused_for_a_version_1_merchant() =>
        (
            await FirstApi.PostAsync(
                "api/merchant/otp/validate",
                new JsonObject { ["national_identifier"] = Given.Customer(), ["otp"] = MagicNumbers.Otp }
            )
        ).ShouldBeProblem(409, "not_supported_by_api_version");

    [Fact]
    public async Task Baloans_refusals_come_with_its_code_and_sentence()
    {
        var customer = Given.Customer();
        await Api.SendOtpAsync(customer);

        var wrong = await Api.PostAsync(
            "api/merchant/otp/validate",
            new JsonObject { ["national_identifier"] = customer, ["otp"] = "99999" }
        );

        wrong.ShouldBeProblem(422, "incorrect_otp_code").Field("detail").ShouldBe("The OTP is incorrect.");
        var persian = new StringContent(
            new JsonObject { ["national_identifier"] = customer, ["otp"] = "99999" }.ToJsonString(),
            null,
            "application/json"
        );
        (await Api.PostAsync("api/merchant/otp/validate", persian, "fa"))
            .ShouldBeProblem(422, "incorrect_otp_code")
            .Field("detail")
            .ShouldBe("کد تایید اشتباه است.");
    }

    [Theory]
    [InlineData("refused_detail", 422, "invoice_not_acceptable")]
    [InlineData("refused_html", 504, "outcome_unknown")]
    [InlineData("refused_empty", 504, "outcome_unknown")]
    [InlineData("not_ok", 504, "outcome_unknown")]
    [InlineData("not_found", 504, "outcome_unknown")]
    [InlineData("unavailable", 504, "outcome_unknown")]
    [InlineData("unavailable_retry_after", 504, "outcome_unknown")]
    [InlineData("cut_before", 504, "outcome_unknown")]
    [InlineData("cut_after", 504, "outcome_unknown")]
    [InlineData("server_error", 504, "outcome_unknown")]
    [InlineData("garbage", 504, "outcome_unknown")]
    public async Task Each_fault_of_an_acting_call_has_its_problem(string fault, int status, string code)
    {
        var customer = MagicNumbers.For(Fault.All.Single(known => known.Name == fault)).NationalIdentifier(Operation.SendOtp);

        var answer = await Api.PostAsync("api/merchant/otp", Customer(customer));

        answer.ShouldBeProblem(status, code);
        answer.Text.ShouldNotContain(customer);
        answer.Field("detail").ShouldNotContain("<");
    }

    [Theory]
    [InlineData("throttled_seconds", 429, "baloan_throttled", true)]
    [InlineData("unavailable", 503, "baloan_unavailable", true)]
    [InlineData("server_error", 504, "baloan_timeout", false)]
    public async Task Each_lasting_fault_of_a_repeatable_call_has_its_problem(string fault, int status, string code, bool retryAfter)
    {
        var customer = MagicNumbers.For(Fault.All.Single(known => known.Name == fault)).NationalIdentifier(Operation.CheckCredit);

        // With the app of version 1, which no other test needs to be quick.
        var answer = await FirstApi.PostAsync("api/merchant/credit-check", Customer(customer));

        answer.ShouldBeProblem(status, code);
        (answer.Headers.RetryAfter?.Delta > TimeSpan.Zero).ShouldBe(retryAfter);
    }

    [Fact]
    public async Task All_faults_of_a_request_are_told_at_once() =>
        (
            await Api.PostAsync("api/merchant/otp/validate", new JsonObject { ["national_identifier"] = "12", ["otp"] = 12345 })
        ).ShouldBeProblem(400, "invalid_request", "national_identifier", "otp");

    [Theory]
    [InlineData("fa-IR,fa;q=0.9,en;q=0.5", true)]
    [InlineData("en,fa;q=0.5", false)]
    [InlineData("de", false)]
    public async Task Texts_follow_the_language_that_the_caller_reads(string accepted, bool persian)
    {
        var answer = await Api.PostAsync("api/merchant/credit-check", new StringContent("{}", null, "application/json"), accepted);

        answer.ShouldBeProblem(400, "invalid_request", "national_identifier");
        answer.Json["errors"]!["national_identifier"]![0]!
            .GetValue<string>()
            .ShouldBe(persian ? "این فیلد الزامی است." : "This field is required.");
        answer.Text.ShouldNotContain("\\u06", customMessage: "Persian is written as it is");
    }

    [Fact]
    public async Task Unknown_routes_and_wrong_verbs_are_404_without_a_body()
    {
        foreach (
            var answer in new[]
            {
                await Api.GetAsync("api/merchant/nothing"),
                await Api.GetAsync("api/merchant/credit-check"),
                await Api.PostAsync("api/merchant/settlements/some-code", new JsonObject()),
            }
        )
        {
            (answer.Status, answer.Text).ShouldBe((404, ""));
        }
    }

    private static JsonObject Customer(string nationalIdentifier) => new() { ["national_identifier"] = nationalIdentifier };
}
