using System.Globalization;
using System.Text.Json;
using Baloan.Client.Tests.Servers;
using static Baloan.Client.Tests.ClientFixture;
using static Baloan.Client.Tests.Servers.ScriptedBaloan;

namespace Baloan.Client.Tests.Loans;

/// <summary>Each request of the partnership gateway's documents, and the answer that they show.</summary>
public sealed class LoanRequestTests
{
    private const string Uuid = "a71b93c4-b1a9-4868-9cb2-310757422af1";

    [Fact]
    public async Task Policies_are_asked_for_without_a_slash_at_the_end()
    {
        const string Policies =
            """[{"stores":[{"id":1,"title_fa":"فروشگاه اول","logo":"https://first-store.logo.sample"}],"amount":{"lower":10,"upper":30,"bounds":"[)"},"possible_loan_dues":[12],"bank_effected_interest_rate":22,"installment_formula":"(amount+(amount*bank_effected_interest_rate)/100)/loan_due"}]""";
        await using var baloan = await StartAsync(Answer(200, Policies));
        using var fixture = new ClientFixture(baloan.Address);

        var policies = await fixture.Partnership.GetLoanPoliciesAsync(Language.English, Stop);

        ShouldBe(baloan.Only, "GET", "/api/v1/partnership/loan-policies", "en");
        ShouldHaveNoBody(baloan.Only);
        policies.GetRawText().ShouldBe(Policies);
    }

    [Fact]
    public async Task A_loan_is_opened_as_the_documents_show()
    {
        const string Opened =
            $$$"""{"phone_number":"09123456789","national_identifier":"07148143380","birth_date":"1999-02-14","amount":10000000,"loan_due":12,"store":1,"uuid":"{{{Uuid}}}","plan_detail":{"monthly_installment_amount":1057616,"total_payback":12691397}}""";
        await using var baloan = await StartAsync(Answer(201, Opened));
        using var fixture = new ClientFixture(baloan.Address);

        var loan = await fixture.Partnership.OpenLoanAsync(LoanFile() with { NationalIdentifier = "07148143380" }, Language.Persian, Stop);

        ShouldBe(baloan.Only, "POST", "/api/v1/partnership/loan/", "fa");
        baloan.Only.Headers["Content-Type"].ShouldBe("application/json");
        baloan.Only.Text.ShouldBe(
            """{"phone_number":"09123456789","national_identifier":"07148143380","birth_date":"1999-02-14","amount":10000000,"loan_due":12,"store":1}"""
        );
        loan.Uuid.ShouldBe(Loan);
        loan.Answer.GetRawText().ShouldBe(Opened);
    }

    [Fact]
    public async Task A_birth_date_has_one_form_whatever_the_culture()
    {
        await using var baloan = await StartAsync(Good());
        using var fixture = new ClientFixture(baloan.Address);
        var own = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        own.DateTimeFormat = (DateTimeFormatInfo)own.DateTimeFormat.Clone();
        own.DateTimeFormat.ShortDatePattern = "dd/MM/yy";
        CultureInfo.CurrentCulture = own;

        await fixture.Partnership.OpenLoanAsync(LoanFile() with { BirthDate = new(1378, 1, 5) }, Language.English, Stop);

        JsonDocument.Parse(baloan.Only.Body).RootElement.GetProperty("birth_date").GetString().ShouldBe("1378-01-05");
    }

    [Fact]
    public async Task The_contract_is_got_as_the_documents_show()
    {
        const string Contract =
            """{"contract_pdf_file":{"uuid":"9e99ba5e-dccd-46ca-babc-c089cc2b80f0","file":"https://contract-file.sample"},"is_agreed_by_user":false}""";
        await using var baloan = await StartAsync(Answer(200, Contract));
        using var fixture = new ClientFixture(baloan.Address);

        var contract = await fixture.Partnership.GetContractAsync(Loan, Language.English, Stop);

        ShouldBe(baloan.Only, "GET", $"/api/v1/partnership/loan/{Uuid}/contract/", "en");
        ShouldHaveNoBody(baloan.Only);
        contract.GetRawText().ShouldBe(Contract);
    }

    [Fact]
    public async Task The_OTP_of_a_contract_is_asked_for_with_an_empty_body()
    {
        await using var baloan = await StartAsync(Answer(200, ""));
        using var fixture = new ClientFixture(baloan.Address);

        await fixture.Partnership.SendContractOtpAsync(Loan, Language.Persian, Stop);

        ShouldBe(baloan.Only, "POST", $"/api/v1/partnership/loan/{Uuid}/contract/", "fa");
        baloan.Only.Headers["Content-Length"].ShouldBe("0");
        baloan.Only.Headers.ShouldNotContainKey("Content-Type");
    }

    [Fact]
    public async Task A_contract_is_signed_with_the_OTP()
    {
        await using var baloan = await StartAsync(Answer(200, ""));
        using var fixture = new ClientFixture(baloan.Address);

        await fixture.Partnership.SignContractAsync(Loan, "12345", Language.English, Stop);

        ShouldBe(baloan.Only, "PATCH", $"/api/v1/partnership/loan/{Uuid}/contract/", "en");
        baloan.Only.Headers["Content-Type"].ShouldBe("application/json");
        baloan.Only.Text.ShouldBe("""{"otp":"12345"}""");
    }

    [Fact]
    public async Task A_loan_is_canceled_with_an_empty_body()
    {
        await using var baloan = await StartAsync(Answer(200, ""));
        using var fixture = new ClientFixture(baloan.Address);

        await fixture.Partnership.CancelLoanAsync(Loan, Language.English, Stop);

        ShouldBe(baloan.Only, "POST", $"/api/v1/partnership/loan/{Uuid}/cancel/", "en");
        baloan.Only.Headers["Content-Length"].ShouldBe("0");
        baloan.Only.Headers["Content-Type"].ShouldBe("application/json");
    }

    [Fact]
    public async Task What_a_request_lacks_is_said_before_anything_is_sent()
    {
        await using var baloan = await StartAsync(Good());
        using var fixture = new ClientFixture(baloan.Address);
        LoanRequest[] lacking =
        [
            LoanFile() with
            {
                PhoneNumber = "",
            },
            LoanFile() with
            {
                NationalIdentifier = "",
            },
            LoanFile() with
            {
                Amount = 0,
            },
            LoanFile() with
            {
                LoanDue = 0,
            },
        ];

        foreach (var request in lacking)
        {
            await Should.ThrowAsync<ArgumentException>(async () =>
                await fixture.Partnership.OpenLoanAsync(request, Language.English, Stop)
            );
        }

        await Should.ThrowAsync<ArgumentException>(async () =>
            await fixture.Partnership.SignContractAsync(Loan, "", Language.English, Stop)
        );
        baloan.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_read_on_a_connection_that_Baloan_closes_is_sent_again(bool reset)
    {
        await using var baloan = new RawBaloan(async connection =>
        {
            await connection.ReadRequestAsync();
            if (connection.Number != 2)
            {
                await connection.AnswerAsync(200, GoodForAll);
            }

            if (connection.Number == 1)
            {
                await connection.ReadRequestAsync();
            }

            if (connection.Number < 3 && reset)
            {
                connection.Reset();
            }
        });
        using var fixture = new ClientFixture(baloan.Address);
        await fixture.RunAsync("check_credit");

        await fixture.RunAsync("get_contract");

        baloan.Requests.ShouldBe(4);
    }

    [Fact]
    public void Nothing_of_the_customer_shows_itself()
    {
        LoanFile().ToString().ShouldBe("LoanRequest { Amount = 10000000, LoanDue = 12, Store = 1 }");
        new OpenedLoan(Loan, JsonDocument.Parse($$"""{"phone_number":"{{PhoneNumber}}"}""").RootElement)
            .ToString()
            .ShouldBe($"OpenedLoan {{ Uuid = {Uuid} }}");
    }

    private static void ShouldBe(Received request, string method, string target, string language)
    {
        request.Method.ShouldBe(method);
        request.Target.ShouldBe(target);
        request.Headers["Authorization"].ShouldBe("Bearer token-0");
        request.Headers["Accept-Language"].ShouldBe(language);
        request.Headers["Accept"].ShouldBe("application/json");
        request.Headers.ShouldNotContainKey("Transfer-Encoding");
        request.Headers.ShouldNotContainKey("Expect");
        request.Headers.ShouldNotContainKey("Cookie");
    }

    private static void ShouldHaveNoBody(Received request)
    {
        request.Body.ShouldBeEmpty();
        request.Headers.ShouldNotContainKey("Content-Length");
        request.Headers.ShouldNotContainKey("Content-Type");
    }
}
