using Baloan.Core.Settlements;
using Baloan.Functions.Functions;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Tests.Settlements;

public sealed class StorageFaultTests(StorageAccounts storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task An_acceptance_whose_answer_was_lost_is_known_for_its_own()
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var fixture = await ServiceFixture.StartAsync(storage, connectionString: proxy.ConnectionString);
        var request = await fixture.NewAsync();
        proxy.LoseAnswer = Once("table POST Settlements");

        var (row, accepted, _) = await fixture.Intake.AcceptAsync(request, Cancel);

        accepted.ShouldBeTrue();
        proxy.Calls.Count(call => call == "table POST Settlements").ShouldBeGreaterThan(1);
        (await fixture.QueueLengthAsync()).ShouldBe(1);
        (await fixture.ProcessAsync(row.Code)).Status.ShouldBe(SettlementStatus.Settled);
    }

    [Fact(Explicit = true)]
    public async Task A_new_attempt_whose_answer_was_lost_is_known_for_its_own()
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var fixture = await ServiceFixture.StartAsync(storage, connectionString: proxy.ConnectionString);
        var request = await fixture.NewAsync();
        await fixture.Intake.AcceptAsync(request, Cancel);
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.Refused);
        await fixture.ProcessAsync(request.Code);
        var again = request with { TransactionToken = await fixture.TransactionTokenAsync(request.NationalIdentifier) };
        proxy.LoseAnswer = Once("table POST $batch");

        var (row, accepted, _) = await fixture.Intake.AcceptAsync(again, Cancel);

        accepted.ShouldBeTrue();
        row.Attempts.ShouldBe(2);
        (await fixture.ProcessAsync(row.Code)).Status.ShouldBe(SettlementStatus.Settled);
    }

    [Fact(Explicit = true)]
    public async Task A_change_whose_answer_was_lost_is_known_for_its_own_and_the_settlement_is_sent_once()
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var fixture = await ServiceFixture.StartAsync(storage, connectionString: proxy.ConnectionString);
        var row = await fixture.AcceptAsync();
        proxy.LoseAnswer = Once("table PUT Settlements(key)");

        var settled = await fixture.ProcessAsync(row.Code);

        settled.Status.ShouldBe(SettlementStatus.Settled);
        fixture.Baloan.Books.Calls(Operation.Settle).ShouldBe(1);
    }

    [Fact(Explicit = true)]
    public async Task A_yes_is_kept_until_storage_takes_it()
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var fixture = await ServiceFixture.StartAsync(storage, connectionString: proxy.ConnectionString);
        var row = await fixture.AcceptAsync();
        var slow = TimeSpan.FromSeconds(30);
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.SlowAnswer with { Delay = slow });
        var sending = fixture.Processor.ProcessAsync(row.Code, Cancel);
        await fixture.Time.IsWaitedForAsync(slow);
        var refused = 0;
        proxy.Refuse = _ => Interlocked.Increment(ref refused) <= 5;

        fixture.Time.Advance(slow);
        await sending;

        var settled = await fixture.FindAsync(row.Code);
        settled.Status.ShouldBe(SettlementStatus.Settled);
        settled.Inferred.ShouldBeFalse();
    }

    [Theory(Explicit = true)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_Baloan_said_waits_on_the_queue_while_the_tables_are_away(bool yes)
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var fixture = await ServiceFixture.StartAsync(storage, connectionString: proxy.ConnectionString);
        var row = await fixture.AcceptAsync();
        if (!yes)
        {
            fixture.Baloan.Faults.Next(Operation.Settle, Fault.Refused);
        }

        proxy.Refuse = call => call.StartsWith("table", StringComparison.Ordinal) && fixture.Baloan.Books.Calls(Operation.Settle) > 0;
        await fixture.Processor.ProcessAsync(row.Code, Cancel);
        var kept = proxy.Messages.Single(message => message.Text.Contains("\"answer\"", StringComparison.Ordinal));

        // Its message comes while they are still away: it stays on the queue.
        await RunAsync(fixture, kept.Text);
        proxy.Messages.Count(message => message.Text.Contains("\"answer\"", StringComparison.Ordinal)).ShouldBe(2);
        proxy.Refuse = _ => false;
        (await fixture.FindAsync(row.Code)).Status.ShouldBe(SettlementStatus.Submitting);
        await RunAsync(fixture, proxy.Messages[^1].Text);

        var ended = await fixture.FindAsync(row.Code);
        (ended.Status, ended.KnownBy, ended.ErrorCode).ShouldBe(
            yes
                ? (SettlementStatus.Settled, SettlementKnownBy.Baloan, null)
                : (SettlementStatus.Rejected, SettlementKnownBy.Baloan, "duplicate_request")
        );
        kept.Text.ShouldNotContain(row.NationalIdentifier!);
        await RunAsync(fixture, kept.Text);
        (await fixture.FindAsync(row.Code)).ETag.ShouldBe(ended.ETag, "once is enough");
    }

    [Fact(Explicit = true)]
    public async Task What_Baloan_said_wakes_somebody_where_storage_takes_nothing()
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var fixture = await ServiceFixture.StartAsync(storage, connectionString: proxy.ConnectionString);
        var row = await fixture.AcceptAsync();
        proxy.Refuse = _ => fixture.Moved(row.Code) > 0;

        await Should.ThrowAsync<Exception>(() => fixture.ProcessAsync(row.Code));

        fixture.Logs.Lines.ShouldContain(line => line.StartsWith("Critical") && line.Contains(row.Code) && line.Contains("Yes"));
    }

    [Fact(Explicit = true)]
    public async Task A_queue_that_was_deleted_is_made_again()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        await fixture.AcceptAsync();
        await fixture.DeleteQueueAsync();

        var row = await fixture.AcceptAsync();

        (await fixture.MessagesAsync()).ShouldHaveSingleItem().ShouldContain(row.Code);
    }

    [Fact(Explicit = true)]
    public async Task A_yes_that_storage_never_took_is_found_out_afterwards()
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var fixture = await ServiceFixture.StartAsync(storage, connectionString: proxy.ConnectionString);
        var row = await fixture.AcceptAsync();
        // The row that says "submitting" is written, and nothing after it.
        proxy.Refuse = _ => fixture.Moved(row.Code) > 0;
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.CutAfterEffect);

        await Should.ThrowAsync<Exception>(() => fixture.ProcessAsync(row.Code));
        proxy.Refuse = _ => false;
        (await fixture.FindAsync(row.Code)).Status.ShouldBe(SettlementStatus.Submitting);
        var settled = await fixture.RunToEndAsync(row.Code);

        settled.Status.ShouldBe(SettlementStatus.Settled);
        settled.Inferred.ShouldBeTrue();
        fixture.Moved(row.Code).ShouldBe(1);
    }

    [Fact(Explicit = true)]
    public async Task A_queue_that_takes_no_message_does_not_undo_the_acceptance()
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var fixture = await ServiceFixture.StartAsync(storage, connectionString: proxy.ConnectionString);
        var request = await fixture.NewAsync();
        proxy.Refuse = call => call == "queue POST invoices/messages";

        (await fixture.Intake.AcceptAsync(request, Cancel)).IsNew.ShouldBeTrue();

        proxy.Refuse = _ => false;
        fixture.Time.Advance(TimeSpan.FromMinutes(2));
        await fixture.SweepAsync();
        (await fixture.MessagesAsync()).ShouldHaveSingleItem().ShouldContain(request.Code);
    }

    /// <summary>What the queue function does with a message.</summary>
    private static Task RunAsync(ServiceFixture fixture, string message) =>
        ActivatorUtilities.CreateInstance<InvoiceFunction>(fixture.Services).Run(message, Cancel);

    /// <summary>The first call of a kind.</summary>
    private static Func<string, bool> Once(string kind)
    {
        var struck = 0;
        return call => call == kind && Interlocked.Increment(ref struck) == 1;
    }
}
