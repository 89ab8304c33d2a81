namespace Baloan.Model.Tests.World;

/// <summary>The time of a world. Nothing rings by itself: who runs the world moves it on to the next alarm.</summary>
internal sealed class WorldClock
{
    private readonly List<Alarm> alarms = [];
    private long made;

    public DateTimeOffset Now { get; private set; } = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    /// <summary>When the next alarm rings; null where there is none.</summary>
    public DateTimeOffset? Next => alarms.Where(alarm => !alarm.Owner.IsStandingStill).Min(alarm => (DateTimeOffset?)alarm.At);

    /// <summary>The clock as one instance of the app sees it: wrong by its error, and what it waits for dies with it.</summary>
    public TimeProvider ViewOf(Instance owner) => new View(this, owner);

    public void Forget(Instance owner) => alarms.RemoveAll(alarm => alarm.Owner == owner);

    /// <summary>Moves on to a moment, or to the next alarm where that is sooner, and rings it.</summary>
    public void MoveTo(DateTimeOffset moment)
    {
        var next = alarms.Where(alarm => alarm.At <= moment && !alarm.Owner.IsStandingStill).MinBy(alarm => (alarm.At, alarm.Number));
        var to = next?.At ?? moment;
        Now = to > Now ? to : Now;
        if (next is not null)
        {
            alarms.Remove(next);
            next.Ring();
        }
    }

    private sealed class View(WorldClock clock, Instance owner) : TimeProvider
    {
        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        // No two readings are the same: nothing in the world happens at once.
        public override DateTimeOffset GetUtcNow() => (clock.Now = clock.Now.AddTicks(1)) + owner.World.ClockErrorOf(owner);

        public override long GetTimestamp() => clock.Now.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var alarm = new Alarm(clock, owner, () => callback(state));
            alarm.Change(dueTime, period);
            return alarm;
        }
    }

    private sealed class Alarm(WorldClock clock, Instance owner, Action ring) : ITimer
    {
        public Instance Owner => owner;

        public DateTimeOffset At { get; private set; }

        public long Number { get; private set; }

        public void Ring() => ring();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            // What is left of an instance after its death may still dispose of something, on a thread of the pool.
            lock (clock.alarms)
            {
                clock.alarms.Remove(this);
                if (dueTime >= TimeSpan.Zero)
                {
                    (At, Number) = (clock.Now + dueTime, clock.made++);
                    clock.alarms.Add(this);
                }
            }

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
