using Azure.Data.Tables;
using Baloan.Core.Calendar;
using Baloan.Core.Settlements;
using Baloan.Core.Storage;
using Baloan.Core.Tokens;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Tests.Settlements;

public sealed class FindTests(StorageAccounts storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Settlements_are_found_by_customer_code_days_and_outcome_and_by_all_together()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var customer = Given.Customer();
        var first = await fixture.AcceptAsync(customer, "A/1 الف");
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.Refused);
        await fixture.RunToEndAsync(first.Code);
        fixture.Time.Advance(TimeSpan.FromDays(1));
        var second = await fixture.AcceptAsync(customer, "A/2");
        await fixture.RunToEndAsync(second.Code);
        var other = await fixture.AcceptAsync(code: "B-1");
        var hash = await fixture.Services.GetRequiredService<CustomerHasher>().HashAsync(customer, Cancel);
        var (yesterday, today) = (TehranDays.DayOf(first.CreatedAt), TehranDays.DayOf(second.CreatedAt));

        (await FindAsync(new() { CustomerHash = hash })).ShouldBe(["A/2", "A/1 الف"]);
        (await FindAsync(new() { CustomerHash = hash, Status = SettlementStatus.Rejected })).ShouldBe(["A/1 الف"]);
        (await FindAsync(new() { CustomerHash = hash, From = TehranDays.BeginningOf(today) })).ShouldBe(["A/2"]);
        (await FindAsync(new() { Code = "A/" })).ShouldBe(["A/2", "A/1 الف"]);
        (await FindAsync(new() { Code = "A/1 ال" })).ShouldBe(["A/1 الف"]);
        (await FindAsync(new() { Code = "A/", Status = SettlementStatus.Settled })).ShouldBe(["A/2"]);
        (await FindAsync(new() { Code = "a" })).ShouldBeEmpty();
        (await FindAsync(new() { To = TehranDays.EndOf(yesterday) })).ShouldBe(["A/1 الف"]);
        (await FindAsync(new() { From = TehranDays.BeginningOf(yesterday), To = TehranDays.EndOf(today) })).ShouldBe(
            ["B-1", "A/2", "A/1 الف"],
            ignoreOrder: true
        );
        (await FindAsync(new() { From = TehranDays.BeginningOf(today), Status = SettlementStatus.Queued })).ShouldBe([other.Code]);
        (await FindAsync(new() { From = TehranDays.EndOf(today) })).ShouldBeEmpty();

        async Task<IEnumerable<string>> FindAsync(SettlementQuery query) =>
            (await fixture.Finder.FindAsync(query, 10, null, Cancel)).Rows.Select(row => row.Code);
    }

    [Fact(Explicit = true)]
    public async Task Each_attempt_that_ended_in_the_days_is_in_the_books_once_as_it_ended()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync();
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.RefusedWithDetail);
        var rejected = await fixture.RunToEndAsync(row.Code);
        fixture.Time.Advance(TimeSpan.FromDays(1));
        await fixture.Intake.AcceptAsync(await fixture.NewAsync(code: row.Code), Cancel);
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.CutBeforeEffect);
        await fixture.ProcessAsync(row.Code);
        fixture.Baloan.Faults.Next(Operation.CheckCredit, Fault.Unavailable, 10_000);
        var review = await fixture.RunToEndAsync(row.Code);
        review.Status.ShouldBe(SettlementStatus.NeedsReview);
        (await EndsAsync()).ShouldBe([(1, SettlementStatus.Rejected), (2, SettlementStatus.NeedsReview)]);

        fixture.Time.Advance(TimeSpan.FromDays(1));
        await fixture.Decisions.ResolveAsync(review, settled: false, "asked Baloan", "Sara", Cancel);

        (await EndsAsync()).ShouldBe([(1, SettlementStatus.Rejected), (2, SettlementStatus.Failed)]);
        var day = TehranDays.DayOf(rejected.EndedAt!.Value);
        var books = fixture.Services.GetRequiredService<EndedSettlements>();
        var first = (await books.ReadEndedAsync(day, day, Cancel).ToListAsync(Cancel)).ShouldHaveSingleItem();
        first.ShouldBe(
            first with
            {
                Code = rejected.Code,
                Status = rejected.Status,
                MaskedIdentifier = rejected.MaskedIdentifier,
                Total = rejected.Total,
                Attempts = rejected.Attempts,
                AttemptStartedAt = rejected.AttemptStartedAt,
                SubmittedAt = rejected.SubmittedAt,
                KnownBy = rejected.KnownBy,
                ErrorCode = rejected.ErrorCode,
                EndedAt = rejected.EndedAt,
                UpdatedAt = rejected.UpdatedAt,
            },
            "what the books show of it"
        );
        (await books.ReadAcceptedAsync(day, day, Cancel).ToListAsync(Cancel))
            .ShouldHaveSingleItem()
            .Status.ShouldBe(SettlementStatus.Failed);
        (await books.ReadAcceptedAsync(day.AddDays(1), day.AddDays(9), Cancel).ToListAsync(Cancel)).ShouldBeEmpty(
            "its first attempt counts"
        );

        async Task<IEnumerable<(int, SettlementStatus)>> EndsAsync() =>
            (
                await fixture
                    .Services.GetRequiredService<EndedSettlements>()
                    .ReadEndedAsync(TehranDays.DayOf(row.CreatedAt), TehranDays.DayOf(fixture.Time.GetUtcNow()), Cancel)
                    .ToListAsync(Cancel)
            ).Select(end => (end.Attempts, end.Status));
    }

    [Fact]
    public async Task Settlements_of_an_older_version_are_found_after_a_sweep_over_them()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var rows = new List<Settlement>();
        for (var number = 0; number < 3; number++)
        {
            rows.Insert(0, await fixture.RunToEndAsync((await fixture.AcceptAsync()).Code));
        }

        // As such a version has left them.
        foreach (var entry in await fixture.IndexTable.QueryAsync<TableEntity>(cancellationToken: Cancel).ToListAsync(Cancel))
        {
            await fixture.IndexTable.DeleteEntityAsync(entry.PartitionKey, entry.RowKey, cancellationToken: Cancel);
        }

        foreach (var row in rows)
        {
            await fixture.IndexTable.AddEntityAsync(
                new TableEntity("settled", row.IndexKey) { ["Id"] = row.Code, ["WrittenAt"] = row.UpdatedAt },
                Cancel
            );
            await fixture.SettlementsTable.UpdateEntityAsync(row with { ListETag = null }, row.ETag, TableUpdateMode.Replace, Cancel);
        }

        (await fixture.ListAsync(null)).ShouldBeEmpty();
        var relisting = fixture.Services.GetRequiredService<SettlementRelisting>();
        await relisting.GoOnAsync(Cancel);

        (await fixture.ListAsync(null)).ShouldBe(rows.Select(row => row.Code), ignoreOrder: true);
        (await fixture.ListAsync(SettlementStatus.Settled)).Count.ShouldBe(3);
        (await fixture.Finder.FindAsync(new() { CustomerHash = rows[0].CustomerHash }, 10, null, Cancel))
            .Rows.ShouldHaveSingleItem()
            .Code.ShouldBe(rows[0].Code);
        fixture.Logs.Lines.ShouldContain(line =>
            line.Contains("3 settlements of an older version's lists were listed anew", StringComparison.Ordinal)
        );
        (await fixture.Finder.FindAsync(new() { Status = SettlementStatus.Settled }, 1, null, Cancel)).After.ShouldNotBeNull();

        // The next finds none, and says so to all that come after.
        await relisting.GoOnAsync(Cancel);
        (
            await fixture.IndexTable.GetEntityIfExistsAsync<TableEntity>("relisted", "relisted", cancellationToken: Cancel)
        ).HasValue.ShouldBeTrue();
    }
}
