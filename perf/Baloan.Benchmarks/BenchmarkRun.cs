using System.Diagnostics;
using System.Runtime.InteropServices;
using Baloan.Benchmarks.Report;
using Baloan.Benchmarks.Rows;
using Baloan.Benchmarks.Surroundings;

namespace Baloan.Benchmarks;

/// <summary>One run: starts what it needs, measures row after row, and reports.</summary>
internal static class BenchmarkRun
{
    private static readonly Dictionary<string, Func<Stage, Rounds, CancellationToken, Task<IReadOnlyList<Figure>>>> Rows = new()
    {
        ["credit-check"] = CreditCheckRow.RunAsync,
        ["start"] = StartRow.RunAsync,
        ["host"] = HostRow.RunAsync,
        ["memory"] = MemoryRow.RunAsync,
        ["settlement"] = SettlementRow.RunAsync,
        ["callbacks"] = CallbackRow.RunAsync,
        ["growth"] = GrowthRow.RunAsync,
        ["books"] = BooksRow.RunAsync,
        ["console"] = ConsoleRow.RunAsync,
        ["scale"] = ScaleRow.RunAsync,
    };

    public static IReadOnlyCollection<string> Names => Rows.Keys;

    public static async Task<BenchmarkReport> RunAsync(BenchmarkOptions options, CancellationToken cancellationToken)
    {
        var began = Stopwatch.StartNew();
        // Of every Azurite from here on, those with many rows above all.
        Environment.SetEnvironmentVariable(
            "NODE_OPTIONS",
            $"--require \"{Path.Combine(AppContext.BaseDirectory, "Surroundings", "no-autosave.cjs")}\""
        );
        void Progress(string text) => Console.Error.WriteLine($"{began.Elapsed:mm\\:ss}  {text}");

        Progress("compiling the app and its rivals");
        var published = await Published.MakeAsync(options.Compile, cancellationToken);
        Progress("starting the sandbox and Azurite");
        await using var stage = await Stage.StartAsync(published, cancellationToken);
        var rounds = new Rounds(options.Rounds, options.Seconds, Progress);
        var figures = new List<Figure>();
        var failures = new List<string>();
        foreach (var (name, row) in Rows.Where(row => options.Only.Count == 0 || options.Only.Contains(row.Key)))
        {
            Progress(name);
            try
            {
                figures.AddRange(await row(stage, rounds, cancellationToken));
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                // The other rows are still worth something.
                failures.Add($"{name}: {failure.Message}");
                Progress($"{name} failed: {failure}");
            }
            catch (Exception) when (figures.Count > 0)
            {
                // So are those from before an interruption.
                failures.Add($"{name} and what comes after it: interrupted");
                break;
            }
        }

        return new BenchmarkReport(
            $"{Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1L << 30)} GiB, "
                + $"{RuntimeInformation.OSDescription}, .NET {Environment.Version}",
            Commit(),
            DateTimeOffset.UtcNow,
            options.Rounds,
            options.Seconds,
            published.ReadyToRun,
            began.Elapsed,
            figures,
            failures
        );
    }

    private static string? Commit()
    {
        try
        {
            using var git = Process.Start(
                new ProcessStartInfo("git", ["-C", Published.SourceFolder, "describe", "--always", "--dirty"])
                {
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                }
            )!;
            var commit = git.StandardOutput.ReadToEnd().Trim();
            git.WaitForExit();
            return git.ExitCode == 0 ? commit : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
