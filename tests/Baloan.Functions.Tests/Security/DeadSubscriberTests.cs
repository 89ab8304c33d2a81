using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;

namespace Baloan.Functions.Tests.Security;

/// <summary>Subscribers that take a connection and never answer.</summary>
[Collection(nameof(Alone))]
public sealed class DeadSubscriberTests(StorageAccounts storage)
{
    private const int Dead = 50;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task An_event_reaches_a_healthy_subscriber_before_any_of_fifty_dead_ones_is_given_up()
    {
        await using var baloan = await BaloanServer.StartAsync(cancellationToken: Cancel);
        await using var app = await RunningApp.StartAsync(baloan, storage.ConnectionString(storage.NewAccount()));
        using var api = app.NewClient();
        await using var healthy = await Receiver.StartAsync();
        var given = 0;
        var dead = Enumerable.Range(0, Dead).Select(_ => new DeadReceiver(() => Interlocked.Increment(ref given))).ToArray();
        try
        {
            foreach (var receiver in dead)
            {
                (await SubscribeAsync(api, receiver.Url)).Status.ShouldBe(201);
            }

            (await SubscribeAsync(api, healthy.CallbackUrl)).Status.ShouldBe(201);

            // One after the other, so that the second one meets all of them at their worst.
            var before = 0;
            for (var events = 1; events <= 3; events++)
            {
                (
                    await api.PostAsync(
                        "api/callbacks/loan-state",
                        new JsonObject { ["uuid"] = Guid.NewGuid().ToString(), ["state"] = "created" }
                    )
                ).Status.ShouldBe(200);
                await Until.TrueAsync(() => healthy.Deliveries.Count == events);
                before = events == 1 ? Volatile.Read(ref given) : before;
            }

            before.ShouldBe(0, "the first event came while all the dead were still being waited for");
        }
        finally
        {
            foreach (var receiver in dead)
            {
                receiver.Dispose();
            }
        }
    }

    [Fact(Explicit = true)]
    public async Task There_are_no_more_subscriptions_than_the_owner_allows_and_the_same_one_again_is_none_more()
    {
        await using var baloan = await BaloanServer.StartAsync(cancellationToken: Cancel);
        await using var app = await RunningApp.StartAsync(
            baloan,
            storage.ConnectionString(storage.NewAccount()),
            "v2",
            new KeyValuePair<string, string?>("Subscriptions__Most", "2")
        );
        using var api = app.NewClient();
        (await SubscribeAsync(api, "http://127.0.0.1:9/1")).Status.ShouldBe(201);
        (await SubscribeAsync(api, "http://127.0.0.1:9/2")).Status.ShouldBe(201);

        (await SubscribeAsync(api, "http://127.0.0.1:9/3"))
            .ShouldBeProblem(409, "too_many_subscriptions")
            .Text.ShouldContain("Subscriptions__Most");
        (await SubscribeAsync(api, "http://127.0.0.1:9/2")).Status.ShouldBe(201);
    }

    private static Task<ApiAnswer> SubscribeAsync(ApiClient api, string url) =>
        api.PostAsync("api/subscriptions", new JsonObject { ["callback_url"] = url, ["events"] = new JsonArray("loan_state") });

    /// <summary>Accepts connections and says nothing.</summary>
    private sealed class DeadReceiver : IDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);

        public DeadReceiver(Action left)
        {
            listener.Start();
            _ = AcceptAsync(left);
        }

        public string Url => $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/dead";

        public void Dispose() => listener.Dispose();

        private async Task AcceptAsync(Action left)
        {
            try
            {
                while (true)
                {
                    _ = ReadAsync(await listener.AcceptTcpClientAsync());
                }
            }
            catch (Exception end) when (end is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                // Stopped.
            }

            async Task ReadAsync(TcpClient client)
            {
                using (client)
                {
                    try
                    {
                        while (await client.GetStream().ReadAsync(new byte[4096]) > 0) { }
                    }
                    catch (IOException)
                    {
                        // Reset.
                    }

                    left();
                }
            }
        }
    }
}
