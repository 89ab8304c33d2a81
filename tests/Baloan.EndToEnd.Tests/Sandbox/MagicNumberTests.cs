using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Baloan.Sandbox;
using static Baloan.EndToEnd.Tests.Sandbox.BaloanCaller;

namespace Baloan.EndToEnd.Tests.Sandbox;

/// <summary>The magic numbers do what the front page says of them, and the faults of tests do the same.</summary>
public sealed partial class MagicNumberTests : IAsyncLifetime
{
    private const string Customer = "0012345678";
    private const string Cut = "cut";

    private BaloanServer server = null!;
    private BaloanCaller baloan = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<int> Codes => [.. MagicNumbers.All.Select(number => number.Code)];

    public async ValueTask InitializeAsync()
    {
        server = await BaloanServer.StartAsync(time: new HastyTime(), cancellationToken: Cancel);
        baloan = await new BaloanCaller(server).LogInAsync();
    }

    public async ValueTask DisposeAsync()
    {
        baloan.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public void No_code_is_there_twice_and_none_is_met_by_a_round_amount()
    {
        MagicNumbers.All.Select(number => number.Code).ShouldBeUnique();
        MagicNumbers.All.ShouldAllBe(number => number.Code >= 1000 && number.Code <= 9999 && number.Code % 10 != 0);
        Fault.All.Select(fault => fault.Name).ShouldBeUnique();
        Fault.All.Except([Fault.SentOnTwice]).ShouldBeSubsetOf(MagicNumbers.All.Concat(MagicNumbers.Loans).Select(number => number.Fault));
    }

    [Fact]
    public async Task The_documentation_lists_each_magic_number_and_no_other()
    {
        var page = Path.Combine(Path.GetDirectoryName(BuildPaths.SampleInvoice)!, "..", "..", "..", "docs", "sandbox.md");
        var rows = (await File.ReadAllLinesAsync(page, Cancel)).Where(line => MagicRow().IsMatch(line));

        rows.ShouldBe(
            MagicNumbers
                .All.Concat(MagicNumbers.Loans)
                .Select(number => $"| `{number.Code}` | {number.Fault.Meaning}{(number.Once ? " (every other call)" : "")} |")
        );
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task A_magic_total_makes_the_settlement_go_wrong(int code)
    {
        var number = MagicNumbers.All.Single(entry => entry.Code == code);

        await SettleAndCheckAsync(number, Customer, number.Total);
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task A_magic_national_identifier_makes_its_call_alone_go_wrong(int code)
    {
        var number = MagicNumbers.All.Single(entry => entry.Code == code);

        // The OTP calls of this customer go right: its first digit picks settle.
        await SettleAndCheckAsync(number, number.NationalIdentifier(Operation.Settle), 1_000_000);

        var credit = await OutcomeAsync(() =>
            baloan.PostJsonAsync(
                "/api/v2/merchant/check-credit/",
                new() { ["national_identifier"] = number.NationalIdentifier(Operation.CheckCredit) }
            )
        );
        credit.ShouldBe(Expected(number));
        if (number.Fault == Fault.Unauthorized)
        {
            await baloan.LogInAsync();
        }

        (await OutcomeAsync(() => baloan.SendOtpAsync(number.NationalIdentifier(Operation.SendOtp)))).ShouldBe(Expected(number));
        if (number.Fault == Fault.Unauthorized)
        {
            await baloan.LogInAsync();
        }

        var customer = number.NationalIdentifier(Operation.ValidateOtp);
        await DataAsync(await baloan.SendOtpAsync(customer));
        (await OutcomeAsync(() => baloan.ValidateAsync(customer))).ShouldBe(Expected(number));
    }

    [Fact]
    public async Task A_401_takes_the_token_with_it_and_a_fresh_one_goes_through()
    {
        var token = await baloan.TransactionTokenAsync(Customer);
        var total = MagicNumbers.For(Fault.Unauthorized, once: true).Total;

        (await baloan.SettleAsync(Customer, token, "A", total)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await baloan.SettleAsync(Customer, token, "A", total)).StatusCode.ShouldBe(
            HttpStatusCode.Unauthorized,
            "the old token stays refused"
        );
        await baloan.LogInAsync();
        await DataAsync(await baloan.SettleAsync(Customer, token, "A", total));
    }

    [Theory]
    [InlineData(
        "refused",
        "{\"status\":\"error\",\"message\":\"This request is a duplicate.\",\"message_code\":\"duplicate_request\",\"data\":{}}",
        "application/json"
    )]
    [InlineData(
        "refused_detail",
        "{\"detail\":\"The invoice is not acceptable.\",\"code\":\"invoice_not_acceptable\"}",
        "application/json"
    )]
    [InlineData("refused_fields", "{\"national_identifier\":[\"Enter a valid national identifier.\"]}", "application/json")]
    [InlineData("refused_non_field_errors", "{\"non_field_errors\":[\"The contract of this store has ended.\"]}", "application/json")]
    [InlineData("refused_string", "\"This customer cannot buy here.\"", "application/json")]
    [InlineData("refused_html", "<!doctype html>", "text/html")]
    [InlineData("refused_empty", "", null)]
    public async Task A_400_comes_in_each_shape_that_its_body_may_have(string fault, string start, string? contentType)
    {
        await ScriptAsync(new { operation = "check_credit", fault });

        var answer = await CheckCreditAsync();

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        answer.Content.Headers.ContentType?.MediaType.ShouldBe(contentType);
        var body = await answer.Content.ReadAsStringAsync(Cancel);
        (contentType == "text/html" ? body[..start.Length] : body).ShouldBe(start);
        (await CheckCreditAsync()).StatusCode.ShouldBe(HttpStatusCode.OK, "it strikes once");
    }

    [Fact]
    public async Task Being_told_to_wait_comes_as_seconds_as_a_date_and_as_a_sentence()
    {
        server.Faults.Next(Operation.CheckCredit, Fault.ThrottledSeconds);
        server.Faults.Next(Operation.CheckCredit, Fault.ThrottledDate);
        server.Faults.Next(Operation.CheckCredit, Fault.ThrottledSentence);
        server.Faults.Next(Operation.CheckCredit, Fault.Unavailable);
        server.Faults.Next(Operation.CheckCredit, Fault.UnavailableRetryAfter);

        (await CheckCreditAsync()).Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(2));
        (await CheckCreditAsync()).Headers.RetryAfter!.Date!.Value.ShouldBeGreaterThan(DateTimeOffset.UnixEpoch);
        var sentence = await CheckCreditAsync();
        sentence.Headers.RetryAfter.ShouldBeNull();
        (await JsonAsync(sentence))["detail"]!.GetValue<string>().ShouldBe("Request was throttled. Expected available in 2 seconds.");
        (await CheckCreditAsync()).Headers.RetryAfter.ShouldBeNull();
        (await CheckCreditAsync()).Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task A_token_call_goes_wrong_too_when_a_test_asks_for_it()
    {
        server.Faults.Next(Operation.Token, Fault.ServerError, times: 2);

        (await LogInStatusAsync()).ShouldBe(HttpStatusCode.InternalServerError);
        (await LogInStatusAsync()).ShouldBe(HttpStatusCode.InternalServerError);
        (await LogInStatusAsync()).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Credit_OTPs_tokens_and_faults_are_set_over_HTTP_too()
    {
        (await baloan.Http.PutAsJsonAsync($"/sandbox/credit/{Customer}", new { credit = 7_000 }, Cancel)).StatusCode.ShouldBe(
            HttpStatusCode.NoContent
        );
        server.Books.Credit(Customer).ShouldBe(7_000);

        await baloan.SendOtpAsync(Customer);
        await baloan.Http.PostAsync("/sandbox/otps/expire", null, Cancel);
        (await RefusalAsync(await baloan.ValidateAsync(Customer))).ShouldBe("expired_otp_code");

        var token = await baloan.TransactionTokenAsync(Customer);
        await baloan.Http.PostAsync("/sandbox/transaction-tokens/expire", null, Cancel);
        (await RefusalAsync(await baloan.SettleAsync(Customer, token, "A", 1_000))).ShouldBe("invalid_transaction_token");

        await baloan.Http.PutAsJsonAsync("/sandbox/credit-lag", new { seconds = 20 }, Cancel);
        server.Books.CreditLag.ShouldBe(TimeSpan.FromSeconds(20));

        await ScriptAsync(
            new
            {
                operation = "check_credit",
                fault = "not_found",
                times = 5,
            }
        );
        await baloan.Http.DeleteAsync("/sandbox/faults", Cancel);
        (await CheckCreditAsync()).StatusCode.ShouldBe(HttpStatusCode.OK);

        await baloan.Http.PostAsync("/sandbox/tokens/revoke", null, Cancel);
        (await CheckCreditAsync()).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("unavailable", 503)]
    [InlineData("unavailable_retry_after", 503)]
    [InlineData("unavailable_json", 503)]
    [InlineData("forbidden_html", 403)]
    [InlineData("not_found_html", 404)]
    [InlineData("not_found", 404)]
    [InlineData("conflict_html", 409)]
    [InlineData("too_large_html", 413)]
    [InlineData("throttled_html", 429)]
    [InlineData("client_closed", 499)]
    [InlineData("bad_gateway", 502)]
    [InlineData("gateway_timeout", 504)]
    [InlineData("accepted", 202)]
    [InlineData("pending", 200)]
    [InlineData("refused_html", 400)]
    [InlineData("refused_empty", 400)]
    [InlineData("refused", 400)]
    public async Task Whatever_is_answered_it_may_happen_now_later_twice_or_not_at_all(string fault, int status)
    {
        foreach (var (effect, times) in new[] { ("none", 0), ("now", 1), ("late", 1), ("twice", 2) })
        {
            var before = server.Books.Settlements.Count;
            var token = await baloan.TransactionTokenAsync(Customer);
            await ScriptAsync(
                new
                {
                    operation = "settle",
                    fault,
                    effect,
                    seconds = 2,
                }
            );

            ((int)(await baloan.SettleAsync(Customer, token, effect, 1_000)).StatusCode).ShouldBe(status);

            await Until.TrueAsync($"it happens {effect}", () => server.Books.Settlements.Count - before >= times);
            var moved = server.Books.Settlements.Skip(before).ToList();
            moved.Count.ShouldBe(times);
            moved.Count(settlement => settlement.SentOnTwice).ShouldBe(times == 2 ? 1 : 0);
            moved.ShouldAllBe(settlement => settlement.Fault == fault);
        }

        server.Books.Credit(Customer).ShouldBe(Books.DefaultCredit - 4_000);
    }

    [Fact]
    public async Task Something_in_front_that_sends_a_settlement_on_twice_moves_the_money_twice()
    {
        var token = await baloan.TransactionTokenAsync(Customer);
        server.Faults.Next(Operation.Settle, Fault.SentOnTwice);

        (await DataAsync(await baloan.SettleAsync(Customer, token, "A", 1_000)))["user_credit"]!
            .GetValue<long>()
            .ShouldBe(Books.DefaultCredit - 2_000);

        server.Books.Settlements.Select(settlement => (settlement.Code, settlement.SentOnTwice)).ShouldBe([("A", false), ("A", true)]);
    }

    [Fact]
    public async Task A_loan_call_that_is_sent_on_twice_is_refused_as_its_own_duplicate()
    {
        await baloan.LogInAsPartnerAsync();
        server.Faults.Next(Operation.OpenLoan, Fault.SentOnTwice);

        (await RefusalAsync(await baloan.OpenLoanAsync(Customer))).ShouldBe("duplicate_request");

        server.Loans.All.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_credit_check_may_answer_an_old_credit()
    {
        server.Books.CreditLag = TimeSpan.FromHours(20);
        await DataAsync(await baloan.SettleAsync(Customer, await baloan.TransactionTokenAsync(Customer), "A", 1_000));

        async Task<long> ToldAsync() => (await DataAsync(await CheckCreditAsync()))["user_credit"]!.GetValue<long>();
        (await ToldAsync()).ShouldBe(Books.DefaultCredit);
        server.Books.Credit(Customer).ShouldBe(Books.DefaultCredit - 1_000);
        server.Books.CreditLag = TimeSpan.Zero;
        (await ToldAsync()).ShouldBe(Books.DefaultCredit - 1_000);
    }

    [Theory]
    [InlineData("""{"operation":"settle","fault":"no_such_fault"}""", "There is no fault 'no_such_fault'")]
    [InlineData("""{"operation":"dance","fault":"slow"}""", "operation")]
    [InlineData("""{"operation":"settle","fault":"slow","times":0}""", "'times'")]
    [InlineData("""{"operation":"settle","fault":"slow","effect":"late"}""", "'slow'")]
    [InlineData("""{"operation":"settle","fault":"slow","effect":"maybe"}""", "effect")]
    [InlineData("""{"operation":"settle","fault":"slow","seconds":86401}""", "'seconds'")]
    [InlineData("""{"fault":"slow"}""", "operation")]
    [InlineData("{", "")]
    public async Task A_fault_that_is_not_understood_is_refused_with_a_reason(string body, string reason)
    {
        using var content = new StringContent(body);

        var answer = await baloan.Http.PostAsync("/sandbox/faults", content, Cancel);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync(Cancel)).ShouldContain(reason);
    }

    [Fact]
    public async Task The_front_page_lists_every_magic_number_and_escapes_what_is_stored()
    {
        const string Code = "<script>alert('1')</script>";
        await DataAsync(await baloan.SettleAsync(Customer, await baloan.TransactionTokenAsync(Customer), Code, 1_000));

        var page = await baloan.Http.GetStringAsync("/", Cancel);

        var text = WebUtility.HtmlDecode(page);
        foreach (var number in MagicNumbers.All)
        {
            text.ShouldContain(number.Fault.Meaning);
            page.ShouldContain(number.NationalIdentifier(Operation.Settle));
            page.ShouldContain(number.Total.ToString(CultureInfo.InvariantCulture));
        }

        page.ShouldContain("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;");
        page.ShouldNotContain("<script");
    }

    private static string Expected(MagicNumber number) =>
        number.Fault.Cut ? Cut
        : number.Fault == Fault.SlowAnswer ? "200"
        : number.Fault.Meaning[..3];

    private async Task SettleAndCheckAsync(MagicNumber number, string customer, long total)
    {
        var token = await baloan.TransactionTokenAsync(customer);

        (await OutcomeAsync(() => baloan.SettleAsync(customer, token, "A", total))).ShouldBe(Expected(number));

        if (number.Fault == Fault.Unauthorized)
        {
            await baloan.LogInAsync();
        }

        if (number.Fault.Effect == Effect.Late)
        {
            while (server.Books.Settlements.Count == 0)
            {
                await Task.Delay(10, Cancel);
            }
        }

        server.Books.Settlements.Count.ShouldBe(number.Fault.Effect == Effect.None ? 0 : 1);
        if (number.Fault.Effect == Effect.None)
        {
            var second = await OutcomeAsync(() => baloan.SettleAsync(customer, token, "A", total));
            second.ShouldBe(number.Once ? "200" : Expected(number));
            server.Books.Settlements.Count.ShouldBe(number.Once ? 1 : 0);
            if (number.Fault == Fault.Unauthorized)
            {
                await baloan.LogInAsync();
            }
        }
    }

    private static async Task<string> OutcomeAsync(Func<Task<HttpResponseMessage>> call)
    {
        try
        {
            using var answer = await call();
            return ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture);
        }
        catch (HttpRequestException)
        {
            return Cut;
        }
    }

    private Task<HttpResponseMessage> CheckCreditAsync() =>
        baloan.PostJsonAsync("/api/v2/merchant/check-credit/", new() { ["national_identifier"] = Customer });

    private async Task<HttpStatusCode> LogInStatusAsync()
    {
        using var answer = await baloan.PostJsonAsync(
            "/api/v2/merchant/token/",
            new() { ["username"] = BaloanServer.StoreUuid, ["password"] = BaloanServer.StorePassword }
        );
        return answer.StatusCode;
    }

    private async Task ScriptAsync(object fault)
    {
        var answer = await baloan.Http.PostAsJsonAsync("/sandbox/faults", fault, Cancel);
        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent, await answer.Content.ReadAsStringAsync(Cancel));
    }

    [GeneratedRegex(@"^\| `\d{4}` \|")]
    private static partial Regex MagicRow();
}
