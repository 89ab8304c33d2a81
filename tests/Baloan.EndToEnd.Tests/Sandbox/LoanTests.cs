using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Baloan.Sandbox;
using static Baloan.EndToEnd.Tests.Sandbox.BaloanCaller;

namespace Baloan.EndToEnd.Tests.Sandbox;

/// <summary>Baloan's sandbox keeps the rules of Baloan's document of the partnership gateway.</summary>
public sealed class LoanTests : IAsyncLifetime
{
    private const string Customer = "07148143380";

    private BaloanServer server = null!;
    private BaloanCaller baloan = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        server = await BaloanServer.StartAsync(time: new FixedDate(), cancellationToken: Cancel);
        server.Loans.Step = TimeSpan.Zero;
        baloan = await new BaloanCaller(server).LogInAsPartnerAsync();
    }

    public async ValueTask DisposeAsync()
    {
        baloan.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task The_policies_begin_with_the_documents_sample_and_have_no_slash_at_their_end()
    {
        var policies = JsonNode.Parse(await baloan.Http.GetStringAsync("/api/v1/partnership/loan-policies", Cancel))!.AsArray();

        var first = policies[0]!.AsObject();
        first
            .Select(field => field.Key)
            .ShouldBe(["stores", "amount", "possible_loan_dues", "bank_effected_interest_rate", "installment_formula"]);
        first["stores"]!
            .AsArray()
            .Select(store => (store!["id"]!.GetValue<int>(), store["title_fa"]!.GetValue<string>()))
            .ShouldBe([(1, "فروشگاه اول"), (2, "فروشگاه دوم")]);
        first["stores"]![0]!.AsObject().Select(field => field.Key).ShouldBe(["id", "title_fa", "logo"]);
        first["amount"]!.ToJsonString().ShouldBe("""{"lower":10,"upper":30,"bounds":"[)"}""");
        first["possible_loan_dues"]!.ToJsonString().ShouldBe("[12]");
        first["bank_effected_interest_rate"]!.GetValue<int>().ShouldBe(22);
        first["installment_formula"]!.GetValue<string>().ShouldBe("(amount+(amount*bank_effected_interest_rate)/100)/loan_due");
        (await baloan.Http.GetAsync("/api/v1/partnership/loan-policies/", Cancel)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_documents_sample_is_answered_as_in_the_document()
    {
        var answer = await JsonAsync(await baloan.OpenLoanAsync());

        var uuid = answer["uuid"]!.GetValue<Guid>();
        answer
            .ToJsonString()
            .ShouldBe(
                """{"phone_number":"09123456789","national_identifier":"07148143380","birth_date":"1999-02-14","amount":10000000,"loan_due":12,"store":1,"uuid":"UUID","plan_detail":{"monthly_installment_amount":1057616,"total_payback":12691397}}""".Replace(
                    "UUID",
                    uuid.ToString(),
                    StringComparison.Ordinal
                )
            );
        var booked = server.Loans.All.ShouldHaveSingleItem();
        booked.ShouldBe(
            new(uuid, Customer, "09123456789", 10_000_000, 12, 1, LoanState.Created, null, false, booked.OpenedAt, booked.OpenedAt)
        );
    }

    [Fact]
    public async Task A_loan_goes_its_way_from_the_opening_to_the_payment()
    {
        var loan = await baloan.OpenedLoanAsync();
        (await RefusalAsync(await baloan.GetContractAsync(loan))).ShouldBe("not_allowed_in_state");
        (await RefusalAsync(await baloan.SendContractOtpAsync(loan))).ShouldBe("not_allowed_in_state");
        (await RefusalAsync(await baloan.SignAsync(loan))).ShouldBe("not_allowed_in_state");

        server.Loans.MoveOn(loan);
        StateOf(loan).ShouldBe(LoanState.ChequeVerified);
        Should.Throw<InvalidOperationException>(() => server.Loans.MoveOn(loan)).Message.ShouldContain("cheque_verified");
        var contract = await JsonAsync(await baloan.GetContractAsync(loan));
        contract.Select(field => field.Key).ShouldBe(["contract_pdf_file", "is_agreed_by_user"]);
        contract["contract_pdf_file"]!.AsObject().Select(field => field.Key).ShouldBe(["uuid", "file"]);
        contract["is_agreed_by_user"]!.GetValue<bool>().ShouldBeFalse();
        new Uri(contract["contract_pdf_file"]!["file"]!.GetValue<string>()).AbsolutePath.ShouldEndWith(".pdf");
        var address = contract["contract_pdf_file"]!["file"]!.GetValue<string>();
        var pdf = await baloan.Http.GetAsync(address, Cancel);
        pdf.Content.Headers.ContentType!.MediaType.ShouldBe("application/pdf");
        (await pdf.Content.ReadAsStringAsync(Cancel)).ShouldContain($"(Loan {loan})");
        (await baloan.Http.GetAsync(address.Replace("Signature=", "Signature=0", StringComparison.Ordinal), Cancel)).StatusCode.ShouldBe(
            HttpStatusCode.Forbidden
        );

        (await RefusalAsync(await baloan.SignAsync(loan))).ShouldBe("no_request_to_verify");
        (await TextAsync(await baloan.SendContractOtpAsync(loan))).ShouldBe("200 {}");
        (await RefusalAsync(await baloan.SignAsync(loan, "99999"))).ShouldBe("incorrect_otp_code");
        (await TextAsync(await baloan.SignAsync(loan))).ShouldBe("200 {}");
        var signed = await JsonAsync(await baloan.GetContractAsync(loan));
        signed["is_agreed_by_user"]!.GetValue<bool>().ShouldBeTrue();
        signed["contract_pdf_file"]!["uuid"]!.GetValue<Guid>().ShouldBe(contract["contract_pdf_file"]!["uuid"]!.GetValue<Guid>());
        (await RefusalAsync(await baloan.SignAsync(loan))).ShouldBe("already_agreed_by_user");
        (await RefusalAsync(await baloan.SendContractOtpAsync(loan))).ShouldBe("already_agreed_by_user");

        server.Loans.MoveOn(loan);
        StateOf(loan).ShouldBe(LoanState.SendLoanToBank);
        server.Loans.MoveOn(loan);
        StateOf(loan).ShouldBe(LoanState.LoanPaid);
        (await RefusalAsync(await baloan.CancelLoanAsync(loan))).ShouldBe("failed_to_cancel_loan");
        server.Books.Credit(Customer).ShouldBe(Books.DefaultCredit - 10_000_000);
    }

    [Fact]
    public async Task Opening_locks_the_guarantee_and_canceling_frees_it_once()
    {
        var loan = await baloan.OpenedLoanAsync();
        server.Books.Credit(Customer).ShouldBe(90_000_000);
        (await RefusalAsync(await baloan.OpenLoanAsync())).ShouldBe("duplicate_request");

        (await TextAsync(await baloan.CancelLoanAsync(loan))).ShouldBe("200 {}");
        StateOf(loan).ShouldBe(LoanState.Canceled);
        server.Books.Credit(Customer).ShouldBe(Books.DefaultCredit);
        (await RefusalAsync(await baloan.CancelLoanAsync(loan))).ShouldBe("failed_to_cancel_loan");
        server.Books.Credit(Customer).ShouldBe(Books.DefaultCredit);

        server.Books.SetCredit(Customer, 9_999_999);
        (await RefusalAsync(await baloan.OpenLoanAsync())).ShouldBe("loan_amount_exceed_user_credit");
        server.Books.SetCredit(Customer, 10_000_000);
        (await baloan.OpenedLoanAsync()).ShouldNotBe(loan);
        server.Books.Credit(Customer).ShouldBe(0);
    }

    [Fact]
    public async Task Baloan_itself_blocks_unblocks_and_cancels()
    {
        var loan = await baloan.OpenedLoanAsync();
        server.Loans.MoveOn(loan);

        server.Loans.Block(loan, "the cheque bounced");
        (server.Loans.Find(loan)!.State, server.Loans.Find(loan)!.Reason).ShouldBe((LoanState.Blocked, "the cheque bounced"));
        (await RefusalAsync(await baloan.SendContractOtpAsync(loan))).ShouldBe("not_allowed_in_state");
        server.Loans.Unblock(loan);
        (server.Loans.Find(loan)!.State, server.Loans.Find(loan)!.Reason).ShouldBe((LoanState.ChequeVerified, null));
        Should.Throw<InvalidOperationException>(() => server.Loans.Unblock(loan));

        server.Loans.Cancel(loan, "the store closed");
        StateOf(loan).ShouldBe(LoanState.Canceled);
        server.Books.Credit(Customer).ShouldBe(Books.DefaultCredit);
        Should.Throw<InvalidOperationException>(() => server.Loans.Cancel(loan, "again"));
        Should.Throw<InvalidOperationException>(() => server.Loans.Block(loan, "again"));
        Should.Throw<KeyNotFoundException>(() => server.Loans.MoveOn(Guid.NewGuid()));
    }

    [Theory]
    [InlineData("birth_date", "1999-2-14", "invalid_date_format")]
    [InlineData("birth_date", "14-02-1999", "invalid_date_format")]
    [InlineData("birth_date", "1999-02-30", "invalid_date_format")]
    [InlineData("birth_date", "۱۹۹۹-۰۲-۱۴", "invalid_date_format")]
    [InlineData("birth_date", "1377-11-25", "age_not_in_valid_range")]
    [InlineData("birth_date", "2008-03-02", "age_not_in_valid_range")]
    [InlineData("birth_date", "2008-03-01", null)]
    [InlineData("birth_date", "1955-03-02", null)]
    [InlineData("birth_date", "1955-03-01", "age_not_in_valid_range")]
    [InlineData("amount", 9_999_999, "loan_due_or_amount_not_match_store_policies")]
    [InlineData("amount", 29_999_999, null)]
    [InlineData("amount", 30_000_000, "loan_due_or_amount_not_match_store_policies")]
    [InlineData("amount", 0, "loan_due_or_amount_not_match_store_policies")]
    [InlineData("amount", "10000000", null)]
    [InlineData("loan_due", 6, "loan_due_or_amount_not_match_store_policies")]
    [InlineData("store", 2, null)]
    [InlineData("store", 3, "loan_due_or_amount_not_match_store_policies")]
    public async Task A_loan_is_opened_within_the_rules_alone(string field, object value, string? code)
    {
        var answer = await baloan.OpenLoanAsync(others: (field, JsonValue.Create(value)));

        if (code is null)
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        }
        else
        {
            (await RefusalAsync(answer)).ShouldBe(code);
        }

        server.Loans.All.Count.ShouldBe(code is null ? 1 : 0);
    }

    [Fact]
    public async Task A_phone_number_belongs_to_one_national_identifier_and_the_other_way_round()
    {
        await baloan.CancelLoanAsync(await baloan.OpenedLoanAsync());

        (await RefusalAsync(await baloan.OpenLoanAsync("0012345678"))).ShouldBe("phone_number_exist_with_another_national_id");
        var other = await JsonAsync(await baloan.OpenLoanAsync(phone: "09350000000"));
        other["message_code"]!.GetValue<string>().ShouldBe("national_id_exists_with_another_phone_number");
        other["message"]!.GetValue<string>().ShouldContain("phone number 0912***6789.");
        (await baloan.OpenLoanAsync()).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("phone_number", null)]
    [InlineData("phone_number", "0912345678")]
    [InlineData("phone_number", "۰۹۱۲۳۴۵۶۷۸۹")]
    [InlineData("phone_number", 9123456789)]
    [InlineData("national_identifier", "123")]
    [InlineData("birth_date", "")]
    [InlineData("amount", "ten")]
    [InlineData("amount", 1.5)]
    [InlineData("loan_due", true)]
    [InlineData("store", null)]
    public async Task A_field_that_is_not_right_is_400_with_the_error_at_the_field(string field, object? value)
    {
        var answer = await baloan.OpenLoanAsync(others: (field, value is null ? null : JsonValue.Create(value)));

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await JsonAsync(answer)).Select(entry => entry.Key).ShouldBe([field]);
        server.Loans.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task It_is_as_strict_as_Django_about_slashes_methods_tokens_and_uuids()
    {
        var loan = await baloan.OpenedLoanAsync();
        (await baloan.Http.PostAsync("/api/v1/partnership/loan", null, Cancel)).StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await baloan.Http.PostAsync($"/api/v1/partnership/loan/{loan}/cancel", null, Cancel)).StatusCode.ShouldBe(
            HttpStatusCode.InternalServerError
        );
        (await baloan.Http.PostAsync("/api/v1/partnership/loan-policies", null, Cancel)).StatusCode.ShouldBe(
            HttpStatusCode.MethodNotAllowed
        );
        (await baloan.Http.DeleteAsync($"/api/v1/partnership/loan/{loan}/contract/", Cancel)).StatusCode.ShouldBe(
            HttpStatusCode.MethodNotAllowed
        );
        (await baloan.Http.GetAsync($"/api/v1/partnership/loan/{loan}/", Cancel)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (
            await baloan.Http.GetAsync($"/api/v1/partnership/loan/{loan.ToString().ToUpperInvariant()}/contract/", Cancel)
        ).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await baloan.CancelLoanAsync(Guid.NewGuid())).StatusCode.ShouldBe(HttpStatusCode.NotFound);

        await baloan.LogInAsync();
        (await baloan.CancelLoanAsync(loan)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        baloan.Http.DefaultRequestHeaders.Authorization = null;
        (await baloan.CancelLoanAsync(loan)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        StateOf(loan).ShouldBe(LoanState.Created);
    }

    [Fact]
    public async Task The_documents_sample_of_signing_is_taken_with_its_trailing_comma_and_without_a_content_type()
    {
        var loan = await baloan.OpenedLoanAsync();
        server.Loans.MoveOn(loan);
        await baloan.SendContractOtpAsync(loan);
        using var sample = new StringContent($$"""{ "otp": "{{MagicNumbers.Otp}}", }""");
        sample.Headers.ContentType = null;

        (await TextAsync(await baloan.Http.PatchAsync($"/api/v1/partnership/loan/{loan}/contract/", sample, Cancel))).ShouldBe("200 {}");
    }

    [Fact]
    public async Task Refusals_follow_the_language_that_is_asked_for()
    {
        var loan = await baloan.OpenedLoanAsync();
        (await JsonAsync(await baloan.GetContractAsync(loan)))["message"]!
            .GetValue<string>()
            .ShouldBe("This is not possible in this state. Look at the loan's state again.");

        baloan.Http.DefaultRequestHeaders.Add("Accept-Language", "fa");
        (await JsonAsync(await baloan.GetContractAsync(loan)))["message"]!
            .GetValue<string>()
            .ShouldBe("در این وضعیت امکان ندارد. لطفا دوباره وضعیت وام را چک کنید.");
    }

    [Fact]
    public async Task A_fault_strikes_a_loan_call_with_or_without_its_effect()
    {
        server.Faults.Next(Operation.OpenLoan, Fault.CutBeforeEffect);
        server.Faults.Next(Operation.OpenLoan, Fault.CutAfterEffect);
        await Should.ThrowAsync<HttpRequestException>(() => baloan.OpenLoanAsync());
        server.Loans.All.ShouldBeEmpty();
        await Should.ThrowAsync<HttpRequestException>(() => baloan.OpenLoanAsync());
        server.Loans.All.ShouldHaveSingleItem();
        (await RefusalAsync(await baloan.OpenLoanAsync())).ShouldBe("duplicate_request");
        server.Books.Calls(Operation.OpenLoan).ShouldBe(3);

        server.Faults.Next(Operation.LoanPolicies, Fault.Unavailable);
        (await baloan.Http.GetAsync("/api/v1/partnership/loan-policies", Cancel)).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        server.Books.Calls(Operation.LoanPolicies).ShouldBe(1);
    }

    [Fact]
    public async Task Loans_are_set_changed_and_seen_over_HTTP_too()
    {
        var loan = await baloan.OpenedLoanAsync();
        (await ChangeAsync(loan, new { state = "next" })).ShouldBe("204 ");
        (await ChangeAsync(loan, new { state = "next" })).ShouldStartWith("400 The loan is cheque_verified");
        (await ChangeAsync(loan, new { state = "blocked", reason = "<b>why</b>" })).ShouldBe("204 ");
        var page = await baloan.Http.GetStringAsync("/", Cancel);
        page.ShouldContain(loan.ToString());
        page.ShouldContain("blocked: &lt;b&gt;why&lt;/b&gt;");
        (await ChangeAsync(loan, new { state = "unblocked" })).ShouldBe("204 ");
        (await ChangeAsync(loan, new { state = "canceled" })).ShouldBe("204 ");
        (await ChangeAsync(loan, new { state = "dancing" })).ShouldStartWith("400 'state' is");
        (await ChangeAsync(Guid.NewGuid(), new { state = "next" })).ShouldStartWith("400 There is no loan");

        var books = JsonNode.Parse(await baloan.Http.GetStringAsync("/books", Cancel))!["loans"]!;
        books["by_state"]!
            .ToJsonString()
            .ShouldBe("""{"created":0,"cheque_verified":0,"send_loan_to_bank":0,"loan_paid":0,"blocked":0,"canceled":1}""");
        books["callbacks_sent"]!.GetValue<int>().ShouldBe(0);
        books["items"]![0]!["state"]!.GetValue<string>().ShouldBe("canceled");

        (
            await SetAsync(
                new
                {
                    step_seconds = 0.5,
                    callback_url = "http://127.0.0.1:9/hook?code=key",
                    duplicates = true,
                    shuffle = true,
                    misspelling = true,
                }
            )
        ).ShouldBe("204 ");
        (server.Loans.Step, server.Loans.CallbackUrl, server.Loans.Duplicates, server.Loans.Shuffle, server.Loans.Misspelling).ShouldBe(
            (TimeSpan.FromSeconds(0.5), new Uri("http://127.0.0.1:9/hook?code=key"), true, true, true)
        );
        var settings = await baloan.Http.GetStringAsync("/", Cancel);
        settings.ShouldContain(
            "Loans move every 0.5 s; each change is POSTed to <code>http://127.0.0.1:9/hook</code>, twice, in shuffled order, with "
                + "canceled misspelt."
        );
        (await SetAsync(new { callback_url = "", shuffle = false })).ShouldBe("204 ");
        (server.Loans.Step, server.Loans.CallbackUrl, server.Loans.Duplicates, server.Loans.Shuffle).ShouldBe(
            (TimeSpan.FromSeconds(0.5), null, true, false)
        );
        (await SetAsync(new { callback_url = "ftp://example" })).ShouldStartWith("400 'callback_url'");
        (await SetAsync(new { step_seconds = -1 })).ShouldStartWith("400 'step_seconds'");

        (await baloan.Http.PostAsync("/books/reset", null, Cancel)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        server.Loans.All.ShouldBeEmpty();
        await baloan.OpenedLoanAsync("0012345678");
    }

    private LoanState StateOf(Guid loan) => server.Loans.Find(loan)!.State;

    private async Task<string> ChangeAsync(Guid loan, object change) =>
        await TextAsync(await baloan.Http.PostAsJsonAsync($"/sandbox/loans/{loan}/state", change, Cancel));

    private async Task<string> SetAsync(object settings) =>
        await TextAsync(await baloan.Http.PutAsJsonAsync("/sandbox/loans/settings", settings, Cancel));

    private static async Task<string> TextAsync(HttpResponseMessage answer) =>
        $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(Cancel)}";

    /// <summary>A day on which the ages of the tests are known.</summary>
    private sealed class FixedDate : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    }
}
