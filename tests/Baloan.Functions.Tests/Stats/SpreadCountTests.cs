using Baloan.Core.Counters;
using Baloan.Core.Loans;
using Baloan.Core.Storage;
using Baloan.Functions.Stats;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Functions.Tests.Loans;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Tests.Stats;

public sealed class SpreadCountTests(StorageAccounts storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Processes_that_take_turns_count_in_rows_of_their_own_and_nothing_twice()
    {
        await using var fixture = new LoanFixture(storage);
        var stores = Enumerable.Range(0, 3).Select(_ => fixture.NewInstance().GetRequiredService<CounterStore>()).ToArray();
        var began = fixture.Clock.GetUtcNow();
        var counts = Enumerable
            .Range(0, 12)
            .Select(number =>
                LoanCounters.RefusedCallback($"{number}", began) with
                {
                    OfLoans = new Dictionary<string, int> { [LoanStates.Created] = 1 },
                }
            )
            .ToArray();

        // Each of them has written when the next one does, and by then another one has.
        foreach (var (number, count) in counts.Index())
        {
            await stores[number % 3].CountAsync(count);
        }

        (await KeysAsync("hour-")).Count.ShouldBe(3);
        (await KeysAsync("loans")).Count.ShouldBe(3);
        await ShouldBeAsync(12, 12);

        // What another one has counted elsewhere; the first row is the only one that an older version knows and writes.
        foreach (var (number, count) in counts.Index())
        {
            await stores[(number + 1) % 3].CountAsync(count);
        }

        await ShouldBeAsync(12, 12);
        (await KeysAsync("counted-")).Count.ShouldBe(12);

        // Storage has a clock of its own, which is the real one.
        fixture.Clock.Advance(DateTimeOffset.UtcNow - fixture.Clock.GetUtcNow() + TimeSpan.FromDays(10));
        await fixture.Services.GetRequiredService<StatsSweep>().SweepAsync(Cancel);
        (await KeysAsync("hour-")).ShouldBeEmpty();
        await ShouldBeAsync(0, 12);

        async Task ShouldBeAsync(int refused, int created)
        {
            var reading = await stores[0].ReadAsync(began.AddHours(-1), Cancel);
            reading.Hours.Values.Sum(hour => hour[LoanCounters.RefusedCallbacksColumn]).ShouldBe(refused);
            reading.Loans[LoanStates.Created].ShouldBe(created);
        }

        async Task<IReadOnlyList<string>> KeysAsync(string prefix) =>
            await fixture
                .Services.GetRequiredService<StorageClients>()
                .Tables.GetTableClient(StorageSetup.StatsTable)
                .QueryAsync<Azure.Data.Tables.TableEntity>(cancellationToken: Cancel)
                .Select(row => row.RowKey)
                .Where(key => key.StartsWith(prefix, StringComparison.Ordinal))
                .ToListAsync(Cancel);
    }
}
