using System.Globalization;

namespace Baloan.EndToEnd.Tests.Chaos;

/// <summary>What a run is asked for, by environment variables.</summary>
/// <param name="Duration"><c>BALOAN_CHAOS_MINUTES</c>: how long there are faults; what is under way then is waited for.</param>
/// <param name="Rate"><c>BALOAN_CHAOS_RATE</c>: how many things are begun in a second; 2.</param>
/// <param name="Seed"><c>BALOAN_CHAOS_SEED</c>, a number or <c>random</c>: decides what is begun and which faults there are; 1.</param>
/// <param name="Logs"><c>BALOAN_CHAOS_LOGS</c>: a folder for the logs; else a temporary one, which goes where nothing was found.</param>
internal sealed record ChaosSettings(TimeSpan Duration, double Rate, int Seed, string? Logs)
{
    public const string MinutesVariable = "BALOAN_CHAOS_MINUTES";
    private const string RateVariable = "BALOAN_CHAOS_RATE";
    private const string SeedVariable = "BALOAN_CHAOS_SEED";
    private const string LogsVariable = "BALOAN_CHAOS_LOGS";

    /// <summary>
    /// <c>Settlements__VerifyAfter</c>. What Baloan does late has to lie well within it, for there the promise ends: see
    /// <see cref="LongestLateEffect"/>.
    /// </summary>
    public static readonly TimeSpan VerifyAfter = TimeSpan.FromSeconds(12);

    /// <summary>How long after an answer, or after a connection was cut, Baloan may still do what it was asked for.</summary>
    public static readonly TimeSpan LongestLateEffect = TimeSpan.FromSeconds(5);

    /// <summary>How old a credit may be that Baloan tells. What it does late has to show within <see cref="VerifyAfter"/>.</summary>
    public static readonly TimeSpan LongestCreditLag = TimeSpan.FromSeconds(4);

    /// <summary>How long everything may take to end once the faults are over.</summary>
    public static readonly TimeSpan WindDownLimit = TimeSpan.FromMinutes(10);

    public static bool IsAsked => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(MinutesVariable));

    public static ChaosSettings FromEnvironment() =>
        new(
            TimeSpan.FromMinutes(Number(MinutesVariable) ?? 2),
            Number(RateVariable) ?? 2,
            Environment.GetEnvironmentVariable(SeedVariable) == "random"
                ? Random.Shared.Next(1, 1_000_000)
                : (int?)Number(SeedVariable) ?? 1,
            Environment.GetEnvironmentVariable(LogsVariable) is { Length: > 0 } logs ? logs : null
        );

    private static double? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? double.Parse(text, CultureInfo.InvariantCulture) : null;
}
