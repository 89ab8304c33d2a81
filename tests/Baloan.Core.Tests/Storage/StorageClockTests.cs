using Baloan.Core.Storage;

namespace Baloan.Core.Tests.Storage;

public sealed class StorageClockTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly Clock own = new();

    [Fact]
    public void It_goes_by_the_date_of_the_storage_service_whatever_the_machines_own_clock_says()
    {
        var clock = new StorageClock(own);
        clock.GetUtcNow().ShouldBe(own.GetUtcNow());

        clock.Observe(Noon, own.GetTimestamp());
        own.Pass(TimeSpan.FromMinutes(3));

        clock.GetUtcNow().ShouldBe(Noon + TimeSpan.FromMinutes(3));
    }

    [Fact]
    public void An_answer_that_came_while_the_process_stood_still_does_not_set_it_back()
    {
        var clock = new StorageClock(own);
        clock.Observe(Noon, own.GetTimestamp());
        var asked = own.GetTimestamp();

        own.Pass(TimeSpan.FromMinutes(4));
        clock.Observe(Noon, asked);

        clock.GetUtcNow().ShouldBe(Noon + TimeSpan.FromMinutes(4));
    }

    [Fact]
    public void It_follows_a_service_that_says_otherwise()
    {
        var clock = new StorageClock(own);
        clock.Observe(Noon, own.GetTimestamp());

        clock.Observe(Noon.AddSeconds(-30), own.GetTimestamp());

        clock.GetUtcNow().ShouldBe(Noon.AddSeconds(-30));
    }

    /// <summary>A clock that is three hours slow.</summary>
    private sealed class Clock : TimeProvider
    {
        private TimeSpan passed;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Pass(TimeSpan span) => passed += span;

        public override DateTimeOffset GetUtcNow() => Noon.AddHours(-3) + passed;

        public override long GetTimestamp() => passed.Ticks;
    }
}
