using Azure.Data.Tables;
using Baloan.Core.Settlements;
using Baloan.Core.Storage;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Tests.Settlements;

public sealed class SweepTests(StorageAccounts storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_lost_message_is_made_good()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync();
        await fixture.LoseMessagesAsync();

        fixture.Time.Advance(TimeSpan.FromSeconds(30));
        await fixture.SweepAsync();
        (await fixture.QueueLengthAsync()).ShouldBe(0, "its message may still be on its way");
        fixture.Time.Advance(TimeSpan.FromMinutes(1));
        await fixture.SweepAsync();

        (await fixture.MessagesAsync()).ShouldHaveSingleItem().ShouldContain(row.Code);
        (await fixture.ProcessAsync(row.Code)).Status.ShouldBe(SettlementStatus.Settled);
    }

    [Fact]
    public async Task A_long_queue_does_not_get_longer_with_each_sweep()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        await fixture.AcceptAsync();
        await fixture.LoseMessagesAsync();

        for (var minute = 0; minute < 60; minute++)
        {
            fixture.Time.Advance(TimeSpan.FromMinutes(1));
            await fixture.SweepAsync();
        }

        (await fixture.QueueLengthAsync()).ShouldBeInRange(3, 8);
    }

    [Fact]
    public async Task A_row_that_stands_in_submitting_is_taken_up_and_found_out()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var customer = Given.Customer();
        var row = await fixture.AcceptAsync(customer);
        var now = fixture.Time.GetUtcNow();
        await fixture.Store.TryUpdateAsync(
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
        fixture.Baloan.Books.SetCredit(customer, Books.DefaultCredit - row.Total);
        await fixture.LoseMessagesAsync();

        fixture.Time.Advance(TimeSpan.FromSeconds(100));
        await fixture.SweepAsync();
        (await fixture.QueueLengthAsync()).ShouldBe(0, "it may still be on its way");
        fixture.Time.Advance(TimeSpan.FromMinutes(2));
        await fixture.SweepAsync();

        (await fixture.MessagesAsync()).ShouldHaveSingleItem().ShouldContain(row.Code);
        (await fixture.ProcessAsync(row.Code)).Status.ShouldBe(SettlementStatus.Verifying);
        var settled = await fixture.RunToEndAsync(row.Code);
        settled.Status.ShouldBe(SettlementStatus.Settled);
        settled.Inferred.ShouldBeTrue();
    }

    [Fact]
    public async Task A_row_that_ended_and_was_not_listed_so_is_listed_and_lets_the_customer_go()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var customer = Given.Customer();
        var first = await fixture.AcceptAsync(customer);
        var held = (await fixture.Services.GetRequiredService<CustomerHold>().TryTakeAsync(first, Cancel)).ShouldNotBeNull();
        await fixture.Store.TryUpdateAsync(
            (held with { Status = SettlementStatus.Rejected, ErrorCode = "duplicate_request" }).WithoutSecrets(),
            Cancel
        );
        (await fixture.ListAsync(SettlementStatus.Rejected)).ShouldBeEmpty();
        (await fixture.ListAsync(null)).ShouldBe([first.Code]);

        await fixture.SweepAsync();

        (await fixture.ListAsync(SettlementStatus.Rejected)).ShouldBe([first.Code]);
        (await fixture.OpenEntriesAsync()).ShouldBe(0);
        var second = await fixture.AcceptAsync(customer);
        (await fixture.ProcessAsync(second.Code)).Status.ShouldBe(SettlementStatus.Settled);
    }

    [Fact]
    public async Task An_entry_without_a_row_goes_after_a_while()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        await fixture.AcceptAsync();
        var now = fixture.Time.GetUtcNow();
        await fixture.IndexTable.AddEntityAsync(
            new TableEntity("open", TableKeys.NewestFirst(now, "NO-ROW")) { ["Id"] = "NO-ROW" },
            Cancel
        );

        await fixture.SweepAsync();
        (await fixture.OpenEntriesAsync()).ShouldBe(2, "the row may be on its way");
        fixture.Time.Advance(TimeSpan.FromMinutes(11));
        await fixture.SweepAsync();

        (await fixture.OpenEntriesAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_second_entry_of_a_row_goes_after_a_while()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync();
        var other = TableKeys.NewestFirst(row.CreatedAt.AddSeconds(-1), row.Code);
        await fixture.IndexTable.AddEntityAsync(new TableEntity("open", other) { ["Id"] = row.Code }, Cancel);
        (await fixture.ListAsync(null)).ShouldBe([row.Code]);

        fixture.Time.Advance(TimeSpan.FromMinutes(11));
        await fixture.SweepAsync();

        (await fixture.OpenEntriesAsync()).ShouldBe(1);
        (await fixture.ListAsync(null)).ShouldBe([row.Code]);
    }

    [Fact]
    public async Task A_row_that_no_sweep_can_find_any_more_is_taken_up_and_listed_again_by_the_same_request()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var request = await fixture.NewAsync();
        var (row, _, _) = await fixture.Intake.AcceptAsync(request, Cancel);

        // Its process stood still between entry and row for so long that a sweep forgot the entry, and died before the message.
        await fixture.Store.RemoveFromOpenAsync(row, Azure.ETag.All, Cancel);
        await fixture.LoseMessagesAsync();
        fixture.Time.Advance(TimeSpan.FromMinutes(3));
        await fixture.SweepAsync();
        (await fixture.QueueLengthAsync()).ShouldBe(0);

        (await fixture.Intake.AcceptAsync(request, Cancel)).IsNew.ShouldBeFalse();

        (await fixture.MessagesAsync()).ShouldHaveSingleItem().ShouldContain(row.Code);
        await fixture.LoseMessagesAsync();
        await fixture.SweepAsync();
        (await fixture.MessagesAsync()).ShouldHaveSingleItem().ShouldContain(row.Code);
        (await fixture.ProcessAsync(row.Code)).Status.ShouldBe(SettlementStatus.Settled);
        fixture.Moved(row.Code).ShouldBe(1);
    }

    [Fact]
    public async Task What_could_not_be_sent_for_a_day_is_given_up()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync();

        fixture.Time.Advance(TimeSpan.FromHours(25));
        await fixture.SweepAsync();

        var failed = await fixture.FindAsync(row.Code);
        failed.Status.ShouldBe(SettlementStatus.Failed);
        failed.ErrorCode.ShouldBe("never_sent");
        fixture.Baloan.Books.Calls(Operation.Settle).ShouldBe(0);
        await OutcomeTests.ShouldBeWipedAsync(fixture, failed);
    }

    [Fact]
    public async Task A_filing_that_comes_after_the_next_attempt_leaves_that_attempt_among_those_under_way()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var request = await fixture.NewAsync();
        var (row, _, _) = await fixture.Intake.AcceptAsync(request, Cancel);
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.Refused);
        var rejected = await fixture.ProcessAsync(row.Code);
        await fixture.Intake.AcceptAsync(await fixture.NewAsync(request.NationalIdentifier, request.Code), Cancel);

        // The instance that ended the first attempt was slow.
        await fixture.Completion.CompleteAsync(rejected, new Azure.ETag(rejected.OpenETag), Cancel);
        await fixture.LoseMessagesAsync();

        (await fixture.ListAsync(SettlementStatus.Queued)).ShouldBe([row.Code]);
        fixture.Time.Advance(TimeSpan.FromMinutes(2));
        await fixture.SweepAsync();
        (await fixture.MessagesAsync()).ShouldHaveSingleItem().ShouldContain(row.Code);
    }

    [Fact]
    public async Task A_sweep_between_the_entry_and_the_row_of_a_new_attempt_leaves_the_entry()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync();
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.Refused);
        var rejected = await fixture.ProcessAsync(row.Code);
        rejected.Status.ShouldBe(SettlementStatus.Rejected);
        (await fixture.OpenEntriesAsync()).ShouldBe(0);

        await fixture.Store.ListAsOpenAsync(rejected, Cancel);
        await fixture.SweepAsync();
        (await fixture.OpenEntriesAsync()).ShouldBe(1, "the row of the new attempt may be on its way");

        // Whoever wrote the entry died before the row.
        fixture.Time.Advance(TimeSpan.FromMinutes(11));
        await fixture.SweepAsync();
        (await fixture.OpenEntriesAsync()).ShouldBe(0);
    }
}
