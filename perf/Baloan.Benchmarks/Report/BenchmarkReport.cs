using System.Globalization;
using System.Text.Json;
using Baloan.Benchmarks.Surroundings;
using Spectre.Console;

namespace Baloan.Benchmarks.Report;

/// <summary>What a run has found.</summary>
/// <param name="Machine">Where it ran.</param>
/// <param name="Commit">Of the source; null outside a clone.</param>
/// <param name="Date">UTC.</param>
/// <param name="Rounds">How often each figure was taken.</param>
/// <param name="Seconds">How long the load of one round lasted.</param>
/// <param name="ReadyToRun">Whether the app and the rivals on .NET were compiled ahead.</param>
/// <param name="Took">The whole run.</param>
/// <param name="Figures">The lines of the table.</param>
/// <param name="Failures">Rows that could not be measured, and why.</param>
internal sealed record BenchmarkReport(
    string Machine,
    string? Commit,
    DateTimeOffset Date,
    int Rounds,
    double Seconds,
    bool ReadyToRun,
    TimeSpan Took,
    IReadOnlyList<Figure> Figures,
    IReadOnlyList<string> Failures
)
{
    public void PrintTable()
    {
        var console = MakeConsole();
        console.WriteLine(Heading());
        console.WriteLine();
        var table = new Table().MarkdownBorder();
        table.AddColumns("figure", "rival");
        foreach (var column in new[] { "rival's", "app's", "ratio" })
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        table.AddColumns("target", "met");
        foreach (var figure in Figures)
        {
            table.AddRow(
                figure.What,
                figure.Against ?? "",
                Number(figure.Rival),
                Number(figure.App),
                figure.Ratio?.ToString("0.00", CultureInfo.InvariantCulture) ?? "",
                figure.Target?.Text ?? "",
                figure.Met switch
                {
                    true => "met",
                    false => "not met",
                    null => "",
                }
            );
        }

        console.Write(table);
        console.WriteLine();
        console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Targets: {Figures.Count(figure => figure.Met == true)} met, {Figures.Count(figure => figure.Met == false)} not met."
            )
        );
        foreach (var failure in Failures)
        {
            console.WriteLine($"Not measured: {failure}");
        }
    }

    public void PrintJson() => Console.Out.WriteLine(JsonSerializer.Serialize(JsonReport.Of(this), BenchmarkJson.Default.JsonReport));

    private string Heading() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Machine}; commit {Commit ?? "unknown"}; {Date:yyyy-MM-dd HH:mm} UTC; {Rounds} rounds, {Seconds:0.#} s of load each; "
                + $"Release, {(ReadyToRun ? "ReadyToRun" : "not compiled ahead: the compiler's package cannot be had")}; took "
                + $"{Took.TotalMinutes:0.0} minutes"
        );

    private static string Number(double? number) =>
        number switch
        {
            null => "",
            >= 100 => number.Value.ToString("#,0", CultureInfo.InvariantCulture),
            >= 10 => number.Value.ToString("0.0", CultureInfo.InvariantCulture),
            _ => number.Value.ToString("0.00", CultureInfo.InvariantCulture),
        };

    private static IAnsiConsole MakeConsole()
    {
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Ansi = AnsiSupport.No,
                Interactive = InteractionSupport.No,
                Enrichment = new() { UseDefaultEnrichers = false },
            }
        );
        console.Profile.Width = 10_000;
        return console;
    }
}

/// <summary>The same for machines.</summary>
internal sealed record JsonReport(
    string Machine,
    string? Commit,
    DateTimeOffset Date,
    int Rounds,
    double Seconds,
    bool ReadyToRun,
    double TookSeconds,
    IReadOnlyList<JsonFigure> Figures,
    IReadOnlyList<string> Failures
)
{
    public static JsonReport Of(BenchmarkReport report) =>
        new(
            report.Machine,
            report.Commit,
            report.Date,
            report.Rounds,
            report.Seconds,
            report.ReadyToRun,
            report.Took.TotalSeconds,
            [
                .. report.Figures.Select(figure => new JsonFigure(
                    figure.What,
                    figure.Against,
                    figure.Rival,
                    figure.App,
                    figure.Ratio,
                    figure.Target?.Text,
                    figure.Met
                )),
            ],
            report.Failures
        );
}

/// <summary>A line of the table for machines.</summary>
internal sealed record JsonFigure(string Figure, string? Against, double? Rival, double App, double? Ratio, string? Target, bool? Met);
