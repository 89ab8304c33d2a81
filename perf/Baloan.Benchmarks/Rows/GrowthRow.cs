using System.Globalization;
using Azure.Data.Tables;
using Baloan.Benchmarks.Report;
using Baloan.Benchmarks.Surroundings;
using Baloan.Core.Loans;
using Baloan.Core.Storage;

namespace Baloan.Benchmarks.Rows;

/// <summary>The same operations with few and with many loans and settlements in storage that has an index of both keys.</summary>
internal static class GrowthRow
{
    private const int Few = 1_000;
    private const int Many = 100_000;
    private const int Top = 20;
    private const int Counts = 3;
    private const string Callback = "one callback";
    private const string Settlement = "one settlement";

    // What comes after a settlement is settled.
    private static readonly TimeSpan Tail = TimeSpan.FromSeconds(1);

    public static async Task<IReadOnlyList<Figure>> RunAsync(Stage stage, Rounds rounds, CancellationToken cancellationToken)
    {
        rounds.Progress("growth: filling storage");
        await using var few = await FilledStorage.StartAsync(stage, Few, probed: true, cancellationToken);
        await using var many = await FilledStorage.StartAsync(stage, Many, probed: true, cancellationToken);
        var sizes = new (int Count, FilledStorage Filled)[] { (Few, few), (Many, many) };
        var orders = new Queue<Order>();
        var callbacks = sizes.ToDictionary(size => size.Count, _ => 0);

        async Task GetAsync(FilledStorage filled, string path)
        {
            using var response = await filled.App.Http.GetAsync(path, cancellationToken);
            response.EnsureSuccessStatusCode();
        }

        // Each loan moves on step by step, so that each callback brings a new state.
        Task MoveOnAsync(FilledStorage filled, int count)
        {
            var (step, loan) = Math.DivRem(callbacks[count]++, Few);
            return CallbackRow.SendAsync(filled.App, IndexedTables.Loan(loan + 1), CallbackRow.States[step + 1], cancellationToken);
        }

        async Task SettleAsync(FilledStorage filled) =>
            await filled.Settlements.SettleAsync(filled.App, [orders.Dequeue()], 1, cancellationToken);

        var operations = new (string Name, Func<FilledStorage, int, Task> Run)[]
        {
            ("one loan read", (filled, count) => GetAsync(filled, $"api/loans/{IndexedTables.Loan(Random.Shared.Next(1, count + 1))}")),
            (Callback, (filled, count) => MoveOnAsync(filled, count)),
            (
                string.Create(CultureInfo.InvariantCulture, $"one page of {Top} by state"),
                (filled, _) =>
                    GetAsync(
                        filled,
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"api/merchant/settlements?status={FilledStorage.SettlementState}&top={Top}"
                        )
                    )
            ),
            (Settlement, (filled, _) => SettleAsync(filled)),
        };
        var bare = new (string Name, Func<TableServiceClient, int, Task> Run)[]
        {
            (
                "one row by its keys",
                (tables, count) =>
                    tables
                        .GetTableClient(StorageSetup.LoansTable)
                        .GetEntityAsync<TableEntity>(
                            IndexedTables.Loan(Random.Shared.Next(1, count + 1)),
                            Loan.Row,
                            cancellationToken: cancellationToken
                        )
            ),
            (
                "one row written and deleted",
                async (tables, _) =>
                {
                    var row = new TableEntity(Guid.NewGuid().ToString(), Loan.Row);
                    await tables.GetTableClient(StorageSetup.LoansTable).AddEntityAsync(row, cancellationToken);
                    await tables
                        .GetTableClient(StorageSetup.LoansTable)
                        .DeleteEntityAsync(row.PartitionKey, row.RowKey, cancellationToken: cancellationToken);
                }
            ),
            (
                string.Create(CultureInfo.InvariantCulture, $"the first {Top} rows of a range"),
                async (tables, _) =>
                    await tables
                        .GetTableClient(StorageSetup.SettlementIndexTable)
                        .QueryAsync<TableEntity>(
                            $"PartitionKey eq 'all' and RowKey gt '{FilledStorage.SettlementState}-'",
                            Top,
                            cancellationToken: cancellationToken
                        )
                        .Take(Top)
                        .ToListAsync(cancellationToken)
            ),
        };
        var clients = sizes.ToDictionary(size => size.Count, size => new TableServiceClient(size.Filled.ConnectionString));
        var settlementsEachRound = Math.Max(3, (int)(rounds.Seconds * 5));
        // Three states come after the first, and there are a warm-up and a count besides the rounds.
        var callbacksEachRound = (CallbackRow.States.Length - 1) * Few / (rounds.Count + 2);

        async Task OperateAsync(string name, int count, Server? app, Func<Task> run, Samples? samples)
        {
            var cpu = app?.Cpu;
            var (time, most) =
                name == Settlement
                    ? (TimeSpan.MaxValue, settlementsEachRound)
                    : (rounds.Time / 2, name == Callback ? callbacksEachRound : int.MaxValue);
            var load = await Load.RunAsync(1, time, async (_, _) => await run(), most);
            samples?.Add($"{name} {count} time", load.Median);
            if (app is not null)
            {
                samples?.Add($"{name} {count} cpu", (app.Cpu - cpu!.Value).TotalMilliseconds / load.Count);
            }
        }

        async Task RoundAsync(Samples? samples)
        {
            foreach (
                var order in await few.Settlements.PrepareAsync(2 * settlementsEachRound, SettlementLoad.InvoiceSize, cancellationToken)
            )
            {
                orders.Enqueue(order);
            }

            foreach (var (name, run) in operations)
            {
                foreach (var (count, filled) in sizes)
                {
                    await OperateAsync(name, count, filled.App, () => run(filled, count), samples);
                }
            }

            foreach (var (name, run) in bare)
            {
                foreach (var (count, _) in sizes)
                {
                    await OperateAsync(name, count, null, () => run(clients[count], count), samples);
                }
            }
        }

        rounds.Progress("growth: warming up");
        await RoundAsync(null);
        var samples = new Samples();
        await rounds.RunAsync("growth", _ => RoundAsync(samples));

        var figures = new List<Figure>();
        foreach (var (name, run) in operations)
        {
            foreach (var (count, filled) in sizes)
            {
                samples.Add($"{name} {count} calls", await CountAsync(name, filled, () => run(filled, count)));
            }

            Figure Of(string kind, string what, Target? target = null) =>
                new(
                    $"{name}: {what}",
                    "with 1,000 stored",
                    samples.Of($"{name} {Few} {kind}"),
                    samples.Of($"{name} {Many} {kind}"),
                    target
                );
            figures.AddRange([
                Of("time", "median with 100,000 stored, ms", Target.AtMostTimes(1.1)),
                Of("calls", "storage calls", Target.AtMostTimes(1)),
                Of("cpu", "the worker's CPU time each, ms"),
            ]);
        }

        figures.AddRange(
            bare.Select(one => new Figure(
                $"bare storage, {one.Name}: median with 100,000 stored, ms",
                "with 1,000 stored",
                samples.Of($"{one.Name} {Few} time"),
                samples.Of($"{one.Name} {Many} time")
            ))
        );
        return figures;

        async Task<int> CountAsync(string name, FilledStorage filled, Func<Task> run)
        {
            var counts = new List<int>();
            for (var i = 0; i < Counts; i++)
            {
                foreach (
                    var order in name == Settlement
                        ? await filled.Settlements.PrepareAsync(1, SettlementLoad.InvoiceSize, cancellationToken)
                        : []
                )
                {
                    orders.Enqueue(order);
                }

                counts.Add(
                    (
                        await filled.App.CountStorageCallsAsync(async () =>
                        {
                            await run();
                            await Task.Delay(name == Settlement ? Tail : TimeSpan.Zero, cancellationToken);
                        })
                    ).Count
                );
            }

            // The sweep comes on the minute, and has calls of its own.
            return counts.Min();
        }
    }
}
