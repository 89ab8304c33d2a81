using System.Globalization;
using Baloan.Sandbox;

namespace Baloan.Benchmarks;

/// <summary>What the command line asks for.</summary>
internal sealed record BenchmarkOptions
{
    public const string HelpText = """
        Measures the app against what one would write instead, on this machine, and prints a table.

        Usage: dotnet run -c Release --project perf/Baloan.Benchmarks [-- options]

          --only <names>     some rows, with commas: credit-check, start, host, memory, settlement, callbacks, growth, books, console,
                             scale
          --rounds <n>       how often each figure is taken (default 5); the median counts
          --seconds <n>      how long the load of one round lasts (default 3)
          --no-compile       the app and the rivals as the run before compiled them
          --json             JSON instead of the table; with 'dotnet run --no-build' nothing of the build stands before it
          --help             this text

        Progress goes to standard error. Whatever it measures, the exit code is 0; Ctrl-C prints what was measured so far.
        """;

    public bool Help { get; private init; }

    public bool Json { get; private init; }

    public bool Compile { get; private init; } = true;

    /// <summary>The rows that are wanted; empty for all.</summary>
    public IReadOnlyList<string> Only { get; private init; } = [];

    public int Rounds { get; private init; } = 5;

    public double Seconds { get; private init; } = 3;

    public static BenchmarkOptions Parse(string[] arguments)
    {
        var options = new BenchmarkOptions();
        for (var i = 0; i < arguments.Length; i++)
        {
            var name = arguments[i];
            string Value() =>
                ++i < arguments.Length ? arguments[i] : throw new SandboxException($"{name} needs a value; --help lists the options.");
            options = name switch
            {
                "--help" => options with { Help = true },
                "--json" => options with { Json = true },
                "--no-compile" => options with { Compile = false },
                "--only" => options with
                {
                    Only =
                        Value().Split(',') is var rows && rows.All(BenchmarkRun.Names.Contains)
                            ? rows
                            : throw new SandboxException($"--only needs some of {string.Join(", ", BenchmarkRun.Names)}."),
                },
                "--rounds" => options with
                {
                    Rounds =
                        int.TryParse(Value(), NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) && rounds is >= 1 and <= 100
                            ? rounds
                            : throw new SandboxException("--rounds needs a number from 1 to 100."),
                },
                "--seconds" => options with
                {
                    Seconds =
                        double.TryParse(Value(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
                        && seconds is >= 0.1 and <= 600
                            ? seconds
                            : throw new SandboxException("--seconds needs a number from 0.1 to 600."),
                },
                _ => throw new SandboxException($"{name} is not an option; --help lists them."),
            };
        }

        return options;
    }
}
