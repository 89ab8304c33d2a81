using System.Globalization;

namespace Baloan.Functions.Tests.BadInput;

/// <summary>
/// How many cases, and from which seed: <c>BALOAN_BAD_INPUT_CASES</c> and <c>BALOAN_BAD_INPUT_SEED</c>, a number or <c>random</c>.
/// </summary>
/// <remarks>
/// <c>BALOAN_BAD_INPUT_FIRST</c> is the number of the first one. With it, the seed that a failure names and one case, that case runs alone.
/// </remarks>
internal static class BadInputRun
{
    // What is soon done; .ci/run asks for 100,000.
    private const int DefaultCases = 500;

    /// <summary>The seed of this run: the same one always, where nothing else is asked for.</summary>
    public static int Seed { get; } =
        Environment.GetEnvironmentVariable("BALOAN_BAD_INPUT_SEED") == "random"
            ? Random.Shared.Next(1, 1_000_000)
            : Number("BALOAN_BAD_INPUT_SEED") ?? 1;

    /// <summary>The number of the first case.</summary>
    public static int First { get; } = Number("BALOAN_BAD_INPUT_FIRST") ?? 0;

    private static int All => Number("BALOAN_BAD_INPUT_CASES") ?? DefaultCases;

    // Rows are written to Azurite and read from it, so that each takes as long as a hundred requests that are refused.
    public static int Rows => Math.Max(1, All / 200);

    public static int Messages => Math.Max(1, All / 5);

    public static int Requests => Math.Max(1, All - Rows - Messages);

    /// <summary>What a failure says, so that it can be run again.</summary>
    public static string Again(int number) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"BALOAN_BAD_INPUT_SEED={Seed} BALOAN_BAD_INPUT_FIRST={number} BALOAN_BAD_INPUT_CASES=1"
        );

    /// <summary>A source of chance for one case alone.</summary>
    public static Random ChanceOf(int number) => new(unchecked((Seed * 1_000_003) + number));

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;
}
