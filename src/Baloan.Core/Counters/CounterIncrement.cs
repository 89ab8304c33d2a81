namespace Baloan.Core.Counters;

/// <summary>Something that happened and is counted once, whoever counts it and however often.</summary>
/// <param name="Id">Names it: the same each time that it is counted.</param>
/// <param name="Since">When what it is about began (UTC): the same each time.</param>
/// <param name="At">When it happened (UTC): the hour that it is counted in.</param>
public sealed record CounterIncrement(string Id, DateTimeOffset Since, DateTimeOffset At)
{
    private static readonly IReadOnlyDictionary<string, int> Nothing = new Dictionary<string, int>();

    /// <summary>What is added to the columns of its hour.</summary>
    public IReadOnlyDictionary<string, int> OfHour { get; init; } = Nothing;

    /// <summary>What is added to the sums of its hour, in columns of their own: numbers and Toman.</summary>
    public IReadOnlyDictionary<string, long> Sums { get; init; } = new Dictionary<string, long>();

    /// <summary>What was counted of the same thing before, and is taken off where it was counted; null for nothing.</summary>
    public CounterIncrement? Before { get; init; }

    /// <summary>What is added to the number of loans in each state.</summary>
    public IReadOnlyDictionary<string, int> OfLoans { get; init; } = Nothing;

    /// <summary>Whether it is counted already as a rule.</summary>
    public bool IsMostlyCounted { get; init; }

    /// <summary>Whether a <see cref="PendingIncrement"/> was written before it.</summary>
    public bool IsPending { get; init; }
}
