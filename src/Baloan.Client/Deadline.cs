namespace Baloan.Client;

/// <summary>
/// A moment from which on something must not be begun any more, kept by two clocks: one that cannot be set back, and the one that
/// goes on while a machine sleeps.
/// </summary>
/// <remarks>One that was never started has passed.</remarks>
public readonly record struct Deadline
{
    private readonly TimeProvider? time;
    private readonly long started;
    private readonly DateTimeOffset startedAt;
    private readonly TimeSpan limit;

    private Deadline(TimeProvider time, TimeSpan limit)
    {
        this.time = time;
        this.limit = limit;
        started = time.GetTimestamp();
        startedAt = time.GetUtcNow();
    }

    /// <summary>Whether it is over, by whichever clock says so first.</summary>
    public bool HasPassed => time is null || time.GetElapsedTime(started) >= limit || time.GetUtcNow() - startedAt >= limit;

    /// <summary>Begins one that passes after a time from now; at once, where that is not above zero.</summary>
    /// <param name="time">The clocks.</param>
    /// <param name="limit">How long from now.</param>
    public static Deadline Start(TimeProvider time, TimeSpan limit)
    {
        ArgumentNullException.ThrowIfNull(time);
        return new(time, limit);
    }
}
