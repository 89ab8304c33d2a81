using System.Text.Json;
using Azure.Storage.Blobs;

namespace Portable.Tests.Worker;

public sealed class TimerTests(AzuriteFixture azurite)
{
    private readonly string hostId = $"h{Guid.NewGuid():N}";
    private readonly ManualClock clock = new(At("12:30:00"));

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_timer_fires_on_its_schedule()
    {
        await using var host = await StartAsync("0 0 * * * *");
        await WaitedForAsync();
        clock.Set(At("12:59:59"));
        await WaitedForAsync();
        host.Probe.All.ShouldBeEmpty();

        clock.Set(At("13:00:00"));
        await host.Probe.HaveAsync("tick");
        await StatusAsync("13:00:00", "14:00:00");
        await WaitedForAsync();
        clock.Set(At("14:00:01"));
        await host.Probe.HaveAsync("tick", 2);

        host.Probe.All.ShouldBe(["tick", "tick"]);
    }

    [Fact]
    public async Task A_missed_time_is_made_good_once()
    {
        await using (await StartAsync("0 0 * * * *"))
        {
            await WaitedForAsync();
        }

        // Three times pass while no host runs.
        clock.Set(At("15:30:00"));
        await using (var host = await StartAsync("0 0 * * * *"))
        {
            await host.Probe.HaveAsync("tick past due");
            await StatusAsync("15:30:00", "16:00:00");
            await WaitedForAsync();
            host.Probe.All.ShouldBe(["tick past due"]);
        }

        await using (var host = await StartAsync("0 0 * * * *"))
        {
            await WaitedForAsync();
            clock.Set(At("16:00:00"));
            await host.Probe.HaveAsync("tick");
            host.Probe.All.ShouldBe(["tick"]);
        }
    }

    [Fact]
    public async Task A_changed_schedule_counts_from_the_last_run()
    {
        await using (await StartAsync("0 0 0 1 1 *"))
        {
            await WaitedForAsync();
        }

        clock.Set(At("12:50:00"));
        await using var host = await StartAsync("0 45 * * * *");

        await host.Probe.HaveAsync("tick past due");
    }

    [Fact]
    public async Task Of_two_instances_one_fires_and_the_other_takes_over_when_it_stops()
    {
        var first = await StartAsync("0 0 * * * *");
        await WaitedForAsync();
        await using var second = await StartAsync("0 0 * * * *");
        clock.Set(At("13:00:00"));
        await first.Probe.HaveAsync("tick");
        await StatusAsync("13:00:00", "14:00:00");
        await first.DisposeAsync();

        await WaitedForAsync();
        clock.Set(At("14:00:00"));
        await second.Probe.HaveAsync("tick");

        first.Probe.All.ShouldBe(["tick"]);
        second.Probe.All.ShouldBe(["tick"]);
    }

    [Fact]
    public async Task Of_two_processes_one_fires()
    {
        (string, string)[] settings =
            [("AzureWebJobsStorage", azurite.ConnectionString), ("AzureFunctionsWebHost__hostid", hostId), ("Tick__Schedule", "* * * * * *")];
        await using var first = await AppProcess.StartAsync(settings);
        await using var second = await AppProcess.StartAsync(settings);

        await Until.TrueAsync(() => Math.Max(first.Output.Count("probe: tick"), second.Output.Count("probe: tick")) >= 3);

        Math.Min(first.Output.Count("probe: tick"), second.Output.Count("probe: tick")).ShouldBe(0);
    }

    [Fact]
    public async Task A_timer_may_run_at_the_start_too_and_keeps_nothing_where_that_is_not_wanted()
    {
        await using var host = await TestHost.StartAsync(
            [("AzureWebJobsStorage", azurite.ConnectionString), ("AzureFunctionsWebHost__hostid", hostId), ("Start__Schedule", "12:00:00")],
            clock, cancellationToken: Cancelled);

        await host.Probe.HaveAsync("start tick");
        await WaitedForAsync();
        clock.Set(clock.GetUtcNow() + TimeSpan.FromHours(12));
        await host.Probe.HaveAsync("start tick", 2);

        host.Probe.All.ShouldBe(["start tick", "start tick"]);
    }

    [Theory]
    [InlineData("", "Tick is disabled: the setting 'Tick__Schedule' is missing")]
    [InlineData("0 0 0 30 2 *", "names no time that ever comes")]
    [InlineData("often", "Tick is disabled: 'often' is neither")]
    public async Task A_schedule_that_cannot_be_disables_its_function_alone(string schedule, string reason)
    {
        await using var host = await StartAsync(schedule);

        await host.Logs.HaveAsync(reason);
        (await host.Client.GetStringAsync("api/letters/abc", Cancelled)).ShouldBe("abc");
    }

    private static DateTimeOffset At(string time) => DateTimeOffset.Parse($"2026-03-01T{time}Z", System.Globalization.CultureInfo.InvariantCulture);

    private Task WaitedForAsync() => Until.TrueAsync(() => clock.IsWaitedFor);

    private Task<TestHost> StartAsync(string schedule) => TestHost.StartAsync(
        [
            ("AzureWebJobsStorage", azurite.ConnectionString), ("AzureFunctionsWebHost__hostid", hostId),
            ("Standalone__TimerRetry", "00:00:00.1"), ("Tick__Schedule", schedule),
        ],
        clock, cancellationToken: Cancelled);

    /// <summary>Waits until the last run is recorded as Microsoft's host records it.</summary>
    private async Task StatusAsync(string last, string next)
    {
        var blob = new BlobClient(azurite.ConnectionString, "azure-webjobs-hosts", $"timers/{hostId}/Host.Functions.Tick/status");
        await Until.TrueAsync(async () =>
        {
            var status = JsonDocument.Parse((await blob.DownloadContentAsync(Cancelled)).Value.Content).RootElement;
            return status.GetProperty("Last").GetDateTimeOffset() == At(last) && status.GetProperty("Next").GetDateTimeOffset() == At(next);
        });
    }
}
