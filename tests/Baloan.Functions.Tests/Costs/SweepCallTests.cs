using Azure.Data.Tables;
using Baloan.Core.Settlements;
using Baloan.Core.Storage;
using Baloan.Functions.Functions;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;

namespace Baloan.Functions.Tests.Costs;

/// <summary>What the sweep asks of storage, and at which minutes.</summary>
public sealed class SweepCallTests(StorageAccounts storage)
{
    private const string ReadSettlement = "table GET Settlements(key)";

    // What is under way, changes that subscribers have not been told of, openings, uploads.
    internal static readonly string[] EachMinute =
    [
        "table GET LoanOpenings()",
        "table GET LoansByState()",
        "table GET SettlementsByStatus()",
        "table GET UploadsByStatus()",
    ];

    // Besides, what is in review, and what was announced and is not counted.
    internal static readonly string[] EachFifth =
    [
        .. EachMinute.Concat(["table GET SettlementsByStatus()", "table GET Stats()"]).Order(StringComparer.Ordinal),
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_need_not_be_known_within_a_minute_is_looked_at_every_fifth_on_whichever_instance()
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var fixture = await WarmAsync(proxy);
        var last = fixture.Time.GetUtcNow();
        var fifth = new List<int>();
        for (var minute = 1; minute <= 11; minute++)
        {
            fixture.Time.AdvanceTo(last.AddMinutes(1));
            var ranges = await RangesAsync(proxy, fixture.NewInstance(), last);
            if (!ranges.SequenceEqual(EachMinute))
            {
                ranges.ShouldBe(EachFifth);
                fifth.Add(minute);
            }

            last = fixture.Time.GetUtcNow();
        }

        fifth.ShouldBe([5, 10]);
    }

    [Fact]
    public async Task A_timer_that_is_early_or_late_or_was_held_up_misses_no_fifth_minute()
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var fixture = await WarmAsync(proxy);
        var hour = fixture.Time.GetUtcNow();
        foreach (
            var (last, now, isFifth) in new[]
            {
                ("00:03:00", "00:04:00", false),
                ("00:04:00", "00:04:59.9", true),
                ("00:05:00", "00:06:00", false),
                ("00:09:00", "00:10:20", true),
                ("00:10:20", "00:11:00", false),
                // A long sweep, and one that was long away.
                ("00:13:00", "00:17:30", true),
                ("00:17:30", "00:18:00", false),
                ("00:21:00", "00:33:00", true),
            }
        )
        {
            fixture.Time.AdvanceTo(hour + TimeSpan.Parse(now, null));
            (await RangesAsync(proxy, fixture.Services, hour + TimeSpan.Parse(last, null))).ShouldBe(
                isFifth ? EachFifth : EachMinute,
                $"{last}, then {now}"
            );
        }

        (await RangesAsync(proxy, fixture.Services, default(DateTimeOffset))).ShouldBe(EachFifth, "it has never run");
        (await RangesAsync(proxy, fixture.Services, null)).ShouldBe(EachFifth, "nobody knows when it ran");
    }

    [Fact]
    public async Task Where_a_settlement_is_found_out_within_a_minute_everything_is_looked_at_each_time()
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var fixture = await WarmAsync(proxy, TimeSpan.FromSeconds(5));

        var ranges = await RangesAsync(proxy, fixture.Services, fixture.Time.GetUtcNow());

        ranges.ShouldBe([.. EachFifth.SelectMany(range => Enumerable.Repeat(range, 12))]);
    }

    [Fact]
    public async Task What_is_verified_is_read_once_for_the_sweep_and_for_who_watches()
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var fixture = await WarmAsync(proxy);
        var row = await fixture.AcceptAsync();
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.CutBeforeEffect);
        (await fixture.ProcessAsync(row.Code)).Status.ShouldBe(SettlementStatus.Verifying);
        fixture.Time.Advance(TimeSpan.FromMinutes(2));
        var before = proxy.Calls.Count;

        await RangesAsync(proxy, fixture.Services, fixture.Time.GetUtcNow());

        proxy.Calls.Skip(before).Count(call => call == ReadSettlement).ShouldBe(1);
    }

    [Fact(Explicit = true)]
    public async Task What_is_more_than_one_sweep_takes_away_of_the_statistics_does_not_wait_for_the_fifth_minute()
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var fixture = await WarmAsync(proxy);
        var stats = fixture.Services.GetRequiredService<StorageClients>().Tables.GetTableClient(StorageSetup.StatsTable);
        foreach (var some in Enumerable.Range(0, 5_100).Chunk(100))
        {
            await stats.SubmitTransactionAsync(
                some.Select(number => new TableTransactionAction(
                    TableTransactionActionType.Add,
                    new TableEntity("stats", $"counted-2026030108-{number:D5}")
                )),
                Cancel
            );
        }

        // Long after what Azurite's own clock says.
        fixture.Time.AdvanceTo(new DateTimeOffset(2100, 1, 1, 8, 0, 0, TimeSpan.Zero));
        var looked = new List<bool>();
        for (var minute = 0; minute < 3; minute++)
        {
            looked.Add((await RangesAsync(proxy, fixture.Services, fixture.Time.GetUtcNow().AddMinutes(-1))).Contains("table GET Stats()"));
            fixture.Time.AdvanceTo(fixture.Time.GetUtcNow().AddMinutes(1));
        }

        looked.ShouldBe([true, true, false]);
        (await stats.QueryAsync<TableEntity>(cancellationToken: Cancel).CountAsync(Cancel)).ShouldBe(0);
    }

    /// <summary>The app once it has swept: what it does once in its life, and once in an hour, is done.</summary>
    private static async Task<ServiceFixture> WarmAsync(StorageProxy proxy, TimeSpan? verifyAfter = null)
    {
        var fixture = await ServiceFixture.StartAsync(null!, connectionString: proxy.ConnectionString, verifyAfter: verifyAfter);
        await RangesAsync(proxy, fixture.Services, null);
        return fixture;
    }

    /// <summary>Sweeps, and tells which ranges it has read.</summary>
    /// <param name="proxy">Storage.</param>
    /// <param name="instance">Where the timer fires.</param>
    /// <param name="last">When it fired before; null where the host does not say.</param>
    private static async Task<IReadOnlyList<string>> RangesAsync(StorageProxy proxy, IServiceProvider instance, DateTimeOffset? last)
    {
        var function = ActivatorUtilities.CreateInstance<VerifySettlementsFunction>(
            instance,
            new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance)
        );
        var before = proxy.Calls.Count;
        await function.Run(new TimerInfo { ScheduleStatus = last is { } at ? new ScheduleStatus { Last = at.UtcDateTime } : null }, Cancel);
        return [.. proxy.Calls.Skip(before).Where(call => call.EndsWith("()", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }
}
