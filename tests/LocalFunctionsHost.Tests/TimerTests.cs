using System.Globalization;
using System.Text.Json;
using Azure.Storage.Blobs;

namespace LocalFunctionsHost.Tests;

public sealed class TimerTests(AzuriteFixture azurite)
{
    private const string EverySecond = "* * * * * *";
    private const string Never = "0 0 0 1 1 *";

    private readonly string hostId = $"h{Guid.NewGuid():N}";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private BlobClient Status => new(azurite.ConnectionString, "azure-webjobs-hosts", $"timers/{hostId}/Host.Functions.Tick/status");

    [Fact]
    public async Task A_timer_fires_on_its_schedule_and_its_runs_are_recorded_as_Azures_host_records_them()
    {
        await using var host = await StartAsync(EverySecond);

        await host.Probe.HaveAsync("tick", 3);

        var status = await StatusAsync();
        status.Last.ShouldBeGreaterThan(DateTime.UtcNow.AddMinutes(-1));
        status.Next.ShouldBeGreaterThan(status.Last);
        host.Probe.Count("past due").ShouldBe(0);
    }

    [Fact]
    public async Task A_timer_that_never_ran_waits_for_its_time_and_is_recorded_at_once()
    {
        await using var host = await StartAsync(Never);

        await Until.TrueAsync(async () => (await Status.ExistsAsync(Cancelled)).Value);

        (await StatusAsync()).Next.ShouldBe(new DateTime(DateTime.UtcNow.Year + 1, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        host.Probe.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task Missed_times_are_made_good_once()
    {
        // A day without a host, in which it would have run 24 times; the next time is half an hour away.
        await WriteAsync(DateTime.UtcNow.AddDays(-1));
        var hourly = $"0 {DateTime.UtcNow.AddMinutes(30).Minute} * * * *";

        await using (var host = await StartAsync(hourly))
        {
            await host.Probe.HaveAsync("tick past due");
            (await StatusAsync()).Last.ShouldBeGreaterThan(DateTime.UtcNow.AddMinutes(-1));
            host.Probe.All.ShouldBe(["tick past due"]);
        }

        await using (var host = await StartAsync(hourly))
        {
            await FiredAsync(host);
            host.Probe.Count("past due").ShouldBe(0);
        }
    }

    [Fact(Explicit = true)]
    public async Task Of_two_processes_one_fires_at_each_time_and_the_other_goes_on_when_it_is_killed()
    {
        (string, string?)[] settings =
        [
            ("AzureWebJobsStorage", azurite.ConnectionString),
            ("AzureFunctionsWebHost__hostid", hostId),
            ("Tick__Schedule", EverySecond),
        ];
        await using var first = await AppProcess.StartAsync(settings);
        await using var second = await AppProcess.StartAsync(settings);
        var began = DateTime.UtcNow;
        int Ticks() => first.Output.Count("probe: tick") + second.Output.Count("probe: tick");
        var before = Ticks();

        await Until.TrueAsync(() => Ticks() >= before + 5);

        // One each second, however many there are to do it.
        (Ticks() - before).ShouldBeLessThanOrEqualTo((int)(DateTime.UtcNow - began).TotalSeconds + 2);
        await first.Process.KillAsync();
        before = second.Output.Count("probe: tick");
        await second.Output.HaveAsync("probe: tick", before + 2);
    }

    [Fact]
    public async Task A_timer_may_run_at_the_start_too_and_hear_nothing_of_missed_times()
    {
        await WriteAsync(DateTime.UtcNow.AddDays(-1), "StartTick");

        await using var host = await TestHost.StartAsync(
            [("AzureWebJobsStorage", azurite.ConnectionString), ("AzureFunctionsWebHost__hostid", hostId), ("Start__Schedule", Never)],
            cancellationToken: Cancelled
        );

        await host.Probe.HaveAsync("start tick");
        await FiredAsync(host, "StartTick");
        host.Probe.All.ShouldBe(["start tick", "start tick"]);
    }

    [Fact]
    public async Task A_timer_function_that_runs_is_told_when_its_host_ends_and_waited_for()
    {
        var host = await TestHost.StartAsync(
            [("AzureWebJobsStorage", azurite.ConnectionString), ("AzureFunctionsWebHost__hostid", hostId), ("Wait__Schedule", EverySecond)],
            cancellationToken: Cancelled
        );
        await host.Probe.HaveAsync("wait begun");

        await host.DisposeAsync();

        host.Probe.All.ShouldBe(["wait begun", "wait told to end"]);
    }

    [Theory]
    [InlineData("", "Tick is disabled: the setting 'Tick__Schedule' is missing")]
    [InlineData("0 0 0 30 2 *", "Tick is disabled: '0 0 0 30 2 *' names no time that ever comes")]
    [InlineData("often", "Tick is disabled: 'often' is no NCRONTAB expression")]
    public async Task A_schedule_that_cannot_be_disables_its_function_alone(string schedule, string reason)
    {
        await using var host = await StartAsync(schedule);

        await host.Logs.HaveAsync(reason);
        (await host.Client.GetStringAsync("api/letters/abc", Cancelled)).ShouldBe("abc");
    }

    [Fact]
    public async Task What_somebody_else_left_in_its_place_is_written_anew()
    {
        await new BlobContainerClient(azurite.ConnectionString, "azure-webjobs-hosts").CreateIfNotExistsAsync(cancellationToken: Cancelled);
        await Status.UploadAsync(new BinaryData("no status"), Cancelled);

        await using var host = await StartAsync(EverySecond);

        await host.Probe.HaveAsync("tick");
        (await StatusAsync()).Last.ShouldBeGreaterThan(DateTime.UtcNow.AddMinutes(-1));
    }

    /// <summary>Fires it by hand, so that what the schedule would have done has been done.</summary>
    private static async Task FiredAsync(TestHost host, string function = "Tick")
    {
        var before = host.Probe.All.Length;
        using var content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
        (await host.Client.PostAsync($"admin/functions/{function}", content, Cancelled)).StatusCode.ShouldBe(
            System.Net.HttpStatusCode.Accepted
        );
        await Until.TrueAsync(() => host.Probe.All.Length > before);
    }

    private Task<TestHost> StartAsync(string schedule) =>
        TestHost.StartAsync(
            [("AzureWebJobsStorage", azurite.ConnectionString), ("AzureFunctionsWebHost__hostid", hostId), ("Tick__Schedule", schedule)],
            cancellationToken: Cancelled
        );

    private async Task<(DateTime Last, DateTime Next)> StatusAsync()
    {
        var status = JsonDocument.Parse((await Status.DownloadContentAsync(Cancelled)).Value.Content).RootElement;
        return (status.GetProperty("Last").GetDateTime().ToUniversalTime(), status.GetProperty("Next").GetDateTime().ToUniversalTime());
    }

    private async Task WriteAsync(DateTime last, string function = "Tick")
    {
        var container = new BlobContainerClient(azurite.ConnectionString, "azure-webjobs-hosts");
        await container.CreateIfNotExistsAsync(cancellationToken: Cancelled);
        var text = last.ToString("O", CultureInfo.InvariantCulture);
        await container
            .GetBlobClient($"timers/{hostId}/Host.Functions.{function}/status")
            .UploadAsync(new BinaryData($$"""{"Last":"{{text}}","Next":"{{text}}","LastUpdated":"{{text}}"}"""), Cancelled);
    }
}
