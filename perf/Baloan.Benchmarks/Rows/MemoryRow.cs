using Baloan.Benchmarks.Report;
using Baloan.Benchmarks.Surroundings;

namespace Baloan.Benchmarks.Rows;

/// <summary>Resident memory of a process that has just answered, and at its peak under large invoices.</summary>
internal static class MemoryRow
{
    private const double Megabyte = 1024 * 1024;
    private const int InvoiceSize = 10 * 1024 * 1024;
    private const int AtOnce = 16;
    private const string Length = "with length";
    private const string Chunked = "chunked";

    // A start's garbage and the threads of its moment are gone then.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(3);

    public static async Task<IReadOnlyList<Figure>> RunAsync(Stage stage, Rounds rounds, CancellationToken cancellationToken)
    {
        var samples = new Samples();
        await rounds.RunAsync(
            "memory",
            async _ =>
            {
                await using (var rival = await stage.StartRivalAsync(probed: false, cancellationToken))
                {
                    (await rival.Http.GetAsync("api/empty", cancellationToken)).EnsureSuccessStatusCode().Dispose();
                    await Task.Delay(Quiet, cancellationToken);
                    samples.Add("rival", rival.ResidentBytes / Megabyte);
                    samples.Add("rival's host", rival.HostResidentBytes / Megabyte);
                }

                foreach (var body in new[] { Length, Chunked })
                {
                    var load = new SettlementLoad(stage) { IsChunked = body == Chunked };
                    await using var app = await stage.StartAppAsync(probed: false, onLine: load.Hear, cancellationToken: cancellationToken);
                    (await app.Http.GetAsync("api/health", cancellationToken)).Dispose();
                    await Task.Delay(Quiet, cancellationToken);
                    samples.Add("idle", app.ResidentBytes / Megabyte);
                    samples.Add("host", app.HostResidentBytes / Megabyte);
                    await load.SettleAsync(app, await load.PrepareAsync(AtOnce, InvoiceSize, cancellationToken), AtOnce, cancellationToken);
                    samples.Add(body, app.PeakResidentBytes / Megabyte);
                    samples.Add($"{body}, host", app.PeakHostResidentBytes / Megabyte);
                }
            }
        );
        const string Rival = "forty lines on the same worker, idle";
        Figure Peak(string body) =>
            new(
                $"resident memory, peak under {AtOnce} settlements of 10 MB at once, {body}, MB",
                Rival,
                samples.Of("rival"),
                samples.Of(body),
                Target.Under(250, "MB")
            );
        Figure Host(string body) =>
            new($"the host's, the same, {body}, MB", Rival, samples.Of("rival's host"), samples.Of($"{body}, host"));
        return
        [
            new("resident memory of the worker, idle, MB", Rival, samples.Of("rival"), samples.Of("idle"), Target.AtMostTimes(1.25)),
            new("the host's, idle, MB", Rival, samples.Of("rival's host"), samples.Of("host")),
            Peak(Length),
            Host(Length),
            Peak(Chunked),
            Host(Chunked),
        ];
    }
}
