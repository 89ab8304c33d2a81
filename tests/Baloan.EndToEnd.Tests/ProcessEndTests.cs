using Baloan.Sandbox;

namespace Baloan.EndToEnd.Tests;

/// <summary>The process ends while Baloan holds a call: at once (SIGKILL), or asked to (SIGTERM).</summary>
[Collection(SharedProcesses.Name)]
public sealed class ProcessEndTests(OnDemand<SandboxFixture> fixture) : LongTests<SandboxFixture>(fixture)
{
    private static readonly TimeSpan Held = TimeSpan.FromMinutes(1);

    // So that the messages that a dead process held come back soon.
    private static readonly Dictionary<string, string?> Settings = new() { ["LocalFunctionsHost__QueueLease"] = "00:00:06" };

    [Fact(Explicit = true)]
    public async Task Whatever_call_a_process_dies_in_each_settlement_ends_as_the_books_say()
    {
        var app = await Fixture.StartAppAsync(Settings);
        var (checking, validating, sending, settled) = (Order.New(), Order.New(), Order.New(), Order.New());
        var unanswered = new Fault("held", "no answer before a minute is over") { Delay = Held };

        await AcceptHeldAsync(checking, Operation.CheckCredit, unanswered);
        await AcceptHeldAsync(validating, Operation.ValidateOtp, unanswered);
        await AcceptHeldAsync(sending, Operation.Settle, unanswered);
        await AcceptHeldAsync(settled, Operation.Settle, unanswered with { Effect = Effect.Now });
        await Until.TrueAsync("the money of the last one is moved", () => Fixture.Books.Of(settled).Count == 1);
        await app.Process.KillAsync();

        await using var next = app = await Fixture.StartAppAsync(Settings);
        await app.SweepAsync();

        var end = await app.EndOfAsync(checking);
        end.Text("status").ShouldBe("settled", end.ToJsonString());
        end["inferred"]!.GetValue<bool>().ShouldBeFalse();
        Fixture.Books.ShouldHaveMovedOnce(checking);

        end = await app.EndOfAsync(validating);
        end.Text("status").ShouldBe("failed", end.ToJsonString());
        end.ErrorCode().ShouldBe("otp_outcome_unknown");
        Fixture.Books.ShouldNotHaveMoved(validating);

        end = await app.EndOfAsync(sending);
        end.Text("status").ShouldBe("failed", end.ToJsonString());
        end.ErrorCode().ShouldBe("not_settled");
        Fixture.Books.ShouldNotHaveMoved(sending);

        end = await app.EndOfAsync(settled);
        end.Text("status").ShouldBe("settled", end.ToJsonString());
        end["inferred"]!.GetValue<bool>().ShouldBeTrue();
        Fixture.Books.ShouldHaveMovedOnce(settled);

        async Task AcceptHeldAsync(Order order, Operation operation, Fault fault)
        {
            var calls = Fixture.Books.Calls(operation);
            Fixture.Baloan.Faults.Next(operation, fault);
            await app.AcceptAsync(order);
            await Until.TrueAsync($"Baloan has the call {operation}", () => Fixture.Books.Calls(operation) > calls);
        }
    }

    [Fact(Explicit = true)]
    public async Task A_settlement_is_waited_for_and_recorded_when_the_process_is_asked_to_end()
    {
        var order = Order.New();
        var app = await Fixture.StartAppAsync(Settings);
        Fixture.Baloan.Faults.Next(Operation.Settle, Fault.SlowAnswer with { Delay = TimeSpan.FromSeconds(5) });
        await app.AcceptAsync(order);
        await Until.TrueAsync("Baloan has moved its money", () => Fixture.Books.Of(order).Count == 1);
        var checks = Fixture.Books.Calls(Operation.CheckCredit);

        await app.Process.StopAsync();

        app.Process.Process.ExitCode.ShouldBe(0, string.Join('\n', app.Process.LogLines.TakeLast(20)));
        await using var next = await Fixture.StartAppAsync(Settings);
        HappyPathTests.ShouldBeSettled((await next.GetSettlementAsync(order)).ShouldBe(200), order, Books.DefaultCredit - order.Total);
        Fixture.Books.ShouldHaveMovedOnce(order);
        Fixture.Books.Calls(Operation.CheckCredit).ShouldBe(checks);
        await Fixture.QueueIsEmptyAsync();
    }
}
