using Baloan.Core.Settlements;
using Baloan.Functions.Tests.Bench;
using Baloan.Sandbox;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Tests.Settlements;

public sealed class OnceTests(StorageAccounts storage)
{
    [Theory]
    [InlineData("v1", true)]
    [InlineData("v2", true)]
    [InlineData("v2", false)]
    public async Task Two_instances_with_the_same_message_move_the_money_once(string version, bool withOtp)
    {
        await using var bench = await ServiceBench.StartAsync(storage, version);
        var other = bench.NewInstance();
        var codes = new List<string>();
        for (var i = 0; i < 20; i++)
        {
            codes.Add((await bench.AcceptAsync(withOtp: withOtp)).Code);
        }

        foreach (var batch in codes.Chunk(4))
        {
            await Task.WhenAll(
                batch.SelectMany(code =>
                    new[]
                    {
                        Instance.ProcessAsync(bench.Services, code),
                        Instance.ProcessAsync(other, code),
                        Instance.ProcessAsync(bench.Services, code),
                    }
                )
            );
        }

        foreach (var code in codes)
        {
            bench.Moved(code).ShouldBe(1);
            (await bench.FindAsync(code)).Status.ShouldBe(SettlementStatus.Settled);
        }

        (await bench.OpenEntriesAsync()).ShouldBe(0);
        (await bench.ListAsync(SettlementStatus.Settled)).ShouldBe(codes, ignoreOrder: true);
    }

    [Fact]
    public async Task A_message_that_comes_again_while_it_is_being_sent_changes_nothing()
    {
        await using var bench = await ServiceBench.StartAsync(storage);
        var row = await bench.AcceptAsync();
        var slow = TimeSpan.FromSeconds(60);
        bench.Baloan.Faults.Next(Operation.Settle, Fault.SlowAnswer with { Delay = slow });
        var sending = Instance.ProcessAsync(bench.Services, row.Code);
        await bench.Time.IsWaitedForAsync(slow);

        await Instance.ProcessAsync(bench.NewInstance(), row.Code);
        bench.Time.Advance(TimeSpan.FromSeconds(30));
        await bench.SweepAsync();
        await Instance.ProcessAsync(bench.NewInstance(), row.Code);
        (await bench.FindAsync(row.Code)).Status.ShouldBe(SettlementStatus.Submitting);
        bench.Time.Advance(TimeSpan.FromSeconds(30));
        await sending;

        (await bench.FindAsync(row.Code)).Status.ShouldBe(SettlementStatus.Settled);
        bench.Baloan.Books.Calls(Operation.Settle).ShouldBe(1);
    }

    [Fact]
    public async Task A_message_that_comes_again_after_the_end_changes_nothing()
    {
        await using var bench = await ServiceBench.StartAsync(storage);
        var row = await bench.AcceptAsync();
        var settled = await bench.ProcessAsync(row.Code);

        (await bench.ProcessAsync(row.Code)).ETag.ShouldBe(settled.ETag);

        bench.Baloan.Books.Calls(Operation.Settle).ShouldBe(1);
    }

    [Fact]
    public async Task What_is_stopped_before_the_sending_sends_nothing_and_is_settled_later()
    {
        await using var bench = await ServiceBench.StartAsync(storage);
        var row = await bench.AcceptAsync();
        var slow = TimeSpan.FromSeconds(10);
        bench.Baloan.Faults.Next(Operation.CheckCredit, Fault.SlowAnswer with { Delay = slow });
        using var stop = new CancellationTokenSource();
        var processing = bench.Processor.ProcessAsync(row.Code, stop.Token);
        await bench.Time.IsWaitedForAsync(slow);

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => processing);
        bench.Baloan.Books.Calls(Operation.Settle).ShouldBe(0);
        (await bench.RunToEndAsync(row.Code)).Status.ShouldBe(SettlementStatus.Settled);
        bench.Moved(row.Code).ShouldBe(1);
    }

    [Fact]
    public async Task What_is_stopped_after_the_sending_waits_for_its_answer()
    {
        await using var bench = await ServiceBench.StartAsync(storage);
        var row = await bench.AcceptAsync();
        var slow = TimeSpan.FromSeconds(10);
        bench.Baloan.Faults.Next(Operation.Settle, Fault.SlowAnswer with { Delay = slow });
        using var stop = new CancellationTokenSource();
        var processing = bench.Processor.ProcessAsync(row.Code, stop.Token);
        await bench.Time.IsWaitedForAsync(slow);

        await stop.CancelAsync();
        bench.Time.Advance(slow);
        await processing;

        (await bench.FindAsync(row.Code)).Status.ShouldBe(SettlementStatus.Settled);
    }
}
