using Azure.Data.Tables;
using Baloan.Core.Counters;
using Baloan.Core.Loans;
using Baloan.Core.Storage;
using Baloan.Functions.Stats;
using Baloan.Functions.Tests.Bench;
using Baloan.Functions.Tests.Loans;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Baloan.Functions.Tests.Stats;

public sealed class LoanCountTests(StorageAccounts storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Loans_are_counted_in_their_states_and_callbacks_in_their_hour()
    {
        await using var bench = new LoanBench(storage);
        var (paid, blocked, opened) = (LoanBench.NewUuid(), LoanBench.NewUuid(), LoanBench.NewUuid());
        await bench.Store.RecordAsync(bench.Opening(paid), Cancel);
        await bench.Store.RecordAsync(bench.Opening(opened), Cancel);
        foreach (
            var state in new[]
            {
                "created",
                "cheque_verified",
                "cheque_verified",
                "send_loan_to_bank",
                "created",
                "loan_paid",
                "canceld",
                "nonsense",
            }
        )
        {
            await bench.RecordAsync(paid, state);
        }

        foreach (var state in new[] { "created", "blocked", "cheque_verified", "blocked" })
        {
            await bench.RecordAsync(blocked, state);
        }

        await ShouldBecomeAsync(bench, callbacks: 12, conflicts: 1, "created 1, blocked 1, loan_paid 1");

        // An opening and a callback that come again.
        await bench.Store.RecordAsync(bench.Opening(opened), Cancel);
        var again = bench.Callback(opened, "canceled");
        await bench.Recorder.MakeGoodAsync(new LoanMessage(again, null, 1, null), Cancel);
        await bench.Recorder.MakeGoodAsync(new LoanMessage(again, null, 1, null), Cancel);
        await ShouldBecomeAsync(bench, callbacks: 13, conflicts: 1, "blocked 1, canceled 1, loan_paid 1");
    }

    [Fact]
    public async Task Many_at_once_on_two_instances_are_all_counted()
    {
        await using var bench = new LoanBench(storage);
        var stores = new[] { bench.Store, bench.NewInstance().GetRequiredService<LoanStore>() };
        var callbacks = Enumerable
            .Range(0, 5)
            .Select(_ => LoanBench.NewUuid())
            .SelectMany(uuid => new[] { "created", "created", "cheque_verified", "canceled" }.Select(state => bench.Callback(uuid, state)))
            .ToArray();
        new Random(3).Shuffle(callbacks);

        await Task.WhenAll(
            callbacks.Select((callback, number) => Task.Run(() => stores[number % 2].RecordAsync(callback, Cancel), Cancel))
        );

        await ShouldBecomeAsync(bench, callbacks: 20, conflicts: 0, "canceled 5");
    }

    [Fact]
    public async Task What_a_process_that_died_did_not_count_is_counted_by_the_sweep_once()
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var bench = new LoanBench(proxy.ConnectionString);
        var (uuid, opened) = (LoanBench.NewUuid(), LoanBench.NewUuid());
        await bench.RecordAsync(uuid, "created");
        await ShouldBecomeAsync(bench, callbacks: 1, conflicts: 0, "created 1");

        proxy.Refuse = call => call.EndsWith("$batch Stats", StringComparison.Ordinal);
        await bench.RecordAsync(uuid, "loan_paid");
        await bench.RecordAsync(uuid, "loan_paid");
        await bench.RecordAsync(uuid, "canceled");
        await bench.Store.RecordAsync(bench.Opening(opened), Cancel);
        await StopAsync(bench.Services);
        proxy.Refuse = _ => false;
        await ShouldBeAsync(bench, callbacks: 1, conflicts: 0, "created 1");

        bench.Clock.Advance(TimeSpan.FromMinutes(2));
        var other = bench.NewInstance();
        await Task.WhenAll(SweepAsync(bench.Services), SweepAsync(other));
        await SweepAsync(other);

        await ShouldBeAsync(bench, callbacks: 4, conflicts: 1, "created 1, loan_paid 1");
        (await RowsAsync(bench, "begun-")).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_announced_and_never_recorded_is_forgotten()
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var bench = new LoanBench(proxy.ConnectionString);
        proxy.Refuse = call => call == "table POST $batch";
        await bench.Recorder.RecordAsync(bench.Callback(LoanBench.NewUuid(), "created"));
        proxy.Refuse = _ => false;
        (await RowsAsync(bench, "begun-")).ShouldHaveSingleItem();

        bench.Clock.Advance(TimeSpan.FromMinutes(5));
        await SweepAsync(bench.Services);
        (await RowsAsync(bench, "begun-")).ShouldHaveSingleItem();
        bench.Clock.Advance(TimeSpan.FromMinutes(6));
        await SweepAsync(bench.Services);

        (await RowsAsync(bench, "begun-")).ShouldBeEmpty();
        await ShouldBeAsync(bench, callbacks: 0, conflicts: 0, "");

        // It waits on the queue, and is counted when it is recorded.
        var message = proxy.Messages.Single(message => message.Queue == "loans");
        await bench.Recorder.MakeGoodAsync(LoanMessage.Parse(message.Text), Cancel);
        await ShouldBecomeAsync(bench, callbacks: 1, conflicts: 0, "created 1");
    }

    [Fact]
    public async Task A_loan_of_before_there_were_counters_counts_from_its_next_state_on()
    {
        await using var bench = new LoanBench(storage);
        var uuid = LoanBench.NewUuid();
        var table = bench.Services.GetRequiredService<StorageClients>().Tables.GetTableClient(StorageSetup.LoansTable);
        await bench.ListAsync();
        await table.AddEntityAsync(
            new Loan
            {
                PartitionKey = uuid,
                State = "created",
                Reached = 1,
                UpdatedAt = bench.Clock.GetUtcNow(),
            },
            Cancel
        );

        await bench.RecordAsync(uuid, "cheque_verified");
        await ShouldBecomeAsync(bench, callbacks: 1, conflicts: 0, "cheque_verified 1");
        await bench.RecordAsync(uuid, "canceled");
        await ShouldBecomeAsync(bench, callbacks: 2, conflicts: 0, "canceled 1");
    }

    [Fact]
    public async Task What_nobody_can_ask_for_any_more_goes_and_loans_stay_counted()
    {
        await using var bench = new LoanBench(storage);
        var uuid = LoanBench.NewUuid();
        await bench.RecordAsync(uuid, "created");
        await bench.RecordAsync(uuid, "created");
        await ShouldBecomeAsync(bench, callbacks: 2, conflicts: 0, "created 1");
        (await RowsAsync(bench, "counted-")).Count.ShouldBe(2);

        // Storage has a clock of its own, which is the real one.
        bench.Clock.Advance(DateTimeOffset.UtcNow - bench.Clock.GetUtcNow() + TimeSpan.FromDays(7));
        await SweepAsync(bench.Services);
        (await RowsAsync(bench, "hour-")).ShouldHaveSingleItem();
        bench.Clock.Advance(TimeSpan.FromDays(2));
        await SweepAsync(bench.Services);

        (await RowsAsync(bench, "hour-")).ShouldBeEmpty();
        (await RowsAsync(bench, "counted-")).ShouldBeEmpty();
        await ShouldBeAsync(bench, callbacks: 0, conflicts: 0, "created 1");
    }

    /// <summary>What the host does at the end: it waits for what is being counted.</summary>
    private static Task StopAsync(IServiceProvider instance) =>
        instance.GetServices<IHostedService>().OfType<CounterStore>().Single().StopAsync(Cancel);

    private static Task SweepAsync(IServiceProvider instance) => instance.GetRequiredService<StatsSweep>().SweepAsync(Cancel);

    private static async Task ShouldBecomeAsync(LoanBench bench, int callbacks, int conflicts, string loans)
    {
        await Until.TrueAsync(async () => (await RowsAsync(bench, "begun-")).Count == 0, () => string.Join('\n', bench.Logs));
        await ShouldBeAsync(bench, callbacks, conflicts, loans);
    }

    private static async Task ShouldBeAsync(LoanBench bench, int callbacks, int conflicts, string loans)
    {
        var stats = await bench.Services.GetRequiredService<StatsReader>().ReadAsync(CounterStore.LongestSpan, Cancel);
        (stats.Hours.Sum(hour => hour.Callbacks), stats.Hours.Sum(hour => hour.Conflicts)).ShouldBe((callbacks, conflicts));
        stats.Loans.Keys.ShouldBe(LoanStates.All);
        string.Join(
                ", ",
                stats
                    .Loans.Where(state => state.Value != 0)
                    .OrderBy(state => state.Key == "created" ? "" : state.Key, StringComparer.Ordinal)
                    .Select(state => $"{state.Key} {state.Value}")
            )
            .ShouldBe(loans);
    }

    private static async Task<IReadOnlyList<TableEntity>> RowsAsync(LoanBench bench, string prefix) =>
        await bench
            .Services.GetRequiredService<StorageClients>()
            .Tables.GetTableClient(StorageSetup.StatsTable)
            .QueryAsync<TableEntity>(cancellationToken: Cancel)
            .Where(row => row.RowKey.StartsWith(prefix, StringComparison.Ordinal))
            .ToListAsync(Cancel);
}
