using Baloan.Sandbox;

namespace Baloan.EndToEnd.Tests;

/// <summary>The process dies (SIGKILL) while a loan is opened or a callback recorded, and Baloan calls back again.</summary>
public sealed class LoanCrashTests(OnDemand<SandboxFixture> fixture)
    : LongTests<SandboxFixture>(fixture),
        IClassFixture<OnDemand<SandboxFixture>>
{
    private const string Verified = "cheque_verified";

    private static readonly TimeSpan Held = TimeSpan.FromMinutes(1);

    // So that the messages that a dead process held come back soon.
    private static readonly Dictionary<string, string?> Settings = new() { ["LocalFunctionsHost__QueueLease"] = "00:00:06" };

    private StorageProxy proxy = null!;
    private FrontDoor door = null!;
    private Receiver subscriber = null!;
    private RunningApp app = null!;

    private LoanBooks Loans => Fixture.Baloan.Loans;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        proxy = await StorageProxy.StartAsync(Fixture.Storage);
        door = await FrontDoor.StartAsync();
        subscriber = await Receiver.StartAsync();
        (Loans.CallbackUrl, Loans.Step) = (door.CallbackUrl, TimeSpan.Zero);
        await StartAppAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        Loans.CallbackUrl = null;
        await app.DisposeAsync();
        await subscriber.DisposeAsync();
        await door.DisposeAsync();
        await proxy.DisposeAsync();
        await base.DisposeAsync();
    }

    [Fact(Explicit = true)]
    public async Task A_death_at_any_write_of_a_callback_loses_nothing_and_doubles_nothing()
    {
        var subscription = (await app.SubscribeAsync(subscriber.CallbackUrl, Verified)).ShouldBe(201).Text("id");
        var writes = await CountWritesAsync();
        // Event, index, loan and history, index; and the message of the event once it is delivered.
        writes.ShouldBeGreaterThanOrEqualTo(5);

        await DieAndRecoverAsync(1, false);
        for (var write = 1; write <= writes; write++)
        {
            await DieAndRecoverAsync(write, true);
        }

        // The event is delivered and its message is still there, so that it is delivered again.
        await DieAndRecoverAsync(writes, false, deliveries: 2);
        foreach (var deliveries in subscriber.Deliveries.GroupBy(delivery => (string)delivery.Json["data"]!["uuid"]!))
        {
            deliveries.Select(delivery => delivery.EventId).Distinct().ShouldHaveSingleItem();
        }

        (await app.SendAsync(HttpMethod.Delete, $"api/subscriptions/{subscription}")).Status.ShouldBe(204);
    }

    [Fact(Explicit = true)]
    public async Task A_loan_whose_opening_was_not_recorded_is_there_after_its_callback()
    {
        var (never, opened) = (Borrower.New(), Borrower.New());
        var held = new Fault("held", "no answer before a minute is over") { Delay = Held };
        door.Close();
        var first = await HoldAsync(never, held);
        var second = await HoldAsync(opened, held with { Effect = Effect.Now });
        await Until.TrueAsync("Baloan has opened the second one", () => LoanOf(opened) is not null);
        await app.Process.KillAsync();
        (await first).ShouldBeNull();
        (await second).ShouldBeNull();

        await StartAppAsync();

        LoanOf(never).ShouldBeNull();
        await app.OpenLoanAsync(never);
        await ShouldBeWholeAsync(LoanOf(opened)!.Value, amount: null);

        // It dies in the recording, after the writes of the opening itself: with an entry in the index and no loan; with the loan
        // and no answer. The sweep makes it good.
        await DieInRecordingAsync(4);
        await DieInRecordingAsync(5);

        async Task<Task<Answer?>> HoldAsync(Borrower borrower, Fault fault)
        {
            var calls = Fixture.Books.Calls(Operation.OpenLoan);
            Fixture.Baloan.Faults.Next(Operation.OpenLoan, fault);
            var opening = TryOpenAsync(borrower);
            await Until.TrueAsync("Baloan has the call", () => Fixture.Books.Calls(Operation.OpenLoan) > calls);
            return opening;
        }
    }

    private async Task DieInRecordingAsync(int write)
    {
        var borrower = Borrower.New();
        var dying = app;

        // After this the app has set up its storage, which is of no interest here.
        (await app.CallBackAsync(Guid.NewGuid(), Verified)).ShouldBe(200);
        door.Close();
        proxy.Arm(new(write, true, dying.Process.KillAsync));

        (await TryOpenAsync(borrower)).ShouldBeNull();
        await Until.TrueAsync("the process is dead", () => dying.Process.Process.Exited.IsCompleted);
        proxy.Arm(null);
        await StartAppAsync();

        var loan = LoanOf(borrower)!.Value;
        await Until.TrueAsync(
            "its amount is recorded",
            async () => (long?)(await app.LoanInAsync("created", loan, 1))["amount"] == Borrower.Amount
        );
        await ShouldBeWholeAsync(loan, Borrower.Amount);
    }

    private async Task ShouldBeWholeAsync(Guid loan, long? amount)
    {
        var created = await app.LoanInAsync("created", loan, 1);
        ((long?)created["amount"]).ShouldBe(amount);
        await Until.TrueAsync("Baloan has its answer", () => Loans.Taken(loan).Count == 1);
        (await app.ListsOfAsync(loan)).ShouldBe(["created"]);

        Loans.MoveOn(loan);

        (await app.LoanInAsync(Verified, loan, 2)).History().ShouldBe([new("created"), new(Verified)]);
        await Until.TrueAsync("Baloan has its answer", () => Loans.Taken(loan).Count == 2);
        (await app.ListsOfAsync(loan)).ShouldBe([Verified]);
    }

    /// <summary>How many writes one callback makes, until its event is delivered.</summary>
    private async Task<int> CountWritesAsync()
    {
        int writes = await CountWritesOfOneAsync(),
            before;
        do
        {
            // A sweep may have come in between, and no other callback would get to that write.
            (before, writes) = (writes, await CountWritesOfOneAsync());
        } while (writes != before);
        return writes;
    }

    private async Task<int> CountWritesOfOneAsync()
    {
        var loan = await OpenAsync();
        var writes = 0;
        proxy.Arm(null, () => writes++);
        Loans.MoveOn(loan);
        await DeliveredAsync(loan);
        await Until.TrueAsync(
            "the queue is empty",
            async () => (await Fixture.Queue("events").GetPropertiesAsync(Cancel)).Value.ApproximateMessagesCount == 0
        );
        proxy.Arm(null);
        return writes;
    }

    private async Task DieAndRecoverAsync(int write, bool afterIt, int deliveries = 1)
    {
        var point = $"write {write} {(afterIt ? "done" : "not done")}";
        var loan = await OpenAsync();
        var dying = app;
        proxy.Arm(new(write, afterIt, dying.Process.KillAsync));
        Loans.MoveOn(loan);
        await Until.TrueAsync($"{point}: the process is dead", () => dying.Process.Process.Exited.IsCompleted);
        proxy.Arm(null);
        door.Close();
        await StartAppAsync();

        await Until.TrueAsync($"{point}: Baloan has its answer", () => Loans.Taken(loan).Any(callback => callback.State == Verified));
        (await app.LoanInAsync(Verified, loan, 2)).History().ShouldBe([new("created"), new(Verified)], point);
        (await app.ListsOfAsync(loan)).ShouldBe([Verified], point);
        await DeliveredAsync(loan, deliveries);

        // What is left is about a change that was never recorded, and would be looked at for minutes.
        await Fixture.Queue("events").ClearMessagesAsync(Cancel);
    }

    /// <summary>Opens a loan, of which the first callback is recorded.</summary>
    private async Task<Guid> OpenAsync()
    {
        var loan = await app.OpenLoanAsync(Borrower.New());
        await Until.TrueAsync("Baloan has its answer", () => Loans.Taken(loan).Count == 1);
        await app.LoanInAsync("created", loan, 1);
        return loan;
    }

    private async Task<Answer?> TryOpenAsync(Borrower borrower)
    {
        try
        {
            return await app.PostAsync("api/loans", borrower.Request);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private Guid? LoanOf(Borrower borrower) =>
        Loans.All.SingleOrDefault(loan => loan.NationalIdentifier == borrower.NationalIdentifier)?.Uuid;

    private Task DeliveredAsync(Guid loan, int times = 1) =>
        Until.TrueAsync(
            $"the subscriber is told of {loan}",
            () => subscriber.Deliveries.Count(delivery => (string)delivery.Json["data"]!["uuid"]! == loan.ToString()) >= times
        );

    private async Task StartAppAsync() => door.Open(app = await Fixture.StartAppAsync(Settings, proxy.ConnectionString));
}
