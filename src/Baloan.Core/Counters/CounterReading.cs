namespace Baloan.Core.Counters;

/// <summary>
/// What the counters say: the columns of each hour in which there was anything, by the hour's beginning (UTC), and those of the loans.
/// </summary>
/// <param name="Hours">What was counted since the time that was asked for.</param>
/// <param name="Sums">The sums of all hours that are kept, also before it.</param>
/// <param name="Loans">The loans by state.</param>
public sealed record CounterReading(
    IReadOnlyDictionary<DateTimeOffset, IReadOnlyDictionary<string, long>> Hours,
    IReadOnlyDictionary<DateTimeOffset, IReadOnlyDictionary<string, long>> Sums,
    IReadOnlyDictionary<string, long> Loans
);
