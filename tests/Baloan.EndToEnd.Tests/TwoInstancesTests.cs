namespace Baloan.EndToEnd.Tests;

/// <summary>Two instances of the app on one storage account.</summary>
[Collection(SharedProcesses.Name)]
public sealed class TwoInstancesTests(OnDemand<SandboxFixture> fixture) : LongTests<SandboxFixture>(fixture)
{
    private const int Count = 40;

    [Fact(Explicit = true)]
    public async Task Each_settlement_is_moved_once_whoever_takes_it()
    {
        var apps = await Task.WhenAll(Fixture.StartAppAsync(), Fixture.StartAppAsync());
        await using var first = apps[0];
        await using var second = apps[1];
        var orders = Enumerable.Range(0, Count).Select(_ => Order.New()).ToList();

        await Parallel.ForEachAsync(
            orders.Index(),
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.Current.CancellationToken },
            async (entry, _) =>
            {
                var (index, order) = entry;
                await apps[index % 2].SendOtpAsync(order.Customer);
                if (index % 4 == 0)
                {
                    // The same POST to both at once: one of them accepts it, the other answers with it.
                    var answers = await Task.WhenAll(apps.Select(app => app.PostSettlementAsync(order)));
                    answers.ShouldAllBe(answer => answer.Status == 202 || answer.Status == 200);
                    answers.Select(answer => answer.Json!["attempts"]!.GetValue<int>()).ShouldAllBe(attempts => attempts == 1);
                }
                else
                {
                    (await apps[index % 2].PostSettlementAsync(order)).ShouldBe(202);
                }
            }
        );

        foreach (var (index, order) in orders.Index())
        {
            var end = await apps[(index + 1) % 2].EndOfAsync(order);
            HappyPathTests.ShouldBeSettled(end, order, Baloan.Sandbox.Books.DefaultCredit - order.Total);
            Fixture.Books.ShouldHaveMovedOnce(order);
        }

        apps.ShouldAllBe(app => app.Process.LogLines.Any(line => line.Contains(" is settled.", StringComparison.Ordinal)));
    }
}
