using Azure.Data.Tables;
using Baloan.Core.Settlements;
using Baloan.Core.Storage;
using Baloan.Functions.Tests.Bench;
using Baloan.Sandbox;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Tests.Settlements;

public sealed class SweepTests(StorageAccounts storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_lost_message_is_made_good()
    {
        await using var bench = await ServiceBench.StartAsync(storage);
        var row = await bench.AcceptAsync();
        await bench.LoseMessagesAsync();

        bench.Time.Advance(TimeSpan.FromSeconds(30));
        await bench.SweepAsync();
        (await bench.QueueLengthAsync()).ShouldBe(0, "its message may still be on its way");
        bench.Time.Advance(TimeSpan.FromMinutes(1));
        await bench.SweepAsync();

        (await bench.MessagesAsync()).ShouldHaveSingleItem().ShouldContain(row.Code);
        (await bench.ProcessAsync(row.Code)).Status.ShouldBe(SettlementStatus.Settled);
    }

    [Fact]
    public async Task A_long_queue_does_not_get_longer_with_each_sweep()
    {
        await using var bench = await ServiceBench.StartAsync(storage);
        await bench.AcceptAsync();
        await bench.LoseMessagesAsync();

        for (var minute = 0; minute < 60; minute++)
        {
            bench.Time.Advance(TimeSpan.FromMinutes(1));
            await bench.SweepAsync();
        }

        (await bench.QueueLengthAsync()).ShouldBeInRange(3, 8);
    }

    [Fact]
    public async Task A_row_that_stands_in_submitting_is_taken_up_and_found_out()
    {
        await using var bench = await ServiceBench.StartAsync(storage);
        var customer = Given.Customer();
        var row = await bench.AcceptAsync(customer);
        var now = bench.Time.GetUtcNow();
        await bench.Store.TryUpdateAsync(
            row with
            {
                Status = SettlementStatus.Submitting,
                SendingId = "a-sender-that-died",
                SubmittedAt = now,
                CreditBefore = Books.DefaultCredit,
                DueAt = now.AddSeconds(105),
            },
            Cancel
        );
        bench.Baloan.Books.SetCredit(customer, Books.DefaultCredit - row.Total);
        await bench.LoseMessagesAsync();

        bench.Time.Advance(TimeSpan.FromSeconds(100));
        await bench.SweepAsync();
        (await bench.QueueLengthAsync()).ShouldBe(0, "it may still be on its way");
        bench.Time.Advance(TimeSpan.FromMinutes(2));
        await bench.SweepAsync();

        (await bench.MessagesAsync()).ShouldHaveSingleItem().ShouldContain(row.Code);
        (await bench.ProcessAsync(row.Code)).Status.ShouldBe(SettlementStatus.Verifying);
        var settled = await bench.RunToEndAsync(row.Code);
        settled.Status.ShouldBe(SettlementStatus.Settled);
        settled.Inferred.ShouldBeTrue();
    }

    [Fact]
    public async Task A_row_that_ended_and_was_not_listed_so_is_listed_and_lets_the_customer_go()
    {
        await using var bench = await ServiceBench.StartAsync(storage);
        var customer = Given.Customer();
        var first = await bench.AcceptAsync(customer);
        var held = (await bench.Services.GetRequiredService<CustomerHold>().TryTakeAsync(first, Cancel)).ShouldNotBeNull();
        await bench.Store.TryUpdateAsync(
            (held with { Status = SettlementStatus.Rejected, ErrorCode = "duplicate_request" }).WithoutSecrets(),
            Cancel
        );
        (await bench.ListAsync(SettlementStatus.Rejected)).ShouldBeEmpty();
        (await bench.ListAsync(null)).ShouldBe([first.Code]);

        await bench.SweepAsync();

        (await bench.ListAsync(SettlementStatus.Rejected)).ShouldBe([first.Code]);
        (await bench.OpenEntriesAsync()).ShouldBe(0);
        var second = await bench.AcceptAsync(customer);
        (await bench.ProcessAsync(second.Code)).Status.ShouldBe(SettlementStatus.Settled);
    }

    [Fact]
    public async Task An_entry_without_a_row_goes_after_a_while()
    {
        await using var bench = await ServiceBench.StartAsync(storage);
        await bench.AcceptAsync();
        var now = bench.Time.GetUtcNow();
        await bench.IndexTable.AddEntityAsync(new TableEntity("open", TableKeys.NewestFirst(now, "NO-ROW")) { ["Id"] = "NO-ROW" }, Cancel);

        await bench.SweepAsync();
        (await bench.OpenEntriesAsync()).ShouldBe(2, "the row may be on its way");
        bench.Time.Advance(TimeSpan.FromMinutes(11));
        await bench.SweepAsync();

        (await bench.OpenEntriesAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_second_entry_of_a_row_goes_after_a_while()
    {
        await using var bench = await ServiceBench.StartAsync(storage);
        var row = await bench.AcceptAsync();
        var other = TableKeys.NewestFirst(row.CreatedAt.AddSeconds(-1), row.Code);
        await bench.IndexTable.AddEntityAsync(new TableEntity("open", other) { ["Id"] = row.Code }, Cancel);
        (await bench.ListAsync(null)).ShouldBe([row.Code]);

        bench.Time.Advance(TimeSpan.FromMinutes(11));
        await bench.SweepAsync();

        (await bench.OpenEntriesAsync()).ShouldBe(1);
        (await bench.ListAsync(null)).ShouldBe([row.Code]);
    }

    [Fact]
    public async Task A_row_that_no_sweep_can_find_any_more_is_taken_up_and_listed_again_by_the_same_request()
    {
        await using var bench = await ServiceBench.StartAsync(storage);
        var request = await bench.NewAsync();
        var (row, _, _) = await bench.Intake.AcceptAsync(request, Cancel);

        // Its process stood still between entry and row for so long that a sweep forgot the entry, and died before the message.
        await bench.Store.RemoveFromOpenAsync(row, Azure.ETag.All, Cancel);
        await bench.LoseMessagesAsync();
        bench.Time.Advance(TimeSpan.FromMinutes(3));
        await bench.SweepAsync();
        (await bench.QueueLengthAsync()).ShouldBe(0);

        (await bench.Intake.AcceptAsync(request, Cancel)).IsNew.ShouldBeFalse();

        (await bench.MessagesAsync()).ShouldHaveSingleItem().ShouldContain(row.Code);
        await bench.LoseMessagesAsync();
        await bench.SweepAsync();
        (await bench.MessagesAsync()).ShouldHaveSingleItem().ShouldContain(row.Code);
        (await bench.ProcessAsync(row.Code)).Status.ShouldBe(SettlementStatus.Settled);
        bench.Moved(row.Code).ShouldBe(1);
    }

    [Fact]
    public async Task What_could_not_be_sent_for_a_day_is_given_up()
    {
        await using var bench = await ServiceBench.StartAsync(storage);
        var row = await bench.AcceptAsync();

        bench.Time.Advance(TimeSpan.FromHours(25));
        await bench.SweepAsync();

        var failed = await bench.FindAsync(row.Code);
        failed.Status.ShouldBe(SettlementStatus.Failed);
        failed.ErrorCode.ShouldBe("never_sent");
        bench.Baloan.Books.Calls(Operation.Settle).ShouldBe(0);
        await OutcomeTests.ShouldBeWipedAsync(bench, failed);
    }

    [Fact]
    public async Task A_filing_that_comes_after_the_next_attempt_leaves_that_attempt_among_those_under_way()
    {
        await using var bench = await ServiceBench.StartAsync(storage);
        var request = await bench.NewAsync();
        var (row, _, _) = await bench.Intake.AcceptAsync(request, Cancel);
        bench.Baloan.Faults.Next(Operation.Settle, Fault.Refused);
        var rejected = await bench.ProcessAsync(row.Code);
        await bench.Intake.AcceptAsync(await bench.NewAsync(request.NationalIdentifier, request.Code), Cancel);

        // The instance that ended the first attempt was slow.
        await bench.Completion.CompleteAsync(rejected, new Azure.ETag(rejected.OpenETag), Cancel);
        await bench.LoseMessagesAsync();

        (await bench.ListAsync(SettlementStatus.Queued)).ShouldBe([row.Code]);
        bench.Time.Advance(TimeSpan.FromMinutes(2));
        await bench.SweepAsync();
        (await bench.MessagesAsync()).ShouldHaveSingleItem().ShouldContain(row.Code);
    }

    [Fact]
    public async Task A_sweep_between_the_entry_and_the_row_of_a_new_attempt_leaves_the_entry()
    {
        await using var bench = await ServiceBench.StartAsync(storage);
        var row = await bench.AcceptAsync();
        bench.Baloan.Faults.Next(Operation.Settle, Fault.Refused);
        var rejected = await bench.ProcessAsync(row.Code);
        rejected.Status.ShouldBe(SettlementStatus.Rejected);
        (await bench.OpenEntriesAsync()).ShouldBe(0);

        await bench.Store.ListAsOpenAsync(rejected, Cancel);
        await bench.SweepAsync();
        (await bench.OpenEntriesAsync()).ShouldBe(1, "the row of the new attempt may be on its way");

        // Whoever wrote the entry died before the row.
        bench.Time.Advance(TimeSpan.FromMinutes(11));
        await bench.SweepAsync();
        (await bench.OpenEntriesAsync()).ShouldBe(0);
    }
}
