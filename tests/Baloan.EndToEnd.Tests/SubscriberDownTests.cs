namespace Baloan.EndToEnd.Tests;

/// <summary>A subscriber that is down for longer than a process lives.</summary>
public sealed class SubscriberDownTests(OnDemand<SandboxFixture> fixture)
    : LongTests<SandboxFixture>(fixture),
        IClassFixture<OnDemand<SandboxFixture>>
{
    // So that the messages that a dead process held come back soon.
    private static readonly Dictionary<string, string?> Settings = new() { ["LocalFunctionsHost__QueueLease"] = "00:00:06" };

    [Fact(Explicit = true)]
    public async Task It_is_told_by_the_next_process_under_the_same_ids()
    {
        await using var subscriber = await Receiver.StartAsync();
        subscriber.Answer = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        await using var dying = await Fixture.StartAppAsync(Settings);
        (await dying.SubscribeAsync(subscriber.CallbackUrl)).ShouldBe(201);
        var loan = Guid.NewGuid();
        (await dying.CallBackAsync(loan, "cheque_verified")).ShouldBe(200);
        var order = await dying.AcceptAsync(Order.New());
        var settled = await dying.EndOfAsync(order);
        await Until.TrueAsync("both have been tried", () => Of("loan_state").Any() && Of("settlement").Any());

        await dying.Process.KillAsync();
        var failed = subscriber.Deliveries;
        subscriber.AnswerWith(200);
        await using var next = await Fixture.StartAppAsync(Settings);

        await Until.TrueAsync(
            "both are told",
            () => Of("loan_state").Skip(Count("loan_state")).Any() && Of("settlement").Skip(Count("settlement")).Any()
        );
        var change = Of("loan_state").Last().Json;
        ((string?)change["data"]!["uuid"], (string?)change["data"]!["state"]).ShouldBe((loan.ToString(), "cheque_verified"));
        var end = Of("settlement").Last().Json;
        var (data, row) = (end["data"]!.AsObject(), settled);
        (data.Text("code"), data.Text("status"), data.Text("national_identifier")).ShouldBe(
            (order.Code, "settled", row.Text("national_identifier"))
        );
        foreach (var type in new[] { "loan_state", "settlement" })
        {
            Of(type).Select(delivery => delivery.Body).Distinct().ShouldHaveSingleItem();
        }

        Fixture.Books.ShouldHaveMovedOnce(order);

        IEnumerable<Delivery> Of(string type) => subscriber.Deliveries.Where(delivery => delivery.Json.Text("type") == type);
        int Count(string type) => failed.Count(delivery => delivery.Json.Text("type") == type);
    }
}
