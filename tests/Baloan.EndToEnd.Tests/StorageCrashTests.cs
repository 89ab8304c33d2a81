using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Azure.Storage.Queues;
using Baloan.Sandbox;

namespace Baloan.EndToEnd.Tests;

/// <summary>
/// The process dies (SIGKILL) between any two steps of a settlement: after each write to storage, and before a write where Baloan was
/// called since the one before.
/// </summary>
public sealed class StorageCrashTests(OnDemand<SandboxFixture> fixture)
    : LongTests<SandboxFixture>(fixture),
        IClassFixture<OnDemand<SandboxFixture>>
{
    private const int SideBySide = 4;

    // So that the tests do not wait long for what a dead process held.
    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["Settlements__VerifyAfter"] = "00:00:02",
        ["LocalFunctionsHost__QueueLease"] = "00:00:06",
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task A_death_at_any_write_loses_nothing_and_moves_the_money_at_most_once()
    {
        var first = await Lane.StartAsync(Fixture, Fixture.Storage);
        var points = new ConcurrentQueue<(int Write, bool AfterIt)>(await first.FindPointsAsync());
        var count = points.Count;
        // Invoice, index, row, message; hold, validation, sending, outcome; index, hold and index again, message. Three calls to Baloan.
        count.ShouldBeGreaterThanOrEqualTo(12 + 3);

        var died = new ConcurrentBag<string>();
        await Task.WhenAll(
            Enumerable
                .Range(0, SideBySide)
                .Select(async number =>
                {
                    await using var lane =
                        number == 0 ? first : await Lane.StartAsync(Fixture, await Azurite.StartAsync(cancellationToken: Cancel));
                    while (points.TryDequeue(out var point))
                    {
                        died.Add(await lane.DieAndRecoverAsync(point.Write, point.AfterIt));
                    }
                })
        );

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', died.Order(StringComparer.Ordinal)));
        died.Count.ShouldBe(count);
    }

    /// <summary>Storage of its own with an app on it, whose settlements die one after the other.</summary>
    private sealed class Lane : IAsyncDisposable
    {
        private readonly SandboxFixture fixture;
        private readonly Azurite azurite;
        private readonly StorageProxy proxy;
        private readonly QueueClient queue;
        private RunningApp app = null!;

        private Lane(SandboxFixture fixture, Azurite azurite, StorageProxy proxy)
        {
            (this.fixture, this.azurite, this.proxy) = (fixture, azurite, proxy);
            queue = new QueueClient(azurite.ConnectionString, "invoices");
        }

        public static async Task<Lane> StartAsync(SandboxFixture fixture, Azurite azurite)
        {
            var lane = new Lane(fixture, azurite, await StorageProxy.StartAsync(azurite));
            await lane.StartAppAsync();
            return lane;
        }

        public async ValueTask DisposeAsync()
        {
            await app.DisposeAsync();
            await proxy.DisposeAsync();
            if (azurite != fixture.Storage)
            {
                await azurite.DisposeAsync();
            }
        }

        /// <summary>The points at which a settlement can die, from those that do not. To be called while nobody else uses Baloan.</summary>
        public async Task<IReadOnlyList<(int Write, bool AfterIt)>> FindPointsAsync()
        {
            // The first one makes the key of the customers' hashes, which the others find.
            await SettleAsync();
            IReadOnlyList<(int Write, bool AfterIt)> points = await PointsOfOneAsync(),
                before;
            do
            {
                // A sweep or a lease that is renewed may have come in between, and no other settlement would get to that write.
                (before, points) = (points, await PointsOfOneAsync());
            } while (!points.SequenceEqual(before));
            return points;
        }

        /// <summary>Lets the app die at a write of a settlement, starts it again, and sees the settlement to its end.</summary>
        /// <returns>What happened, in a line.</returns>
        public async Task<string> DieAndRecoverAsync(int write, bool afterIt)
        {
            var order = Order.New();
            var point = $"write {write:00} {(afterIt ? "done" : "not done")}";
            await app.SendOtpAsync(order.Customer);
            var dying = app;
            proxy.Arm(new(write, afterIt, dying.Process.KillAsync));

            var accepted = await TryPostAsync(order);
            await Until.TrueAsync($"{point}: the process is dead", () => dying.Process.Process.Exited.IsCompleted);
            proxy.Arm(null);
            await StartAppAsync();
            await app.SweepAsync();

            JsonObject end;
            if (accepted)
            {
                end = await app.EndOfAsync(order);
                end.Text("status").ShouldBeOneOf("settled", "failed");
                end.ErrorCode().ShouldBeOneOf(null, "otp_outcome_unknown", "not_settled");
                fixture.Books.ShouldAgreeWith(order, end);
            }
            else
            {
                await app.SendOtpAsync(order.Customer);
                (await app.PostSettlementAsync(order)).Status.ShouldBeOneOf(200, 202);
                end = await app.EndOfAsync(order);
            }

            var trail = $"{point}: {(accepted ? "accepted" : "not accepted")}, {end.Text("status")} {end.ErrorCode()}";
            if (end.Text("status") != "settled")
            {
                accepted.ShouldBeTrue(trail);
                await app.AcceptAsync(order);
                end = await app.EndOfAsync(order);
                trail += $", again {end.Text("status")}";
            }

            end.Text("status").ShouldBe("settled", trail);
            fixture.Books.ShouldHaveMovedOnce(order);
            await ListedAsSettledAsync(order);

            // Nothing is left behind that would hold up the customer, nor any message.
            var next = await app.AcceptAsync(order with { Code = $"{order.Code}-next" });
            (await app.EndOfAsync(next)).Text("status").ShouldBe("settled", trail);
            await QueueIsEmptyAsync();
            fixture.Books.ShouldHaveMovedOnce(order);
            return trail;
        }

        private async Task StartAppAsync() => app = await fixture.StartAppAsync(Settings, proxy.ConnectionString);

        private async Task SettleAsync()
        {
            var order = await app.AcceptAsync(Order.New());
            (await app.EndOfAsync(order)).Text("status").ShouldBe("settled");
            await QueueIsEmptyAsync();
        }

        private async Task<IReadOnlyList<(int Write, bool AfterIt)>> PointsOfOneAsync()
        {
            int Calls() => Enum.GetValues<Operation>().Where(operation => operation != Operation.SendOtp).Sum(fixture.Books.Calls);
            var callsBefore = new List<int>();
            proxy.Arm(null, () => callsBefore.Add(Calls()));
            await SettleAsync();
            proxy.Arm(null);
            return
            [
                .. callsBefore.Index().Select(entry => (entry.Index + 1, true)),
                .. callsBefore
                    .Index()
                    .Where(entry => entry.Index > 0 && callsBefore[entry.Index - 1] != entry.Item)
                    .Select(entry => (entry.Index + 1, false)),
            ];
        }

        private async Task<bool> TryPostAsync(Order order)
        {
            try
            {
                (await app.PostSettlementAsync(order)).ShouldBe(202);
                return true;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }

        private Task QueueIsEmptyAsync() =>
            Until.TrueAsync("the queue is empty", async () => (await queue.GetPropertiesAsync(Cancel)).Value.ApproximateMessagesCount == 0);

        private Task ListedAsSettledAsync(Order order) =>
            Until.TrueAsync(
                $"{order.Code} is listed as settled",
                async () =>
                    (await app.GetAsync("api/merchant/settlements?top=100&status=settled")).ShouldBe(200)["items"]!
                        .AsArray()
                        .Any(item => item!["code"]!.GetValue<string>() == order.Code)
            );
    }
}
