namespace Baloan.Client.Tests.Servers;

/// <summary>
/// A clock that only moves when told, or when somebody waits for it: timers of at most <see cref="LongestSkipped"/> (the
/// waits between tries) run out at once and are noted; longer ones (the timeouts) run out in <see cref="Advance"/>.
/// </summary>
public sealed class ManualTime : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<Alarm> alarms = [];
    private readonly List<TimeSpan> waits = [];
    private readonly TaskCompletionSource waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DateTimeOffset now = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    public TimeSpan LongestSkipped { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Waits are noted and never run out.</summary>
    public bool WaitsNeverEnd { get; init; }

    /// <summary>The waits so far.</summary>
    public IReadOnlyList<TimeSpan> Waits
    {
        get
        {
            lock (gate)
            {
                return [.. waits];
            }
        }
    }

    /// <summary>Done once somebody waits.</summary>
    public Task Waiting => waiting.Task;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
        {
            return now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var alarm = new Alarm(this, () => callback(state));
        alarm.Change(dueTime, period);
        return alarm;
    }

    public void Advance(TimeSpan by)
    {
        Alarm[] due;
        lock (gate)
        {
            now += by;
            due = [.. alarms.Where(alarm => alarm.At <= now)];
            alarms.RemoveAll(alarm => alarm.At <= now);
        }

        foreach (var alarm in due)
        {
            alarm.Ring();
        }
    }

    private sealed class Alarm(ManualTime time, Action ring) : ITimer
    {
        public DateTimeOffset At { get; private set; }

        public void Ring() => ThreadPool.QueueUserWorkItem(_ => ring());

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time.gate)
            {
                time.alarms.Remove(this);
                if (dueTime < TimeSpan.Zero)
                {
                    return true;
                }

                At = time.now + dueTime;
                var wait = dueTime <= time.LongestSkipped;
                if (wait)
                {
                    time.waits.Add(dueTime);
                    time.waiting.TrySetResult();
                }

                if (!wait)
                {
                    time.alarms.Add(this);
                    return true;
                }

                if (time.WaitsNeverEnd)
                {
                    return true;
                }

                time.now += dueTime;
            }

            Ring();
            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
