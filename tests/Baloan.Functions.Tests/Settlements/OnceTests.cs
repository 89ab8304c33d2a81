using Baloan.Core.Settlements;
using Baloan.Functions.Tests.Fixtures;
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
        await using var fixture = await ServiceFixture.StartAsync(storage, version);
        var other = fixture.NewInstance();
        var codes = new List<string>();
        for (var i = 0; i < 20; i++)
        {
            codes.Add((await fixture.AcceptAsync(withOtp: withOtp)).Code);
        }

        foreach (var batch in codes.Chunk(4))
        {
            await Task.WhenAll(
                batch.SelectMany(code =>
                    new[]
                    {
                        Instance.ProcessAsync(fixture.Services, code),
                        Instance.ProcessAsync(other, code),
                        Instance.ProcessAsync(fixture.Services, code),
                    }
                )
            );
        }

        foreach (var code in codes)
        {
            fixture.Moved(code).ShouldBe(1);
            (await fixture.FindAsync(code)).Status.ShouldBe(SettlementStatus.Settled);
        }

        (await fixture.OpenEntriesAsync()).ShouldBe(0);
        (await fixture.ListAsync(SettlementStatus.Settled)).ShouldBe(codes, ignoreOrder: true);
    }

    [Fact]
    public async Task A_message_that_comes_again_while_it_is_being_sent_changes_nothing()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync();
        var slow = TimeSpan.FromSeconds(60);
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.SlowAnswer with { Delay = slow });
        var sending = Instance.ProcessAsync(fixture.Services, row.Code);
        await fixture.Time.IsWaitedForAsync(slow);

        await Instance.ProcessAsync(fixture.NewInstance(), row.Code);
        fixture.Time.Advance(TimeSpan.FromSeconds(30));
        await fixture.SweepAsync();
        await Instance.ProcessAsync(fixture.NewInstance(), row.Code);
        (await fixture.FindAsync(row.Code)).Status.ShouldBe(SettlementStatus.Submitting);
        fixture.Time.Advance(TimeSpan.FromSeconds(30));
        await sending;

        (await fixture.FindAsync(row.Code)).Status.ShouldBe(SettlementStatus.Settled);
        fixture.Baloan.Books.Calls(Operation.Settle).ShouldBe(1);
    }

    [Fact]
    public async Task A_message_that_comes_again_after_the_end_changes_nothing()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync();
        var settled = await fixture.ProcessAsync(row.Code);

        (await fixture.ProcessAsync(row.Code)).ETag.ShouldBe(settled.ETag);

        fixture.Baloan.Books.Calls(Operation.Settle).ShouldBe(1);
    }

    [Fact]
    public async Task What_is_stopped_before_the_sending_sends_nothing_and_is_settled_later()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync();
        var slow = TimeSpan.FromSeconds(10);
        fixture.Baloan.Faults.Next(Operation.CheckCredit, Fault.SlowAnswer with { Delay = slow });
        using var stop = new CancellationTokenSource();
        var processing = fixture.Processor.ProcessAsync(row.Code, stop.Token);
        await fixture.Time.IsWaitedForAsync(slow);

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => processing);
        fixture.Baloan.Books.Calls(Operation.Settle).ShouldBe(0);
        (await fixture.RunToEndAsync(row.Code)).Status.ShouldBe(SettlementStatus.Settled);
        fixture.Moved(row.Code).ShouldBe(1);
    }

    [Fact]
    public async Task What_is_stopped_after_the_sending_waits_for_its_answer()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var row = await fixture.AcceptAsync();
        var slow = TimeSpan.FromSeconds(10);
        fixture.Baloan.Faults.Next(Operation.Settle, Fault.SlowAnswer with { Delay = slow });
        using var stop = new CancellationTokenSource();
        var processing = fixture.Processor.ProcessAsync(row.Code, stop.Token);
        await fixture.Time.IsWaitedForAsync(slow);

        await stop.CancelAsync();
        fixture.Time.Advance(slow);
        await processing;

        (await fixture.FindAsync(row.Code)).Status.ShouldBe(SettlementStatus.Settled);
    }
}
