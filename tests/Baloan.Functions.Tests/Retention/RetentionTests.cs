using Azure.Data.Tables;
using Baloan.Core.Retention;
using Baloan.Core.Settlements;
using Baloan.Core.Storage;
using Baloan.Core.Tokens;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Tests.Retention;

/// <summary>Settlements of a year ago: what tells of the customer goes, and what keeps money from moving twice stays.</summary>
public sealed class RetentionTests(StorageAccounts storage)
{
    private static readonly TimeSpan Year = TimeSpan.FromDays(365);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_ended_long_ago_tells_of_nobody_any_more_and_its_code_moves_nothing()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var old = await Story.OfAsync(fixture);
        fixture.Time.Advance(Year);
        var fresh = await fixture.RunToEndAsync((await fixture.AcceptAsync(old.Customer)).Code);

        await SweepAsync(fixture.NewInstance(retentionDays: 30));

        await old.ShouldBeErasedAsync(except: fresh.Code);
        (await fixture.FindAsync(fresh.Code)).ShouldBe(fresh, "it is not a month old");
        (await fixture.FindAsync(old.Review.Code)).ShouldBe(old.Review, "a person has to decide");
        // The customer's own list has what was kept alone.
        var listed = await fixture.Finder.FindAsync(new() { CustomerHash = fresh.CustomerHash }, 10, null, Cancel);
        listed.Rows.Select(row => row.Code).ShouldBe([fresh.Code, old.Review.Code]);
    }

    [Fact]
    public async Task Without_the_setting_nothing_is_erased_and_nothing_is_called()
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var fixture = await ServiceFixture.StartAsync(storage, connectionString: proxy.ConnectionString);
        var row = await fixture.RunToEndAsync((await fixture.AcceptAsync()).Code);
        fixture.Time.Advance(Year);
        var calls = proxy.Calls.Count;

        await SweepAsync(fixture.Services);

        proxy.Calls.Count.ShouldBe(calls);
        (await fixture.FindAsync(row.Code)).ShouldBe(row);
    }

    [Fact]
    public async Task A_lap_is_begun_once_a_day_and_skips_what_is_erased()
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var fixture = await ServiceFixture.StartAsync(storage, connectionString: proxy.ConnectionString);
        await fixture.RunToEndAsync((await fixture.AcceptAsync()).Code);
        fixture.Time.Advance(Year);
        var instance = fixture.NewInstance(retentionDays: 30);
        await SweepAsync(instance);
        var calls = proxy.Calls.Count;

        await SweepAsync(instance);
        proxy.Calls.Count.ShouldBe(calls, "the lap is over");
        fixture.Time.Advance(TimeSpan.FromDays(1));
        await SweepAsync(instance);

        // For each of settlements, openings, loans and uploads: how far it is, a page, how far it has come.
        proxy.Calls.Count.ShouldBe(calls + 12);
    }

    [Fact]
    public async Task A_code_that_did_not_settle_takes_a_new_attempt_after_it_was_erased()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var old = await fixture.AcceptAsync();
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.Refused);
        (await fixture.RunToEndAsync(old.Code)).Status.ShouldBe(SettlementStatus.Rejected);
        fixture.Time.Advance(Year);
        await SweepAsync(fixture.NewInstance(retentionDays: 30));

        var customer = Given.Customer();
        var again = await fixture.Intake.AcceptAsync(await fixture.NewAsync(customer, old.Code), Cancel);
        again.IsNew.ShouldBeTrue();
        var settled = await fixture.RunToEndAsync(old.Code);

        (settled.Status, settled.Attempts, settled.ErasedAt).ShouldBe((SettlementStatus.Settled, 2, null));
        var before = (await fixture.Store.ReadEarlierAttemptsAsync(settled, Cancel)).ShouldHaveSingleItem();
        (before.Status, before.MaskedIdentifier).ShouldBe((SettlementStatus.Rejected, ""));
        var hash = await HashAsync(fixture, customer);
        (await fixture.Finder.FindAsync(new() { CustomerHash = hash }, 10, null, Cancel))
            .Rows.ShouldHaveSingleItem()
            .Code.ShouldBe(old.Code);
        fixture.Moved(old.Code).ShouldBe(1);
    }

    [Fact]
    public async Task A_yes_of_Baloan_that_was_put_aside_is_recorded_after_it_was_erased_and_erased_in_its_time()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync();
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.CutBeforeEffect);
        var failed = await fixture.RunToEndAsync(row.Code);
        failed.Status.ShouldBe(SettlementStatus.Failed);
        fixture.Time.Advance(Year);
        var instance = fixture.NewInstance(retentionDays: 30);
        await SweepAsync(instance);
        (await fixture.FindAsync(row.Code)).ErasedAt.ShouldNotBeNull();

        await fixture.Processor.RecordKeptAsync(
            row.Code,
            new SettleAnswer(failed.SendingId!, SettleVerdict.Yes, []) { UserCredit = 7 },
            Cancel
        );

        var settled = await fixture.FindAsync(row.Code);
        (settled.Status, settled.IsCorrected, settled.MaskedIdentifier).ShouldBe((SettlementStatus.Settled, true, ""));
        fixture.Time.Advance(Year);
        await SweepAsync(instance);
        (await fixture.FindAsync(row.Code)).UserCredit.ShouldBeNull();
        (await fixture.ListAsync(SettlementStatus.Settled)).ShouldBe([row.Code]);
    }

    [Fact]
    public async Task A_row_of_a_newer_version_is_left_alone()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.RunToEndAsync((await fixture.AcceptAsync()).Code);
        var newer = new TableEntity(row.PartitionKey, row.RowKey) { [nameof(Settlement.SchemaVersion)] = Settlement.CurrentSchema + 1 };
        await fixture.SettlementsTable.UpdateEntityAsync(newer, row.ETag, TableUpdateMode.Merge, Cancel);
        fixture.Time.Advance(Year);

        await SweepAsync(fixture.NewInstance(retentionDays: 30));

        var left = await fixture.FindAsync(row.Code);
        (left.MaskedIdentifier, left.ErasedAt).ShouldBe((row.MaskedIdentifier, null));
        var erasure = await EraseAsync(fixture, row);
        erasure.Kept.ShouldHaveSingleItem().Why.ShouldBe(ErasureHindrance.WrittenByNewerVersion);
    }

    [Fact]
    public async Task A_customer_is_erased_on_request_but_for_what_may_not_be()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var old = await Story.OfAsync(fixture);
        fixture.Time.Advance(CustomerEraser.Quiet + TimeSpan.FromMinutes(1));
        var lately = await fixture.RunToEndAsync((await fixture.AcceptAsync(old.Customer)).Code);
        var open = await fixture.AcceptAsync(old.Customer);
        var others = await fixture.RunToEndAsync((await fixture.AcceptAsync()).Code);

        var erasure = await EraseAsync(fixture, old.Customer);

        erasure.Settlements.ShouldBe([old.Settled.Code, old.Rejected.Code], ignoreOrder: true);
        (erasure.Attempts, erasure.IsComplete).ShouldBe((4, true));
        erasure
            .Kept.Select(kept => (kept.Id, kept.Why, kept.NotBefore))
            .ShouldBe(
                [
                    (old.Review.Code, ErasureHindrance.AwaitsPerson, null),
                    (lately.Code, ErasureHindrance.EndedLately, lately.EndedAt + CustomerEraser.Quiet),
                    (open.Code, ErasureHindrance.UnderWay, null),
                ],
                ignoreOrder: true
            );
        await old.ShouldBeErasedAsync(except: [lately.Code, open.Code]);
        (await fixture.FindAsync(others.Code)).ShouldBe(others, "it is somebody else's");
        (await fixture.FindAsync(lately.Code)).ShouldBe(lately);
        (await fixture.RunToEndAsync(open.Code)).Status.ShouldBe(SettlementStatus.Settled);

        var again = await EraseAsync(fixture, old.Customer);
        (again.Attempts, again.Kept.Count).ShouldBe((0, 3));
    }

    [Theory(Explicit = true)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_erasure_that_dies_at_any_storage_call_is_gone_on_with_by_the_next(bool onRequest)
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var fixture = await ServiceFixture.StartAsync(storage, connectionString: proxy.ConnectionString);
        for (var at = 1; ; at++)
        {
            foreach (var afterEffect in new[] { false, true })
            {
                var old = await Story.OfAsync(fixture);
                fixture.Time.Advance(Year);
                using var death = new CancellationTokenSource();
                var calls = 0;
                bool Dies(string call)
                {
                    if (Interlocked.Increment(ref calls) != at)
                    {
                        return false;
                    }

                    death.Cancel();
                    return true;
                }

                proxy.Refuse = call => !afterEffect && Dies(call);
                proxy.LoseAnswer = call => afterEffect && Dies(call);
                var died = false;
                try
                {
                    await RunAsync(fixture.NewInstance(retentionDays: 30), old, onRequest, death.Token);
                }
                catch (OperationCanceledException)
                {
                    died = true;
                }

                (proxy.Refuse, proxy.LoseAnswer) = (_ => false, _ => false);
                if (!death.IsCancellationRequested)
                {
                    at.ShouldBeGreaterThan(20);
                    return;
                }

                died.ShouldBeTrue();
                await old.ShouldMoveNothingAsync();
                await RunAsync(fixture.NewInstance(retentionDays: 30), old, onRequest, Cancel);
                await old.ShouldBeErasedAsync();
                await old.UnlistReviewAsync();
            }
        }
    }

    private static Task RunAsync(ServiceProvider instance, Story old, bool onRequest, CancellationToken cancellationToken) =>
        onRequest
            ? instance.GetRequiredService<CustomerEraser>().EraseAsync(new(old.Customer, null), cancellationToken)
            : instance.GetRequiredService<RetentionSweep>().GoOnAsync(cancellationToken);

    private static Task SweepAsync(IServiceProvider instance) => instance.GetRequiredService<RetentionSweep>().GoOnAsync(Cancel);

    private static Task<CustomerErasure> EraseAsync(ServiceFixture fixture, string customer) =>
        fixture.Services.GetRequiredService<CustomerEraser>().EraseAsync(new(customer, null), Cancel);

    private static async Task<CustomerErasure> EraseAsync(ServiceFixture fixture, Settlement row)
    {
        var listed = await fixture.Services.GetRequiredService<SettlementList>().ReadOfCustomerAsync(row.CustomerHash, null, 10, Cancel);
        var erasure = await fixture
            .Services.GetRequiredService<SettlementEraser>()
            .EraseOfCustomerAsync(listed.ShouldHaveSingleItem(), fixture.Time.GetUtcNow(), Cancel);
        return new([], erasure.Erased, 0, [], [.. erasure.Kept.Select(kept => new KeptOfCustomer(true, row.Code, kept.Why, null))], true);
    }

    private static async Task<string> HashAsync(ServiceFixture fixture, string customer) =>
        await fixture.Services.GetRequiredService<CustomerHasher>().HashAsync(customer, Cancel);

    /// <summary>One customer's settlements: one settled, one rejected twice, one rejected and then settled, one in review.</summary>
    private sealed record Story(ServiceFixture Fixture, string Customer, Settlement Settled, Settlement Rejected, Settlement Review)
    {
        private const string InvoiceName = "sara's purchase.pdf";

        public static async Task<Story> OfAsync(ServiceFixture fixture)
        {
            var customer = Given.Customer();
            var settled = await AcceptAsync(fixture, customer, Given.Code());
            var rejected = await AcceptAsync(fixture, customer, Given.Code());
            settled = await fixture.RunToEndAsync(settled.Code);
            for (var attempt = 1; attempt <= 3; attempt++)
            {
                fixture.Baloan.Faults.Next(Operation.Settle, Fault.RefusedWithDetail);
                rejected = await fixture.RunToEndAsync(rejected.Code);
                rejected.Status.ShouldBe(SettlementStatus.Rejected);
                if (attempt < 3)
                {
                    rejected = await AcceptAsync(fixture, customer, rejected.Code);
                }
            }

            var review = await AcceptAsync(fixture, customer, Given.Code());
            fixture.Baloan.Faults.Next(Operation.Settle, Fault.CutBeforeEffect);
            await fixture.ProcessWhenDueAsync(review.Code);
            fixture.Baloan.Books.SetCredit(customer, 12_345);
            review = await fixture.RunToEndAsync(review.Code);
            review.Status.ShouldBe(SettlementStatus.NeedsReview);
            fixture.Baloan.Books.SetCredit(customer, 100_000_000);
            return new(fixture, customer, settled, rejected, review);
        }

        /// <summary>Whatever was erased, the money of a code is moved once, and who asks again is told what is there.</summary>
        public async Task ShouldMoveNothingAsync()
        {
            var moved = Fixture.Moved(Settled.Code);
            var again = await Fixture.Intake.AcceptAsync(await RequestAsync(Customer, Settled.Code, Settled.Total), Cancel);
            (again.IsNew, again.Row.Status).ShouldBe((false, SettlementStatus.Settled));
            (again.Differences is [] or ["invoice"]).ShouldBeTrue(string.Join(", ", again.Differences));
            var other = await Fixture.Intake.AcceptAsync(await RequestAsync(Given.Customer(), Settled.Code, Settled.Total + 1), Cancel);
            other.IsNew.ShouldBeFalse();
            other.Differences.ShouldContain("total");
            other.Differences.ShouldContain("customer");
            await Fixture.ProcessAsync(Settled.Code);
            Fixture.Moved(Settled.Code).ShouldBe(moved);
            moved.ShouldBe(1);
        }

        public async Task ShouldBeErasedAsync(params string[] except)
        {
            await ShouldMoveNothingAsync();
            Settlement[] erased = [await Fixture.FindAsync(Settled.Code), await Fixture.FindAsync(Rejected.Code)];
            foreach (var (row, before) in erased.Zip([Settled, Rejected]))
            {
                row.ErasedAt.ShouldNotBeNull();
                (row.Status, row.Total, row.Attempts, row.EndKnownBy, row.Ended, row.IndexKey).ShouldBe(
                    (before.Status, before.Total, before.Attempts, before.EndKnownBy, before.Ended, before.IndexKey)
                );
            }

            // The lists have what the rows say.
            foreach (
                var query in erased.Select(row => new SettlementQuery
                {
                    Status = row.Status,
                    From = row.CreatedAt,
                    To = row.CreatedAt.AddTicks(1),
                })
            )
            {
                var listed = (await Fixture.Finder.FindAsync(query, 10, null, Cancel)).Rows;
                listed.Select(row => row.WriteId).ShouldBe(erased.Where(query.Matches).Select(row => row.WriteId), ignoreOrder: true);
            }

            var day = Core.Calendar.TehranDays.DayOf(Rejected.CreatedAt);
            var ends = await Fixture
                .Services.GetRequiredService<EndedSettlements>()
                .ReadEndedAsync(day, day.AddDays(2), Cancel)
                .ToListAsync(Cancel);
            ends.Where(end => end.Code == Rejected.Code)
                .Select(end => (end.Attempts, end.Status, end.Total))
                .ShouldBe([
                    (1, SettlementStatus.Rejected, Rejected.Total),
                    (2, SettlementStatus.Rejected, Rejected.Total),
                    (3, SettlementStatus.Rejected, Rejected.Total),
                ]);

            // Neither the customer nor anything that was kept of the purchases stands anywhere.
            string[] words =
            [
                await HashAsync(Fixture, Customer),
                Settled.MaskedIdentifier,
                InvoiceName,
                Settled.InvoiceSha256,
                Settled.InvoiceBlob,
            ];
            foreach (var table in new[] { Fixture.SettlementsTable, Fixture.IndexTable })
            {
                await foreach (var row in table.QueryAsync<TableEntity>(cancellationToken: Cancel))
                {
                    var code = row["Code"] as string ?? row["Id"] as string;
                    if (code == Review.Code || except.Contains(code) || (code == "" && except.Length > 0))
                    {
                        continue;
                    }

                    var text = $"{row.PartitionKey} {row.RowKey} {string.Join(' ', row.Select(column => column.Value))}";
                    foreach (var word in code == Settled.Code || code == Rejected.Code || code is null or "" ? words : [words[0]])
                    {
                        text.ShouldNotContain(word);
                    }
                }
            }

            foreach (var before in new[] { Settled, Rejected })
            {
                await Should.ThrowAsync<Azure.RequestFailedException>(
                    Fixture.Services.GetRequiredService<FileStore>().OpenAsync(StorageSetup.InvoicesContainer, before.Invoice, Cancel)
                );
            }
        }

        /// <summary>So that what is kept in each round does not fill up the pieces of the next ones.</summary>
        public async Task UnlistReviewAsync()
        {
            var entries = Fixture.IndexTable.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"Code eq {Review.Code}"));
            foreach (var entry in await entries.ToListAsync(Cancel))
            {
                await Fixture.IndexTable.DeleteEntityAsync(entry.PartitionKey, entry.RowKey, cancellationToken: Cancel);
            }
        }

        private static async Task<Settlement> AcceptAsync(ServiceFixture fixture, string customer, string code)
        {
            var request = await fixture.NewAsync(customer, code) with { InvoiceName = InvoiceName };
            var accepted = await fixture.Intake.AcceptAsync(request, Cancel);
            accepted.IsNew.ShouldBeTrue();
            return accepted.Row;
        }

        private Task<NewSettlement> RequestAsync(string customer, string code, long total) => Fixture.NewAsync(customer, code, total);
    }
}
