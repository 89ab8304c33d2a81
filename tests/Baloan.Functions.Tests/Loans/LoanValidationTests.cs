using System.Text.Json.Nodes;
using Baloan.Functions.Tests.Fixtures;

namespace Baloan.Functions.Tests.Loans;

public sealed class LoanValidationTests(StorageAccounts storage) : ApiTests(storage)
{
    private const string Route = "api/loans";

    private static readonly string[] Fields = ["phone_number", "national_identifier", "birth_date", "amount", "loan_due", "store"];

    /// <summary>One field, a value of it as JSON, and whether it is let through.</summary>
    public static TheoryData<string, string, bool> Values =>
        new()
        {
            { "phone_number", "\"09123456789\"", true },
            { "phone_number", "\"+989123456789\"", true },
            { "phone_number", "\" ۰۹۱۲۳۴۵۶۷۸۹ \"", true },
            { "phone_number", "\"٠٩١٢٣٤٥٦٧٨٩\"", true },
            { "phone_number", "\"912345678\"", false },
            { "phone_number", "\"0912 345 6789\"", true },
            { "phone_number", "\"++989123456789\"", false },
            { "phone_number", "9123456789", false },
            { "phone_number", "\"\"", false },
            { "phone_number", "\"\\ud800\"", false },
            { "national_identifier", "\"07148143380\"", true },
            { "national_identifier", "\"۰۰۱۲۳۴۵۶۷۸\"", true },
            { "national_identifier", "\"123\"", false },
            { "national_identifier", "12345678", false },
            { "birth_date", "\"1999-02-14\"", true },
            { "birth_date", "\"۱۹۹۹-۰۲-۱۴\"", true },
            { "birth_date", "\"2000-02-29\"", true },
            { "birth_date", "\"1999-02-29\"", false },
            { "birth_date", "\"1999-2-14\"", false },
            { "birth_date", "\"1999/02/14\"", false },
            { "birth_date", "\"14-02-1999\"", false },
            { "birth_date", "\"1999-02-14T00:00:00Z\"", false },
            { "birth_date", "19990214", false },
            { "birth_date", "\"\"", false },
            { "amount", "\"20000000\"", true },
            { "amount", "\"۲۰۰۰۰۰۰۰\"", true },
            { "amount", "0", false },
            { "amount", "-20000000", false },
            { "amount", "20000000.5", false },
            { "amount", "2e7", true },
            { "amount", "20000000.0", true },
            { "amount", "20000000.01", false },
            { "amount", "1e400", false },
            { "amount", "\" 20000000\\n\"", true },
            { "amount", "1000000000000", false },
            { "amount", "\"20,000,000\"", false },
            { "amount", "\"\\ud800\"", false },
            { "amount", "true", false },
            { "loan_due", "\"١٢\"", true },
            { "loan_due", "0", false },
            { "loan_due", "1201", false },
            { "loan_due", "[12]", false },
            { "store", "\"1\"", true },
            { "store", "\"first\"", false },
            { "store", "{}", false },
        };

    public static TheoryData<string, string?> JalaliDates =>
        new()
        {
            { "1377-11-25", "1999-02-14" },
            { "1377/11/25", "1999-02-14" },
            { "۱۳۷۷/۱۱/۲۵", "1999-02-14" },
            { "١٣٧٧-١١-٢٥", "1999-02-14" },
            { " 1377-11-25 ", "1999-02-14" },
            { "1378-1-1", "1999-03-21" },
            { "1399-12-30", "2021-03-20" },
            { "1403-12-30", "2025-03-20" },
            { "1377-06-31", "1998-09-22" },
            { "1400-12-30", null },
            { "1377-12-30", null },
            { "1377-07-31", null },
            { "1377-13-01", null },
            { "1377.11.25", "1999-02-14" },
            { "1377-00-10", null },
            { "1377-01-00", null },
            { "1377-01-32", null },
            { "0000-01-01", null },
            { "1377-11", null },
            { "1377-11-25-1", null },
            { "13771125", null },
            { "25/11/1377", "1999-02-14" },
        };

    [Fact]
    public async Task All_faults_are_told_at_once_in_the_callers_language()
    {
        (await Api.PostAsync(Route, new JsonObject())).ShouldBeProblem(400, "invalid_request", Fields);
        var wrong = new JsonObject
        {
            ["phone_number"] = "12",
            ["national_identifier"] = "12",
            ["birth_date"] = "1377-11-25",
            ["amount"] = -1,
            ["loan_due"] = "x",
            ["store"] = 0,
        };
        (await Api.PostAsync(Route, wrong)).ShouldBeProblem(400, "invalid_request", Fields);
        var persian = await Api.PostAsync(Route, new StringContent(wrong.ToJsonString(), null, "application/json"), "fa");
        persian.ShouldBeProblem(400, "invalid_request", Fields);
        foreach (var (_, texts) in persian.Json["errors"]!.AsObject())
        {
            texts![0]!.GetValue<string>().ShouldMatch("[\u0600-\u06ff]");
        }

        persian.Json["errors"]!["store"]![0]!.GetValue<string>().ShouldNotMatch("[0-9]", "a Persian sentence has Persian digits");
    }

    [Theory]
    [MemberData(nameof(Values))]
    public async Task Each_field_is_checked(string field, string value, bool fits)
    {
        // Where it fits, another field is wrong, so that no loan is opened.
        var other = field == "store" ? "loan_due" : "store";
        var request = ALoan();
        request[field] = "{value}";
        request[other] = 0;

        (await Api.PostTextAsync(Route, request.ToJsonString().Replace("\"{value}\"", value, StringComparison.Ordinal))).ShouldBeProblem(
            400,
            "invalid_request",
            fits ? [other] : [field, other]
        );
    }

    [Theory]
    [MemberData(nameof(JalaliDates))]
    public async Task A_Jalali_birth_date_is_answered_with_the_Gregorian_one(string date, string? gregorian)
    {
        var request = ALoan();
        request["birth_date"] = date;

        var answer = await Api.PostAsync(Route, request);

        var text = answer.ShouldBeProblem(400, "invalid_request", "birth_date").Json["errors"]!["birth_date"]!
            .AsArray()
            .ShouldHaveSingleItem()!
            .GetValue<string>();
        if (gregorian is null)
        {
            text.ShouldContain("YYYY-MM-DD");
            (text.Contains("Jalali", StringComparison.Ordinal) == date[4..] is ['-', _, _, '-', _, _]).ShouldBeTrue(
                "where it is written as a date, its year is why"
            );
        }
        else
        {
            text.ShouldContain("Jalali");
            text.ShouldContain(gregorian);
        }
    }

    [Theory]
    [InlineData("""{"phone_number":"1","phone_number":"2"}""", "application/json", 400, "invalid_request")]
    [InlineData("[]", "application/json", 400, "invalid_request")]
    [InlineData("{", "application/json", 400, "invalid_request")]
    [InlineData("{}", "text/plain", 415, "unsupported_media_type")]
    public async Task A_body_that_is_no_JSON_object_is_refused(string body, string contentType, int status, string code)
    {
        (await Api.PostTextAsync(Route, body, contentType)).ShouldBeProblem(status, code);
        (await Api.PostTextAsync($"{Route}/{Guid.NewGuid()}/contract/signature", body, contentType)).ShouldBeProblem(status, code);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"otp":null}""")]
    [InlineData("""{"otp":""}""")]
    [InlineData("""{"otp":12345}""")]
    [InlineData("""{"otp":"123"}""")]
    [InlineData("""{"otp":"12345678901"}""")]
    [InlineData("""{"otp":"12 345"}""")]
    [InlineData("""{"otp":"abcde"}""")]
    public async Task A_signature_without_an_OTP_is_refused(string body) =>
        (await Api.PostTextAsync($"{Route}/{Guid.NewGuid()}/contract/signature", body)).ShouldBeProblem(400, "invalid_request", "otp");

    [Theory]
    [InlineData("api/loans?state=paid", "state")]
    [InlineData("api/loans?state=none", "state")]
    [InlineData("api/loans?unknown_state=some", "unknown_state")]
    [InlineData("api/loans?state=blocked&unknown_state=true", "unknown_state")]
    [InlineData("api/loans?top=0", "top")]
    [InlineData("api/loans?top=101", "top")]
    [InlineData("api/loans?top=x&state=x&continuation=%25", "top", "state", "continuation")]
    [InlineData("api/loans?continuation=x", "continuation")]
    [InlineData("api/loans?continuation=AAAA", "continuation")]
    [InlineData("api/loans?continuation=MDEyMzQ1Njc4OTAxMjM0NTY3ODkw4oCm", "continuation")]
    [InlineData("api/loan-policies?amount=0", "amount")]
    [InlineData("api/loan-policies?amount=1.5&loan_due=-1&store=x", "amount", "loan_due", "store")]
    [InlineData("api/loan-policies?amount=1000000000000", "amount")]
    public async Task Queries_are_checked(string path, params string[] fields) =>
        (await Api.GetAsync(path)).ShouldBeProblem(400, "invalid_request", fields);

    [Fact]
    public async Task A_continuation_that_was_made_up_is_no_way_into_other_rows()
    {
        var made = Convert
            .ToBase64String("0000000000000000000-x' or PartitionKey ne 'a"u8)
            .Replace('+', '-')
            .Replace('/', '_')
            .TrimEnd('=');

        // It holds a space, which no key of ours does.
        (await Api.GetAsync($"api/loans?continuation={made}")).ShouldBeProblem(400, "invalid_request", "continuation");
        made = Convert.ToBase64String("0000000000000000000-x'or(true)or'"u8).Replace('+', '-').Replace('/', '_').TrimEnd('=');
        (await Api.GetAsync($"api/loans?continuation={made}&state=blocked")).Status.ShouldBe(200);
    }

    private static JsonObject ALoan() =>
        new()
        {
            ["phone_number"] = "09123456789",
            ["national_identifier"] = Given.Customer(),
            ["birth_date"] = "1999-02-14",
            ["amount"] = 20_000_000,
            ["loan_due"] = 12,
            ["store"] = 1,
        };
}
