using Baloan.Sandbox;

namespace Baloan.EndToEnd.Tests;

/// <summary>The error codes of Baloan's loan calls.</summary>
[Collection(SharedApp.Name)]
public sealed class LoanRefusalTests(OneAppFixture fixture)
{
    private readonly RunningApp app = fixture.App;

    public static TheoryData<string> Codes => [.. MagicNumbers.Loans.Select(number => number.Fault.Name)];

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task A_refusal_reaches_the_caller_with_its_code_in_the_callers_language(string code)
    {
        var number = MagicNumbers.Loans.Single(entry => entry.Fault.Name == code);
        fixture.Baloan.Loans.Step = TimeSpan.Zero;
        foreach (var operation in LoanCalls.Operations)
        {
            var borrower = Borrower.Magic(number, operation);
            var loan = operation == Operation.OpenLoan ? Guid.Empty : await app.OpenLoanAsync(borrower);
            var calls = fixture.Books.Calls(operation);

            foreach (var (language, persian) in new[] { ("en", false), ("fa", true) })
            {
                var problem = (await app.CallAsync(operation, borrower, loan, language)).ShouldBeProblem(422, code);
                var detail = problem.Text("detail");
                detail.Any(letter => letter is >= 'آ' and <= 'ی').ShouldBe(persian, detail);
                detail.ShouldNotContain("{");
                detail.ShouldContain(
                    code switch
                    {
                        "national_id_exists_with_another_phone_number" => "0912***6789",
                        "service_inquiry_failed" => persian ? "شاهکار" : "Shahkar",
                        _ => "",
                    }
                );
                problem.ToJsonString().ShouldNotContain(borrower.NationalIdentifier);
                problem.ToJsonString().ShouldNotContain(borrower.PhoneNumber);
            }

            fixture.Books.Calls(operation).ShouldBe(calls + 2, $"each call of {operation} is sent once");
        }
    }
}

/// <summary>Each other magic number of the sandbox, on the loan calls.</summary>
[Collection(SharedApp.Name)]
public sealed class MagicLoanCallTests(OneAppFixture fixture, MagicLoanCallTests.Calls calls) : IClassFixture<MagicLoanCallTests.Calls>
{
    public static TheoryData<Operation, int> Each
    {
        get
        {
            var each = new TheoryData<Operation, int>();
            foreach (var number in MagicNumbers.All)
            {
                foreach (var operation in LoanCalls.Operations)
                {
                    each.Add(operation, number.Code);
                }
            }

            return each;
        }
    }

    [Theory]
    [MemberData(nameof(Each))]
    public async Task A_call_is_answered_as_the_contract_says(Operation operation, int code)
    {
        var number = MagicNumbers.All.Single(entry => entry.Code == code);
        var expected = MagicOutcome.Of(number, operation);

        var answer = await calls.AnswerTo(operation, number);

        if (expected.Code is null)
        {
            answer.ShouldBe(operation == Operation.OpenLoan ? 201 : 200);
            return;
        }

        var problem = answer.ShouldBeProblem(expected.Status, expected.Code);
        problem.ToJsonString().ShouldNotContain(number.NationalIdentifier(operation));
        problem.ToJsonString().ShouldNotContain("html");
        (answer.Headers.RetryAfter is not null).ShouldBe(expected.Status is 429 or 503);
        if (expected.Code == "outcome_unknown")
        {
            calls.Sent(operation, number).ShouldBe(1);
            problem
                .Text("detail")
                .ShouldContain(
                    operation switch
                    {
                        Operation.OpenLoan => "GET /api/loans",
                        Operation.SendContractOtp => "Ask the customer",
                        Operation.SignContract => "is_agreed_by_user",
                        _ => "GET /api/loans/{uuid}",
                    }
                );
        }
    }

    [Fact]
    public async Task Policies_are_asked_for_again_until_that_is_no_use()
    {
        var before = fixture.Books.Calls(Operation.LoanPolicies);
        fixture.Baloan.Faults.Next(Operation.LoanPolicies, Fault.ServerError);
        fixture.Baloan.Faults.Next(Operation.LoanPolicies, Fault.CutBeforeEffect);
        (await fixture.App.GetAsync("api/loan-policies")).Items.ShouldNotBeNull().ShouldNotBeEmpty();
        fixture.Books.Calls(Operation.LoanPolicies).ShouldBe(before + 3);

        fixture.Baloan.Faults.Next(Operation.LoanPolicies, Fault.ServerError, 4);
        (await fixture.App.GetAsync("api/loan-policies")).ShouldBeProblem(504, "baloan_timeout");
        fixture.Books.Calls(Operation.LoanPolicies).ShouldBe(before + 7);
    }

    /// <summary>
    /// All the calls: those that must be sent once one after the other, and the rest side by side, for most of them wait.
    /// </summary>
    public sealed class Calls(OneAppFixture fixture) : IAsyncLifetime
    {
        private const int OpenedAtOnce = 8;

        private readonly Dictionary<(Operation, int), Task<Answer>> answers = [];
        private readonly Dictionary<(Operation, int), int> sent = [];
        private readonly Dictionary<(Operation, int), Guid> opened = [];
        private readonly CallsAtOnce places = new();

        public async ValueTask InitializeAsync()
        {
            fixture.Baloan.Loans.Step = TimeSpan.Zero;
            var each = MagicNumbers
                .All.SelectMany(number => LoanCalls.Operations.Select(operation => (Number: number, Operation: operation)))
                .ToList();
            await Parallel.ForEachAsync(
                each.Where(call => call.Operation != Operation.OpenLoan),
                new ParallelOptions { MaxDegreeOfParallelism = OpenedAtOnce, CancellationToken = TestContext.Current.CancellationToken },
                async (call, _) =>
                {
                    var loan = await OpenAsync(Borrower.Magic(call.Number, call.Operation), call.Operation == Operation.SignContract);
                    lock (opened)
                    {
                        opened.Add((call.Operation, call.Number.Code), loan);
                    }
                }
            );

            // A 401 takes the access token from every call under way, so that these go first and alone; and it is not to be met again.
            foreach (var (number, operation) in each.Where(call => call.Number.Fault == Fault.Unauthorized))
            {
                await Call(number, operation);
            }

            (await fixture.App.GetAsync("api/loan-policies")).Status.ShouldBe(200);
            foreach (var (number, operation) in each.Where(call => IsSentOnce(call.Number, call.Operation)))
            {
                var before = fixture.Books.Calls(operation);
                await Call(number, operation);
                sent.Add((operation, number.Code), fixture.Books.Calls(operation) - before);
            }

            foreach (var (number, operation) in each.Where(call => !answers.ContainsKey((call.Operation, call.Number.Code))))
            {
                await places.BeginAsync(() => Call(number, operation));
            }
        }

        public ValueTask DisposeAsync()
        {
            places.Dispose();
            return default;
        }

        public Task<Answer> AnswerTo(Operation operation, MagicNumber number) => answers[(operation, number.Code)];

        /// <summary>How often Baloan got a call.</summary>
        public int Sent(Operation operation, MagicNumber number) => sent[(operation, number.Code)];

        private static bool IsSentOnce(MagicNumber number, Operation operation) =>
            MagicOutcome.Of(number, operation).Code == "outcome_unknown";

        private Task<Answer> Call(MagicNumber number, Operation operation) =>
            answers[(operation, number.Code)] = fixture.App.CallAsync(
                operation,
                Borrower.Magic(number, operation),
                opened.GetValueOrDefault((operation, number.Code))
            );

        /// <summary>Opens a loan on which all but the signature can be carried out, or that as well.</summary>
        private async Task<Guid> OpenAsync(Borrower borrower, bool signable)
        {
            var loan = await fixture.App.OpenLoanAsync(borrower);
            fixture.Baloan.Loans.MoveOn(loan);
            if (signable)
            {
                (await fixture.App.CallAsync(Operation.SendContractOtp, borrower, loan)).ShouldBe(200);
            }

            return loan;
        }
    }
}
