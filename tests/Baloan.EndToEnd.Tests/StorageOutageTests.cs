using Baloan.Sandbox;

namespace Baloan.EndToEnd.Tests;

/// <summary>Storage goes away and comes back.</summary>
public sealed class StorageOutageTests(OnDemand<OneAppFixture> fixture)
    : LongTests<OneAppFixture>(fixture),
        IClassFixture<OnDemand<OneAppFixture>>
{
    private RunningApp App => Fixture.App;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task What_was_accepted_is_carried_out_and_nothing_else_is()
    {
        var ended = await App.AcceptAsync(Order.New());
        await App.EndOfAsync(ended);

        // Two of them are with Baloan when storage goes; the others are anywhere.
        var accepted = new List<Order>();
        for (var i = 0; i < 2; i++)
        {
            Fixture.Baloan.Faults.Next(Operation.Settle, Fault.SlowAnswer with { Delay = TimeSpan.FromSeconds(3) });
            var order = await App.AcceptAsync(Order.New());
            await Until.TrueAsync("Baloan has moved its money", () => Fixture.Books.Of(order).Count == 1);
            accepted.Add(order);
        }

        var underWay = Enumerable.Range(0, 4).Select(_ => Order.New()).ToList();
        var late = Enumerable.Range(0, 4).Select(_ => Order.New()).ToList();
        foreach (var order in underWay.Concat(late))
        {
            await App.SendOtpAsync(order.Customer);
        }

        var stopping = Task.CompletedTask;
        foreach (var order in underWay)
        {
            if (order == underWay[2])
            {
                stopping = Fixture.Storage.StopAsync();
            }

            await PostAsync(order);
        }

        await stopping;
        foreach (var order in late)
        {
            (await PostAsync(order)).ShouldBeFalse();
        }

        (await App.GetSettlementAsync(ended)).ShouldBeProblem(503, "storage_unavailable");
        (await App.CheckCreditAsync(ended.Customer)).ShouldBe(200);
        await Until.TrueAsync(
            "health says so",
            async () =>
                (await App.GetAsync("api/health")) is { Status: 503 } health
                && health.Json!["checks"]!["storage"]!.GetValue<string>() == "failed"
        );

        await Fixture.Storage.StartAgainAsync(Cancel);
        await Until.TrueAsync("health is well again", async () => (await App.GetAsync("api/health")).Status == 200);
        await App.SweepAsync();

        (await App.EndOfAsync(ended)).Text("status").ShouldBe("settled");
        foreach (var order in accepted)
        {
            var end = await App.EndOfAsync(order);
            if (end.ErrorCode() == "otp_outcome_unknown")
            {
                // Storage went between the validation and the writing of its token. The contract allows that, and a new attempt.
                Fixture.Books.ShouldNotHaveMoved(order);
                continue;
            }

            end.Text("status").ShouldBe("settled", end.ToJsonString());
            Fixture.Books.ShouldHaveMovedOnce(order);
        }

        foreach (var order in underWay.Concat(late).Except(accepted))
        {
            await App.SendOtpAsync(order.Customer);
            (await App.PostSettlementAsync(order)).Status.ShouldBeOneOf(200, 202);
            (await App.EndOfAsync(order)).Text("status").ShouldBe("settled");
            Fixture.Books.ShouldHaveMovedOnce(order);
        }

        async Task<bool> PostAsync(Order order)
        {
            var answer = await App.PostSettlementAsync(order);
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
                stopping = Fixture.Storage.StopAsync();
            }

            underWay.Add(CallBackAsync(loan));
        }

        await stopping;
        (await Task.WhenAll(late.Select(CallBackAsync))).ShouldAllBe(recorded => !recorded);
        var answers = await Task.WhenAll(underWay);
        await Fixture.Storage.StartAgainAsync(Cancel);
        await Until.TrueAsync("health is well again", async () => (await App.GetAsync("api/health")).Status == 200);

        foreach (var loan in loans[2..8].Where((_, index) => !answers[index]).Concat(late))
        {
            (await CallBackAsync(loan)).ShouldBeTrue();
        }

        foreach (var loan in loans)
        {
            (await App.LoanInAsync(State, loan)).History().ShouldBe([new(State)]);
            (await App.ListsOfAsync(loan)).ShouldBe([State]);
        }

        async Task<bool> CallBackAsync(Guid loan)
        {
            var answer = await App.CallBackAsync(loan, State);
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
