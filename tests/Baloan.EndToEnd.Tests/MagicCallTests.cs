using System.Text.Json.Nodes;
using Baloan.Sandbox;

namespace Baloan.EndToEnd.Tests;

/// <summary>Each magic number of the sandbox, on the calls that a caller waits for.</summary>
[Collection(SharedApp.Name)]
public sealed class MagicCallTests(MagicCallTests.Calls calls) : IClassFixture<MagicCallTests.Calls>
{
    private static readonly Operation[] Operations = [Operation.CheckCredit, Operation.SendOtp, Operation.ValidateOtp];

    public static TheoryData<Operation, int> Each
    {
        get
        {
            var each = new TheoryData<Operation, int>();
            foreach (var number in MagicNumbers.All)
            {
                foreach (var operation in Operations)
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

        var answer = await calls.Answer(operation, number);

        if (expected.Code is null)
        {
            answer.ShouldBe(200);
        }
        else
        {
            answer.ShouldBeProblem(expected.Status, expected.Code);
            answer.Json!.ToJsonString().ShouldNotContain(number.NationalIdentifier(operation));
            answer.Json!.ToJsonString().ShouldNotContain("html");
            (answer.Headers.RetryAfter is not null).ShouldBe(expected.Status is 429 or 503);
        }
    }

    /// <summary>All the calls, made side by side: most of them wait.</summary>
    public sealed class Calls(OneAppFixture fixture) : IAsyncLifetime
    {
        private readonly Dictionary<(Operation, int), Task<Answer>> answers = [];
        private readonly CallsAtOnce places = new();

        public async ValueTask InitializeAsync()
        {
            foreach (var number in MagicNumbers.All)
            {
                await fixture.App.SendOtpAsync(number.NationalIdentifier(Operation.ValidateOtp));
            }

            // A 401 takes the access token from every call under way, so that these go first and alone.
            foreach (var number in MagicNumbers.All.OrderByDescending(number => number.Fault == Fault.Unauthorized))
            {
                foreach (var operation in Operations)
                {
                    var call = await places.BeginAsync(() => CallAsync(operation, number.NationalIdentifier(operation)));
                    answers.Add((operation, number.Code), call);
                    if (number.Fault == Fault.Unauthorized)
                    {
                        await call;
                    }
                }
            }
        }

        public ValueTask DisposeAsync()
        {
            places.Dispose();
            return default;
        }

        public Task<Answer> Answer(Operation operation, MagicNumber number) => answers[(operation, number.Code)];

        private Task<Answer> CallAsync(Operation operation, string customer)
        {
            var body = new JsonObject { ["national_identifier"] = customer };
            if (operation == Operation.ValidateOtp)
            {
                body["otp"] = MagicNumbers.Otp;
            }

            return fixture.App.PostAsync(
                operation switch
                {
                    Operation.CheckCredit => "api/merchant/credit-check",
                    Operation.SendOtp => "api/merchant/otp",
                    _ => "api/merchant/otp/validate",
                },
                body
            );
        }
    }
}
