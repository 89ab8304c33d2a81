using Baloan.Benchmarks.Report;
using Baloan.Benchmarks.Surroundings;

namespace Baloan.Benchmarks.Rows;

/// <summary>Resident memory of a process that has just answered, and at its peak under large invoices.</summary>
internal static class MemoryRow
{
    private const double Megabyte = 1024 * 1024;
    private const int InvoiceSize = 10 * 1024 * 1024;
    private const int AtOnce = 16;

    // A start's garbage and the threads of its moment are gone then.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(3);

    public static async Task<IReadOnlyList<Figure>> RunAsync(Stage stage, Rounds rounds, CancellationToken cancellationToken)
    {
        var samples = new Samples();
        await rounds.RunAsync(
            "memory",
            async _ =>
            {
                var load = new SettlementLoad(stage);
                await using var empty = await stage.StartEmptyAsync(cancellationToken);
                await using var app = await stage.StartAppAsync(probed: false, onLine: load.Hear, cancellationToken: cancellationToken);
                (await empty.Http.GetAsync("", cancellationToken)).EnsureSuccessStatusCode().Dispose();
                (await app.Http.GetAsync("api/health", cancellationToken)).Dispose();
                await Task.Delay(Quiet, cancellationToken);
                samples.Add("empty", empty.ResidentBytes / Megabyte);
                samples.Add("idle", app.ResidentBytes / Megabyte);
                await load.SettleAsync(app, await load.PrepareAsync(AtOnce, InvoiceSize, cancellationToken), AtOnce, cancellationToken);
                samples.Add("peak", app.PeakResidentBytes / Megabyte);
            }
        );
        return
        [
            new("resident memory, idle, MB", "empty app", samples.Of("empty"), samples.Of("idle"), Target.AtMostTimes(1.5)),
            new(
                $"resident memory, peak under {AtOnce} settlements of 10 MB at once, MB",
                "empty app, idle",
                samples.Of("empty"),
                samples.Of("peak"),
                Target.Under(250, "MB")
            ),
        ];
    }
}
