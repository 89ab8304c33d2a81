using Baloan.Sandbox;

namespace Baloan.EndToEnd.Tests;

/// <summary>Storage goes away and comes back.</summary>
public sealed class StorageOutageTests(OneAppFixture fixture) : IClassFixture<OneAppFixture>
{
    private readonly RunningApp app = fixture.App;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task What_was_accepted_is_carried_out_and_nothing_else_is()
    {
        var ended = await app.AcceptAsync(Order.New());
        await app.EndOfAsync(ended);

        // Two of them are with Baloan when storage goes; the others are anywhere.
        var accepted = new List<Order>();
        for (var i = 0; i < 2; i++)
        {
            fixture.Baloan.Faults.Next(Operation.Settle, Fault.SlowAnswer with { Delay = TimeSpan.FromSeconds(3) });
            var order = await app.AcceptAsync(Order.New());
            await Until.TrueAsync("Baloan has moved its money", () => fixture.Books.Of(order).Count == 1);
            accepted.Add(order);
        }

        var underWay = Enumerable.Range(0, 4).Select(_ => Order.New()).ToList();
        var late = Enumerable.Range(0, 4).Select(_ => Order.New()).ToList();
        foreach (var order in underWay.Concat(late))
        {
            await app.SendOtpAsync(order.Customer);
        }

        var stopping = Task.CompletedTask;
        foreach (var order in underWay)
        {
            if (order == underWay[2])
            {
                stopping = fixture.Storage.StopAsync();
            }

            await PostAsync(order);
        }

        await stopping;
        foreach (var order in late)
        {
            (await PostAsync(order)).ShouldBeFalse();
        }

        (await app.GetSettlementAsync(ended)).ShouldBeProblem(503, "storage_unavailable");
        (await app.CheckCreditAsync(ended.Customer)).ShouldBe(200);
        await Until.TrueAsync(
            "health says so",
            async () =>
                (await app.GetAsync("api/health")) is { Status: 503 } health
                && health.Json!["checks"]!["storage"]!.GetValue<string>() == "failed"
        );

        await fixture.Storage.StartAgainAsync(Cancel);
        await Until.TrueAsync("health is well again", async () => (await app.GetAsync("api/health")).Status == 200);
        await app.SweepAsync();

        (await app.EndOfAsync(ended)).Text("status").ShouldBe("settled");
        foreach (var order in accepted)
        {
            var end = await app.EndOfAsync(order);
            if (end.ErrorCode() == "otp_outcome_unknown")
            {
                // Storage went between the validation and the writing of its token. The contract allows that, and a new attempt.
                fixture.Books.ShouldNotHaveMoved(order);
                continue;
            }

            end.Text("status").ShouldBe("settled", end.ToJsonString());
            fixture.Books.ShouldHaveMovedOnce(order);
        }

        foreach (var order in underWay.Concat(late).Except(accepted))
        {
            await app.SendOtpAsync(order.Customer);
            (await app.PostSettlementAsync(order)).Status.ShouldBeOneOf(200, 202);
            (await app.EndOfAsync(order)).Text("status").ShouldBe("settled");
            fixture.Books.ShouldHaveMovedOnce(order);
        }

        async Task<bool> PostAsync(Order order)
        {
            var answer = await app.PostSettlementAsync(order);
            if (answer.Status == 202)
            {
                accepted.Add(order);
                return true;
            }

            answer.ShouldBeProblem(503, "storage_unavailable");
            answer.Headers.RetryAfter.ShouldNotBeNull();
            return false;
        }
    }

    [Fact(Explicit = true)]
    public async Task Each_callback_that_was_answered_200_is_recorded_in_the_end()
    {
        const string State = "cheque_verified";
        var loans = Enumerable.Range(0, 12).Select(_ => Guid.NewGuid()).ToList();
        var late = loans[8..];
        await Task.WhenAll(loans[..2].Select(CallBackAsync));

        var stopping = Task.CompletedTask;
        var underWay = new List<Task<bool>>();
        foreach (var loan in loans[2..8])
        {
            if (loan == loans[5])
            {
                stopping = fixture.Storage.StopAsync();
            }

            underWay.Add(CallBackAsync(loan));
        }

        await stopping;
        (await Task.WhenAll(late.Select(CallBackAsync))).ShouldAllBe(recorded => !recorded);
        var answers = await Task.WhenAll(underWay);
        await fixture.Storage.StartAgainAsync(Cancel);
        await Until.TrueAsync("health is well again", async () => (await app.GetAsync("api/health")).Status == 200);

        foreach (var loan in loans[2..8].Where((_, index) => !answers[index]).Concat(late))
        {
            (await CallBackAsync(loan)).ShouldBeTrue();
        }

        foreach (var loan in loans)
        {
            (await app.LoanInAsync(State, loan)).History().ShouldBe([new(State)]);
            (await app.ListsOfAsync(loan)).ShouldBe([State]);
        }

        async Task<bool> CallBackAsync(Guid loan)
        {
            var answer = await app.CallBackAsync(loan, State);
            if (answer.Status == 200)
            {
                return true;
            }

            answer.ShouldBeProblem(503, "storage_unavailable");
            answer.Headers.RetryAfter.ShouldNotBeNull();
            return false;
        }
    }
}
