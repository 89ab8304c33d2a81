namespace Baloan.Testing;

/// <summary>
/// A clock that moves when told. Waits of at most <see cref="LongestSkipped"/> (those between two tries of one call) run out at once,
/// are noted, and move it on by as much; longer ones, and every time limit, run out in <see cref="Advance"/>.
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

    /// <summary>The waits so far that were skipped.</summary>
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
        var alarm = new Alarm(this, () => callback(state), isLimit: state is CancellationTokenSource);
        alarm.Change(dueTime, period);
        return alarm;
    }

    /// <summary>Waits until somebody waits for exactly that long.</summary>
    public Task IsWaitedForAsync(TimeSpan wait) =>
        Until.TrueAsync(() =>
        {
            lock (gate)
            {
                return alarms.Exists(alarm => alarm.Wait == wait);
            }
        });

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

    /// <summary>Moves on to a moment; does nothing where it has passed.</summary>
    public void AdvanceTo(DateTimeOffset moment)
    {
        if (moment - GetUtcNow() is var left && left > TimeSpan.Zero)
        {
            Advance(left);
        }
    }

    private sealed class Alarm(ManualTime time, Action ring, bool isLimit) : ITimer
    {
        public DateTimeOffset At { get; private set; }

        public TimeSpan Wait { get; private set; }

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

                (At, Wait) = (time.now + dueTime, dueTime);
                if (isLimit || dueTime > time.LongestSkipped)
                {
                    time.alarms.Add(this);
                    return true;
                }

                time.waits.Add(dueTime);
                time.waiting.TrySetResult();
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
