using System.Globalization;
using System.Net;
using Baloan.Sandbox;
using static Baloan.EndToEnd.Tests.Sandbox.BaloanCaller;

namespace Baloan.EndToEnd.Tests.Sandbox;

/// <summary>The magic numbers of the loan calls do what the front page says of them.</summary>
public sealed class MagicLoanTests : IAsyncLifetime
{
    private const string Cut = "cut";

    private static readonly string[] DocumentedCodes =
    [
        "unauthorized_partnership",
        "phone_number_exist_with_another_national_id",
        "national_id_exists_with_another_phone_number",
        "age_not_in_valid_range",
        "invalid_date_format",
        "loan_due_or_amount_not_match_store_policies",
        "national_phone_verification_failed",
        "service_inquiry_failed",
        "can_not_update",
        "failed_to_cancel_loan",
        "not_allowed_in_state",
        "already_agreed_by_user",
        "duplicate_request",
        "no_request_to_verify",
        "incorrect_otp_code",
        "throttled_otp_code",
        "loan_amount_exceed_user_credit",
    ];

    private BaloanServer server = null!;
    private BaloanCaller baloan = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<int, string> LoanCodes
    {
        get
        {
            var data = new TheoryData<int, string>();
            for (var i = 0; i < DocumentedCodes.Length; i++)
            {
                data.Add(4101 + i, DocumentedCodes[i]);
            }

            return data;
        }
    }

    public static TheoryData<int> Codes => [.. MagicNumbers.All.Select(number => number.Code)];

    public async ValueTask InitializeAsync()
    {
        server = await BaloanServer.StartAsync(time: new HastyTime(), cancellationToken: Cancel);
        server.Loans.Step = TimeSpan.Zero;
        baloan = await new BaloanCaller(server).LogInAsPartnerAsync();
    }

    public async ValueTask DisposeAsync()
    {
        baloan.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public void There_is_one_for_each_code_of_the_document_and_it_is_no_other_number()
    {
        MagicNumbers.Loans.Select(number => number.Fault.Name).ShouldBe(DocumentedCodes);
        MagicNumbers.Loans.Concat(MagicNumbers.All).Select(number => number.Code).ShouldBeUnique();
    }

    [Theory]
    [MemberData(nameof(LoanCodes))]
    public async Task Each_loan_call_is_refused_with_the_code_in_both_languages(int number, string code)
    {
        foreach (
            var (persian, operation) in new[] { false, true }.SelectMany(persian => Operations.Select(operation => (persian, operation)))
        )
        {
            baloan.Http.DefaultRequestHeaders.Remove("Accept-Language");
            baloan.Http.DefaultRequestHeaders.Add("Accept-Language", persian ? "fa" : "en");
            var customer = Identifier(operation, number);

            using var answer =
                operation == Operation.OpenLoan
                    ? await baloan.OpenLoanAsync(customer)
                    : await CallAsync(
                        operation,
                        server.Loans.All.FirstOrDefault(loan => loan.NationalIdentifier == customer)?.Uuid
                            ?? await baloan.OpenedLoanAsync(customer)
                    );

            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            var body = await JsonAsync(answer);
            body.Select(field => field.Key).ShouldBe(["status", "message", "message_code", "data"]);
            body["message_code"]!.GetValue<string>().ShouldBe(code);
            var message = body["message"]!.GetValue<string>();
            message.ShouldNotContain('{');
            message.Any(letter => letter is >= 'آ' and <= 'ی').ShouldBe(persian);
        }

        server.Loans.All.ShouldAllBe(loan => loan.State == LoanState.Created);
        server.Loans.All.Count.ShouldBe(4);
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task Each_other_number_makes_its_loan_call_alone_go_wrong(int code)
    {
        var number = MagicNumbers.All.Single(entry => entry.Code == code);
        var expected =
            number.Fault.Cut ? Cut
            : number.Fault == Fault.SlowAnswer ? "200"
            : number.Fault.Meaning[..3];

        foreach (var operation in Operations)
        {
            var customer = Identifier(operation, code);
            var loan = operation == Operation.OpenLoan ? Guid.Empty : await SignableLoanAsync(operation, customer);
            (
                await OutcomeAsync(() => operation == Operation.OpenLoan ? baloan.OpenLoanAsync(customer) : CallAsync(operation, loan))
            ).ShouldBe(expected);
            if (number.Fault == Fault.Unauthorized)
            {
                await baloan.LogInAsPartnerAsync();
            }

            if (operation != Operation.GetContract)
            {
                await EffectAsync(number, () => Happened(operation, customer));
            }
        }
    }

    [Fact]
    public async Task Every_other_means_that_the_repeat_goes_right()
    {
        var customer = MagicNumbers.For(Fault.Unavailable, once: true).NationalIdentifier(Operation.OpenLoan);

        (await baloan.OpenLoanAsync(customer)).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await baloan.OpenLoanAsync(customer)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_numbers_of_loans_strike_no_merchants_call()
    {
        await baloan.LogInAsync();

        (await baloan.SendOtpAsync("2000004101")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_front_page_lists_them_all()
    {
        var page = await baloan.Http.GetStringAsync("/", Cancel);

        foreach (var number in MagicNumbers.Loans.Concat(MagicNumbers.All))
        {
            page.ShouldContain(WebUtility.HtmlEncode(number.Fault.Meaning));
            foreach (var operation in Operations)
            {
                page.ShouldContain(number.NationalIdentifier(operation));
            }
        }
    }

    private static Operation[] Operations =>
        [Operation.OpenLoan, Operation.GetContract, Operation.SendContractOtp, Operation.SignContract, Operation.CancelLoan];

    private static string Identifier(Operation operation, int code) =>
        string.Create(CultureInfo.InvariantCulture, $"{5 + Array.IndexOf(Operations, operation)}00000{code}");

    private async Task<Guid> SignableLoanAsync(Operation operation, string customer)
    {
        var loan = await baloan.OpenedLoanAsync(customer);
        server.Loans.MoveOn(loan);
        if (operation == Operation.SignContract)
        {
            (await baloan.SendContractOtpAsync(loan)).StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        return loan;
    }

    private Task<HttpResponseMessage> CallAsync(Operation operation, Guid loan) =>
        operation switch
        {
            Operation.GetContract => baloan.GetContractAsync(loan),
            Operation.SendContractOtp => baloan.SendContractOtpAsync(loan),
            Operation.SignContract => baloan.SignAsync(loan),
            _ => baloan.CancelLoanAsync(loan),
        };

    private bool? Happened(Operation operation, string customer)
    {
        var loan = server.Loans.All.SingleOrDefault(loan => loan.NationalIdentifier == customer);
        return operation switch
        {
            Operation.OpenLoan => loan is not null,
            Operation.SignContract => loan!.IsAgreedByUser,
            Operation.CancelLoan => loan!.State == LoanState.Canceled,

            // Whether an OTP was issued cannot be seen.
            _ => null,
        };
    }

    private static async Task EffectAsync(MagicNumber number, Func<bool?> happened)
    {
        if (number.Fault.Effect == Effect.Late)
        {
            await Until.TrueAsync("the late effect came", () => happened() != false);
        }

        (happened() ?? number.Fault.Effect != Effect.None).ShouldBe(number.Fault.Effect != Effect.None);
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
}
