using Azure.Data.Tables;
using Baloan.Core.Counters;
using Baloan.Core.Loans;
using Baloan.Core.Storage;
using Baloan.Functions.Stats;
using Baloan.Functions.Tests.Fixtures;
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
        await using var fixture = new LoanFixture(storage);
        var (paid, blocked, opened) = (LoanFixture.NewUuid(), LoanFixture.NewUuid(), LoanFixture.NewUuid());
        await fixture.Store.RecordAsync(fixture.Opening(paid), Cancel);
        await fixture.Store.RecordAsync(fixture.Opening(opened), Cancel);
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
            await fixture.RecordAsync(paid, state);
        }

        foreach (var state in new[] { "created", "blocked", "cheque_verified", "blocked" })
        {
            await fixture.RecordAsync(blocked, state);
        }

        await ShouldBecomeAsync(fixture, callbacks: 12, conflicts: 1, "created 1, blocked 1, loan_paid 1");

        // An opening and a callback that come again.
        await fixture.Store.RecordAsync(fixture.Opening(opened), Cancel);
        var again = fixture.Callback(opened, "canceled");
        await fixture.Recorder.MakeGoodAsync(new LoanMessage(again, null, 1, null), Cancel);
        await fixture.Recorder.MakeGoodAsync(new LoanMessage(again, null, 1, null), Cancel);
        await ShouldBecomeAsync(fixture, callbacks: 13, conflicts: 1, "blocked 1, canceled 1, loan_paid 1");
    }

    [Fact]
    public async Task Many_at_once_on_two_instances_are_all_counted()
    {
        await using var fixture = new LoanFixture(storage);
        var stores = new[] { fixture.Store, fixture.NewInstance().GetRequiredService<LoanStore>() };
        var callbacks = Enumerable
            .Range(0, 5)
            .Select(_ => LoanFixture.NewUuid())
            .SelectMany(uuid =>
                new[] { "created", "created", "cheque_verified", "canceled" }.Select(state => fixture.Callback(uuid, state))
            )
            .ToArray();
        new Random(3).Shuffle(callbacks);

        await Task.WhenAll(
            callbacks.Select((callback, number) => Task.Run(() => stores[number % 2].RecordAsync(callback, Cancel), Cancel))
        );

        await ShouldBecomeAsync(fixture, callbacks: 20, conflicts: 0, "canceled 5");
    }

    [Fact]
    public async Task What_a_process_that_died_did_not_count_is_counted_by_the_sweep_once()
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var fixture = new LoanFixture(proxy.ConnectionString);
        var (uuid, opened) = (LoanFixture.NewUuid(), LoanFixture.NewUuid());
        await fixture.RecordAsync(uuid, "created");
        await ShouldBecomeAsync(fixture, callbacks: 1, conflicts: 0, "created 1");

        proxy.Refuse = call => call.EndsWith("$batch Stats", StringComparison.Ordinal);
        await fixture.RecordAsync(uuid, "loan_paid");
        await fixture.RecordAsync(uuid, "loan_paid");
        await fixture.RecordAsync(uuid, "canceled");
        await fixture.Store.RecordAsync(fixture.Opening(opened), Cancel);
        await StopAsync(fixture.Services);
        proxy.Refuse = _ => false;
        await ShouldBeAsync(fixture, callbacks: 1, conflicts: 0, "created 1");

        fixture.Clock.Advance(TimeSpan.FromMinutes(2));
        var other = fixture.NewInstance();
        await Task.WhenAll(SweepAsync(fixture.Services), SweepAsync(other));
        await SweepAsync(other);

        await ShouldBeAsync(fixture, callbacks: 4, conflicts: 1, "created 1, loan_paid 1");
        (await RowsAsync(fixture, "begun-")).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_announced_and_never_recorded_is_forgotten()
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var fixture = new LoanFixture(proxy.ConnectionString);
        proxy.Refuse = call => call == "table POST $batch";
        await fixture.Recorder.RecordAsync(fixture.Callback(LoanFixture.NewUuid(), "created"));
        proxy.Refuse = _ => false;
        (await RowsAsync(fixture, "begun-")).ShouldHaveSingleItem();

        fixture.Clock.Advance(TimeSpan.FromMinutes(5));
        await SweepAsync(fixture.Services);
        (await RowsAsync(fixture, "begun-")).ShouldHaveSingleItem();
        fixture.Clock.Advance(TimeSpan.FromMinutes(6));
        await SweepAsync(fixture.Services);

        (await RowsAsync(fixture, "begun-")).ShouldBeEmpty();
        await ShouldBeAsync(fixture, callbacks: 0, conflicts: 0, "");

        // It waits on the queue, and is counted when it is recorded.
        var message = proxy.Messages.Single(message => message.Queue == "loans");
        await fixture.Recorder.MakeGoodAsync(LoanMessage.Parse(message.Text), Cancel);
        await ShouldBecomeAsync(fixture, callbacks: 1, conflicts: 0, "created 1");
    }

    [Fact]
    public async Task A_loan_of_before_there_were_counters_counts_from_its_next_state_on()
    {
        await using var fixture = new LoanFixture(storage);
        var uuid = LoanFixture.NewUuid();
        var table = fixture.Services.GetRequiredService<StorageClients>().Tables.GetTableClient(StorageSetup.LoansTable);
        await fixture.ListAsync();
        await table.AddEntityAsync(
            new Loan
            {
                PartitionKey = uuid,
                State = "created",
                Reached = 1,
                UpdatedAt = fixture.Clock.GetUtcNow(),
            },
            Cancel
        );

        await fixture.RecordAsync(uuid, "cheque_verified");
        await ShouldBecomeAsync(fixture, callbacks: 1, conflicts: 0, "cheque_verified 1");
        await fixture.RecordAsync(uuid, "canceled");
        await ShouldBecomeAsync(fixture, callbacks: 2, conflicts: 0, "canceled 1");
    }

    [Fact]
    public async Task What_nobody_can_ask_for_any_more_goes_and_loans_stay_counted()
    {
        await using var fixture = new LoanFixture(storage);
        var uuid = LoanFixture.NewUuid();
        await fixture.RecordAsync(uuid, "created");
        await fixture.RecordAsync(uuid, "created");
        await ShouldBecomeAsync(fixture, callbacks: 2, conflicts: 0, "created 1");
        (await RowsAsync(fixture, "counted-")).Count.ShouldBe(2);

        // Storage has a clock of its own, which is the real one.
        fixture.Clock.Advance(DateTimeOffset.UtcNow - fixture.Clock.GetUtcNow() + TimeSpan.FromDays(7));
        await SweepAsync(fixture.Services);
        (await RowsAsync(fixture, "hour-")).ShouldHaveSingleItem();
        fixture.Clock.Advance(TimeSpan.FromDays(2));
        await SweepAsync(fixture.Services);

        (await RowsAsync(fixture, "hour-")).ShouldBeEmpty();
        (await RowsAsync(fixture, "counted-")).ShouldBeEmpty();
        await ShouldBeAsync(fixture, callbacks: 0, conflicts: 0, "created 1");
    }

    /// <summary>What the host does at the end: it waits for what is being counted.</summary>
    private static Task StopAsync(IServiceProvider instance) =>
        instance.GetServices<IHostedService>().OfType<CounterStore>().Single().StopAsync(Cancel);

    private static Task SweepAsync(IServiceProvider instance) => instance.GetRequiredService<StatsSweep>().SweepAsync(Cancel);

    private static async Task ShouldBecomeAsync(LoanFixture fixture, int callbacks, int conflicts, string loans)
    {
        await Until.TrueAsync(async () => (await RowsAsync(fixture, "begun-")).Count == 0, () => string.Join('\n', fixture.Logs));
        await ShouldBeAsync(fixture, callbacks, conflicts, loans);
    }

    private static async Task ShouldBeAsync(LoanFixture fixture, int callbacks, int conflicts, string loans)
    {
        var stats = await fixture.Services.GetRequiredService<StatsReader>().ReadAsync(CounterStore.LongestSpan, Cancel);
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

    private static async Task<IReadOnlyList<TableEntity>> RowsAsync(LoanFixture fixture, string prefix) =>
        await fixture
            .Services.GetRequiredService<StorageClients>()
            .Tables.GetTableClient(StorageSetup.StatsTable)
            .QueryAsync<TableEntity>(cancellationToken: Cancel)
            .Where(row => row.RowKey.StartsWith(prefix, StringComparison.Ordinal))
            .ToListAsync(Cancel);
}
