using System.Globalization;
using Baloan.Benchmarks.Report;
using Baloan.Benchmarks.Surroundings;

namespace Baloan.Benchmarks.Rows;

/// <summary>Settlements from acceptance to their end, against the least storage work that they need.</summary>
internal static class SettlementRow
{
    private const int CountEverySecond = 60;

    private static readonly int[] AtOnce = [8, 32];

    public static async Task<IReadOnlyList<Figure>> RunAsync(Stage stage, Rounds rounds, CancellationToken cancellationToken)
    {
        var load = new SettlementLoad(stage);
        await using var app = await stage.StartAppAsync(probed: true, onLine: load.Hear, cancellationToken: cancellationToken);
        await using var floor = await stage.StartFloorAsync(cancellationToken);
        var count = Math.Max(AtOnce.Max(), (int)(CountEverySecond * rounds.Seconds));

        async Task<double> AppAsync(int atOnce, IReadOnlyList<Order> orders) =>
            (await load.SettleAsync(app, orders, atOnce, cancellationToken)).PerSecond;
        async Task<double> FloorAsync(int atOnce, int many)
        {
            using var response = await floor.Http.PostAsync($"settlements?atOnce={atOnce}&count={many}", null, cancellationToken);
            response.EnsureSuccessStatusCode();
            return double.Parse(await response.Content.ReadAsStringAsync(cancellationToken), CultureInfo.InvariantCulture);
        }

        rounds.Progress("settlement: warming up");
        await AppAsync(AtOnce[^1], await load.PrepareAsync(count, SettlementLoad.InvoiceSize, cancellationToken));
        await FloorAsync(AtOnce[^1], count);

        var samples = new Samples();
        await rounds.RunAsync(
            "settlement",
            async round =>
            {
                foreach (var atOnce in AtOnce)
                {
                    var orders = await load.PrepareAsync(count, SettlementLoad.InvoiceSize, cancellationToken);
                    foreach (var server in round % 2 == 0 ? [app, floor] : new[] { floor, app })
                    {
                        var name = server == app ? "app" : "floor";
                        var (cpu, host) = (server.Cpu, server.HostCpu);
                        samples.Add($"{name} {atOnce} rate", await (server == app ? AppAsync(atOnce, orders) : FloorAsync(atOnce, count)));
                        samples.Add($"{name} {atOnce} cpu", (server.Cpu - cpu).TotalMilliseconds / count);
                        samples.Add($"{name} {atOnce} host", (server.HostCpu - host).TotalMilliseconds / count);
                    }
                }
            }
        );

        // Counted on their own: counting costs time. After a while without work, since the end of a settlement's work comes after it is
        // settled.
        const int Counted = 20;
        var counts = new List<double>();
        for (var i = 0; i < 3; i++)
        {
            var counted = await load.PrepareAsync(Counted, SettlementLoad.InvoiceSize, cancellationToken);
            counts.Add(
                (double)
                    (
                        await app.CountStorageCallsAsync(async () =>
                        {
                            await AppAsync(1, counted);
                            await Task.Delay(TimeSpan.FromSeconds(2), cancellationToken);
                        })
                    ).Count / Counted
            );
        }

        // The sweep comes on the minute, and has calls of its own.
        var calls = counts.Min();
        var least = (double)(await floor.CountStorageCallsAsync(() => FloorAsync(1, Counted))).Count / Counted;

        var figures = new List<Figure>();
        foreach (var atOnce in AtOnce)
        {
            Figure Of(string kind, string what, Target? target = null) =>
                new(
                    $"settlement, {atOnce} at once: {what}",
                    "floor",
                    samples.Of($"floor {atOnce} {kind}"),
                    samples.Of($"app {atOnce} {kind}"),
                    target
                );
            figures.AddRange([
                Of("rate", "settlements a second", Target.AtLeastTimes(0.85)),
                Of("cpu", "CPU time each, ms"),
                new($"settlement, {atOnce} at once: the host's CPU time besides, ms", null, null, samples.Of($"app {atOnce} host")),
            ]);
        }

        figures.Add(new Figure("settlement: storage transactions each", "floor", least, calls, Target.AtMostTimes(1)));
        return figures;
    }
}
