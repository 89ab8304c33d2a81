using Azure;
using Baloan.Core.Counters;
using Baloan.Core.Loans;
using Baloan.Core.Settlements;
using Baloan.Functions.Http.Responses;
using Baloan.Functions.Stats;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Tests.Stats;

public sealed class SettlementCountTests(StorageAccounts storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Attempts_are_counted_in_the_hours_in_which_they_were_accepted_and_ended()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var began = fixture.Time.GetUtcNow();
        var settled = await fixture.AcceptAsync();
        fixture.Time.Advance(TimeSpan.FromSeconds(20));
        await fixture.RunToEndAsync(settled.Code);
        var rejected = await fixture.AcceptAsync();
        fixture.Baloan.Faults.Next(Baloan.Sandbox.Operation.Settle, Fault.RefusedWithDetail);
        await fixture.RunToEndAsync(rejected.Code);
        var late = await fixture.AcceptAsync();
        // Longer than its transaction token lives.
        fixture.Time.Advance(TimeSpan.FromHours(1));
        await fixture.RunToEndAsync(late.Code);

        var stats = await StatsAsync(fixture, 3);

        stats.Hours.Select(hour => hour.Hour).ShouldBe([began.AddHours(-1).UtcDateTime, began.UtcDateTime, began.AddHours(1).UtcDateTime]);
        stats.Hours.Select(hour => hour.Settlements).ShouldBe([new(0, 0, 0, 0, 0), new(3, 1, 1, 0, 0), new(0, 0, 1, 0, 0)]);
        stats.TimeToSettle.Count.ShouldBe(1);
        stats.TimeToSettle.MedianSeconds!.Value.ShouldBeInRange(19, 22);
        stats.TimeToSettle.P95Seconds.ShouldBe(stats.TimeToSettle.MedianSeconds);
        (await StatsAsync(fixture, 1)).TimeToSettle.ShouldBe(new(0, null, null), "of the hours asked for");
    }

    [Fact]
    public async Task What_was_in_review_is_counted_where_it_ended()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync();
        await ReviewAsync(fixture, row);
        fixture.Time.Advance(TimeSpan.FromHours(30));
        var waiting = await StatsAsync(fixture, 1);
        waiting.Waiting["needs_review"].Count.ShouldBe(1);
        waiting.Waiting["needs_review"].OldestAt.ShouldBe(row.AttemptStartedAt.UtcDateTime);

        (
            await fixture.Decisions.ResolveAsync(await fixture.FindAsync(row.Code), settled: true, "asked Baloan", null, Cancel)
        ).ShouldNotBeNull();

        var stats = await StatsAsync(fixture, 31);
        stats.Hours[0].Settlements.ShouldBe(new(1, 0, 0, 0, 0));
        stats.Hours[0].Sums.ShouldBe(new(Given.Total, 0, 0, 0, 0));
        stats.Hours[^1].KnownBy.ShouldBe(new(0, 0, 1));
        stats.Hours[^1].Settlements.ShouldBe(new(0, 1, 0, 0, 0));
        stats.Waiting["needs_review"].ShouldBe(new(0, null));
    }

    [Fact]
    public async Task Toman_are_summed_by_hour_and_by_the_days_of_Tehran()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var now = fixture.Time.GetUtcNow();
        // Midnight in Tehran is at half past eight of the evening.
        var evening = new DateTimeOffset(now.Year, now.Month, now.Day, 20, 0, 0, TimeSpan.Zero).AddDays(1);
        fixture.Time.AdvanceTo(evening.AddMinutes(20));
        await fixture.RunToEndAsync((await fixture.AcceptAsync()).Code);
        fixture.Time.AdvanceTo(evening.AddMinutes(40));
        await fixture.RunToEndAsync((await fixture.AcceptAsync(total: 2_000_000)).Code);
        fixture.Baloan.Faults.Next(Baloan.Sandbox.Operation.Settle, Fault.RefusedWithDetail);
        await fixture.RunToEndAsync((await fixture.AcceptAsync(total: 3_000_000)).Code);

        var stats = await StatsAsync(fixture, 1);

        stats.Hours[0].Sums.ShouldBe(new(Given.Total + 5_000_000, Given.Total + 2_000_000, 3_000_000, 0, 0));
        stats.Hours[0].KnownBy.ShouldBe(new(2, 0, 0));
        stats.Days.Today.Settlements.ShouldBe(new(2, 1, 1, 0, 0));
        stats.Days.Today.Sums.ShouldBe(new(5_000_000, 2_000_000, 3_000_000, 0, 0));
        stats.Days.Yesterday.ShouldBe(new(new(1, 1, 0, 0, 0), new(Given.Total, Given.Total, 0, 0, 0)));
        stats
            .Hours[0]
            .SecondHalf.ShouldBe(
                new(stats.Days.Today.Settlements, stats.Days.Today.Sums, new(1, 0, 0), 0, 0, 0),
                "Tehran's midnight is at half past"
            );
        stats.Days.SameWeekdayLastWeek.ShouldBe(new(new(0, 0, 0, 0, 0), new(0, 0, 0, 0, 0)));

        fixture.Time.AdvanceTo(evening.AddDays(7).AddMinutes(31));
        (await StatsAsync(fixture, 1)).Days.SameWeekdayLastWeek.ShouldBe(stats.Days.Today);
        await fixture.Services.GetRequiredService<StatsSweep>().SweepAsync(Cancel);
        (await StatsAsync(fixture, 1)).Days.SameWeekdayLastWeek.ShouldBe(stats.Days.Today);
    }

    [Fact]
    public async Task The_second_half_of_an_hour_is_told_unless_an_older_version_has_counted_some_of_it()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var hour = fixture.Time.GetUtcNow();
        await fixture.RunToEndAsync((await fixture.AcceptAsync()).Code);
        fixture.Time.AdvanceTo(hour.AddMinutes(35));
        await fixture.RunToEndAsync((await fixture.AcceptAsync(total: 2_000_000)).Code);
        await fixture.Services.GetRequiredService<CounterStore>().CountAsync(LoanCounters.RefusedCallback("any", fixture.Time.GetUtcNow()));

        var told = (await StatsAsync(fixture, 2)).Hours;

        told[0].SecondHalf.ShouldBe(new(new(0, 0, 0, 0, 0), new(0, 0, 0, 0, 0), new(0, 0, 0), 0, 0, 0), "nothing was counted there");
        told[1].Settlements.ShouldBe(new(2, 2, 0, 0, 0));
        told[1].SecondHalf.ShouldBe(new(new(1, 1, 0, 0, 0), new(2_000_000, 2_000_000, 0, 0, 0), new(1, 0, 0), 0, 0, 1));

        // As one that knows no halves counts.
        var older = LoanCounters.RefusedCallback("older", fixture.Time.GetUtcNow()) with
        {
            OfHour = new Dictionary<string, int> { [LoanCounters.RefusedCallbacksColumn] = 1 },
        };
        await fixture.Services.GetRequiredService<CounterStore>().CountAsync(older);
        (await StatsAsync(fixture, 1)).Hours[0].SecondHalf.ShouldBeNull();
    }

    [Fact]
    public async Task An_end_that_is_filed_again_and_again_is_counted_once()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.RunToEndAsync((await fixture.AcceptAsync()).Code);

        var other = fixture.NewInstance().GetRequiredService<SettlementCompletion>();
        await Task.WhenAll(
            Enumerable.Range(0, 8).Select(i => (i % 2 == 0 ? fixture.Completion : other).CompleteAsync(row, new ETag(row.OpenETag), Cancel))
        );

        (await StatsAsync(fixture, 1)).Hours[0].Settlements.ShouldBe(new(1, 1, 0, 0, 0));
    }

    [Fact]
    public async Task What_could_not_be_counted_is_counted_by_the_sweep_where_it_belongs()
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var fixture = await ServiceFixture.StartAsync(storage, connectionString: proxy.ConnectionString);
        proxy.Refuse = call => call.EndsWith("$batch Stats", StringComparison.Ordinal);
        var row = await fixture.RunToEndAsync((await fixture.AcceptAsync()).Code);
        row.Status.ShouldBe(SettlementStatus.Settled);
        (await StatsAsync(fixture, 1)).Hours[0].Settlements.ShouldBe(new(0, 0, 0, 0, 0));

        proxy.Refuse = _ => false;
        fixture.Time.Advance(TimeSpan.FromHours(1));
        await fixture.SweepAsync();
        await fixture.SweepAsync();

        (await StatsAsync(fixture, 2)).Hours.Select(hour => hour.Settlements).ShouldBe([new(1, 1, 0, 0, 0), new(0, 0, 0, 0, 0)]);
        (await fixture.ListAsync(SettlementStatus.Settled)).ShouldBe([row.Code]);
    }

    [Fact]
    public async Task Many_at_once_on_three_instances_are_all_counted()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync();
        var stores = Enumerable.Range(0, 3).Select(_ => fixture.NewInstance().GetRequiredService<SettlementCompletion>()).ToArray();

        await Task.WhenAll(
            Enumerable
                .Range(1, 45)
                .Select(number =>
                    stores[number % 3]
                        .CompleteAsync(
                            row with
                            {
                                Code = $"many-{number}",
                                Status = SettlementStatus.Failed,
                            },
                            new ETag(row.OpenETag),
                            Cancel
                        )
                )
        );

        await Until.TrueAsync(async () => (await StatsAsync(fixture, 1)).Hours[0].Settlements == new SettlementCounts(46, 0, 0, 45, 0));
    }

    [Fact]
    public async Task Times_are_known_within_5_percent()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync();
        var random = new Random(5);
        var seconds = new List<double>();
        for (var count = 1; count <= 40; count = (count * 3) + 1)
        {
            while (seconds.Count < count)
            {
                seconds.Add(0.11 * Math.Exp(random.NextDouble() * 10));
            }

            await Task.WhenAll(
                seconds.Select(
                    (took, number) =>
                        fixture.Completion.CompleteAsync(
                            row with
                            {
                                Code = $"one-{number}",
                                Status = SettlementStatus.Settled,
                                AttemptStartedAt = row.UpdatedAt.AddSeconds(-took),
                            },
                            new ETag(row.OpenETag),
                            Cancel
                        )
                )
            );

            var times = (await StatsAsync(fixture, 1)).TimeToSettle;
            times.Count.ShouldBe(count);
            ShouldBeAbout(times.MedianSeconds, 0.5);
            ShouldBeAbout(times.P95Seconds, 0.95);
        }

        void ShouldBeAbout(double? said, double share)
        {
            var truth = seconds.Order().ElementAt((int)Math.Ceiling(share * seconds.Count) - 1);
            // And what rounding takes: to a tenth, or above a hundred to a whole second.
            said!.Value.ShouldBe(truth, (truth * 0.05) + (truth < 100 ? 0.05 : 0.5));
        }
    }

    [Fact]
    public async Task What_waits_is_told_with_the_oldest()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var first = await fixture.AcceptAsync();
        fixture.Time.Advance(TimeSpan.FromMinutes(3));
        await fixture.AcceptAsync();
        var verifying = await fixture.AcceptAsync();
        await fixture.Store.TryUpdateAsync(
            verifying with
            {
                Status = SettlementStatus.Verifying,
                CreditBefore = 1,
                VerifyingSince = fixture.Time.GetUtcNow(),
            },
            Cancel
        );

        var stats = await StatsAsync(fixture, 24);

        stats.Waiting["queued"].ShouldBe(new(2, first.AttemptStartedAt.UtcDateTime));
        stats.Waiting["submitting"].ShouldBe(new(0, null));
        stats.Waiting["verifying"].ShouldBe(new(1, verifying.AttemptStartedAt.UtcDateTime));
        stats.Hours.Count.ShouldBe(24);
        stats.Queues.ShouldBe([new("invoices", 3, 0), new("loans", 0, 0), new("events", 0, 0)]);
    }

    [Fact]
    public async Task Tokens_are_told_without_a_call_to_Baloan()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var before = await StatsAsync(fixture, 1);
        before.Tokens.ShouldBe(new(new(true, null), new(false, null)));
        fixture.Baloan.Books.Snapshot().Calls.Values.Sum().ShouldBe(0);

        await fixture.TransactionTokenAsync(Given.Customer());

        // Also on an instance that has none in memory.
        var known = await fixture.NewInstance().GetRequiredService<StatsReader>().ReadAsync(1, Cancel);
        known.Tokens.Merchant.Configured.ShouldBe(true);
        known.Tokens.Merchant.ExpiresAt!.Value.ShouldBe(fixture.Time.GetUtcNow().AddDays(1).UtcDateTime, TimeSpan.FromMinutes(1));
        (await StatsAsync(fixture, 1)).Tokens.ShouldBe(known.Tokens);
    }

    private static Task<StatsResponse> StatsAsync(ServiceFixture fixture, int hours) =>
        fixture.Services.GetRequiredService<StatsReader>().ReadAsync(hours, Cancel);

    private static async Task ReviewAsync(ServiceFixture fixture, Settlement row)
    {
        var review = (
            await fixture.Store.TryUpdateAsync(
                row with
                {
                    Status = SettlementStatus.NeedsReview,
                    EndedAt = fixture.Time.GetUtcNow(),
                    ReviewBeganAt = fixture.Time.GetUtcNow(),
                },
                Cancel
            )
        ).ShouldNotBeNull();
        await fixture.Completion.CompleteAsync(review, new ETag(review.OpenETag), Cancel);
    }
}
