using Baloan.Sandbox;

namespace LocalFunctionsHost.Tests;

public sealed class StorageOutageTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task Storage_that_is_down_at_the_start_keeps_nobody_waiting_and_is_used_when_it_comes()
    {
        await using var late = await Azurite.StartAsync(cancellationToken: Cancelled);
        await late.StopAsync();
        var waiting = new TestQueue(late.ConnectionString);
        await using var host = await TestHost.StartAsync(
            [("AzureWebJobsStorage", late.ConnectionString), ("WorkQueue", waiting.Name), ("Tick__Schedule", "0 0 * * * *")],
            cancellationToken: Cancelled
        );

        (await host.Client.GetStringAsync("api/letters/abc", Cancelled)).ShouldBe("abc");
        await host.Logs.HaveAsync("The timer of Tick waits for storage");
        await late.StartAgainAsync(Cancelled);
        await waiting.SendAsync("late");

        await host.Probe.HaveAsync("work ended late");
        host.Logs.Count("The timer of Tick waits for storage").ShouldBe(1);
    }

    [Fact(Explicit = true)]
    public async Task A_queue_whose_storage_was_away_for_longer_than_its_listener_tries_is_listened_to_again()
    {
        await using var storage = await Azurite.StartAsync(cancellationToken: Cancelled);
        var queue = new TestQueue(storage.ConnectionString);
        await queue.SendAsync("before");
        await using var host = await TestHost.StartAsync(
            [("AzureWebJobsStorage", storage.ConnectionString), ("WorkQueue", queue.Name)],
            cancellationToken: Cancelled
        );
        await host.Probe.HaveAsync("work ended before");

        await storage.StopAsync();
        await host.Logs.HaveAsync("The queue of Work cannot be read");
        await storage.StartAgainAsync(Cancelled);
        await queue.SendAsync("after");

        await host.Probe.HaveAsync("work ended after");
    }
}
