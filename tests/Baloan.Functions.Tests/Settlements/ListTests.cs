using Baloan.Core.Settlements;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;

namespace Baloan.Functions.Tests.Settlements;

public sealed class ListTests(StorageAccounts storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lists_stay_whole_and_in_order_while_settlements_end()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var codes = new List<string>();
        for (var i = 0; i < 30; i++)
        {
            codes.Insert(0, (await fixture.AcceptAsync()).Code);
            fixture.Time.Advance(TimeSpan.FromSeconds(1));
        }

        fixture.Baloan.Faults.Next(Operation.Settle, Fault.Refused, 10);
        using var done = new CancellationTokenSource();
        var walks = Task.Run(
            async () =>
            {
                var count = 0;
                do
                {
                    (await fixture.ListAsync(null, top: 7)).ShouldBe(codes);
                    count++;
                } while (!done.IsCancellationRequested);
                return count;
            },
            Cancel
        );
        foreach (var code in codes)
        {
            await fixture.ProcessAsync(code);
        }

        await done.CancelAsync();
        (await walks).ShouldBeGreaterThan(1);
        var rejected = await fixture.ListAsync(SettlementStatus.Rejected, top: 3);
        var settled = await fixture.ListAsync(SettlementStatus.Settled, top: 4);
        rejected.Count.ShouldBe(10);
        rejected.ShouldBe(codes.Where(rejected.Contains));
        settled.ShouldBe(codes.Except(rejected));
        (await fixture.ListAsync(SettlementStatus.Queued)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(100)]
    public async Task Pages_of_any_size_join_without_loss_or_doubles(int top)
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var codes = new List<string>();
        var request = await fixture.NewAsync();
        for (var i = 0; i < 10; i++)
        {
            // All in one moment, so that the code alone tells them apart.
            codes.Add((await fixture.Intake.AcceptAsync(request with { Code = $"{request.Code}-{i}" }, Cancel)).Row.Code);
        }

        (await fixture.ListAsync(null, top)).ShouldBe(codes.Order(StringComparer.Ordinal));
        (await fixture.ListAsync(SettlementStatus.Queued, top)).ShouldBe(codes.Order(StringComparer.Ordinal));
        (await fixture.ListAsync(SettlementStatus.Verifying, top)).ShouldBeEmpty();
        (await fixture.Finder.FindAsync(new(), codes.Count, null, Cancel)).After.ShouldBeNull("nothing comes after the last one");
        (await fixture.Finder.FindAsync(new(), codes.Count - 1, null, Cancel)).After.ShouldNotBeNull();
    }
}
