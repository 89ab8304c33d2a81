using System.Globalization;
using Microsoft.Azure.Functions.Worker.Timers;

namespace Portable.Tests.Worker;

public sealed class ScheduleTests
{
    [Theory]
    [InlineData("* * * * * *", "2026-03-01T10:20:30", "2026-03-01T10:20:31")]
    [InlineData("0 * * * * *", "2026-03-01T10:20:30", "2026-03-01T10:21:00")]
    [InlineData("0 */15 * * * *", "2026-03-01T10:15:00", "2026-03-01T10:30:00")]
    [InlineData("0 */15 * * * *", "2026-03-01T10:46:00", "2026-03-01T11:00:00")]
    [InlineData("0 5/20 * * * *", "2026-03-01T10:26:00", "2026-03-01T10:45:00")]
    [InlineData("0 5/20 * * * *", "2026-03-01T10:45:00", "2026-03-01T11:05:00")]
    [InlineData("30 10-20/5,59 * * * *", "2026-03-01T10:20:30", "2026-03-01T10:59:30")]
    [InlineData("0 0 9-17 * * MON-FRI", "2026-03-06T17:00:00", "2026-03-09T09:00:00")]
    [InlineData("0 0 0 * * 0", "2026-03-02T00:00:00", "2026-03-08T00:00:00")]
    [InlineData("0 0 0 * * sat,sun", "2026-03-02T00:00:00", "2026-03-07T00:00:00")]
    [InlineData("59 59 23 * * *", "2026-12-31T23:59:59", "2027-01-01T23:59:59")]
    [InlineData("0 0 0 31 * *", "2026-01-31T00:00:00", "2026-03-31T00:00:00")]
    [InlineData("0 0 0 30 * *", "2026-01-30T00:00:00", "2026-03-30T00:00:00")]
    [InlineData("0 0 0 1 * *", "2026-12-15T00:00:00", "2027-01-01T00:00:00")]
    [InlineData("0 0 0 1 Jan,jul *", "2026-03-01T00:00:00", "2026-07-01T00:00:00")]
    [InlineData("0 0 12 29 2 *", "2026-03-01T00:00:00", "2028-02-29T12:00:00")]
    [InlineData("0 0 0 29 2 *", "2096-03-01T00:00:00", "2104-02-29T00:00:00")]
    [InlineData("0 0 0 29 2 MON", "2026-01-01T00:00:00", "2044-02-29T00:00:00")]
    [InlineData("0 0 0 13 * FRI", "2026-04-01T00:00:00", "2026-11-13T00:00:00")]
    [InlineData("*/15 * * * *", "2026-03-01T10:20:30", "2026-03-01T10:30:00")]
    [InlineData("  0   0  4 * *  * ", "2026-03-01T10:20:30", "2026-03-02T04:00:00")]
    [InlineData("0 59 23 28-31 * *", "2026-02-28T23:59:00", "2026-03-28T23:59:00")]
    [InlineData("0 30 1-2 * * *", "2026-03-01T01:30:00", "2026-03-01T02:30:00")]
    [InlineData("00:30:00", "2026-03-01T23:45:00", "2026-03-02T00:15:00")]
    [InlineData("1.00:00:00", "2028-02-28T12:00:00", "2028-02-29T12:00:00")]
    public void The_next_time_is_the_first_that_fits_and_comes_after(string schedule, string after, string next) =>
        Schedule.Parse(schedule).Next(Utc(after)).ShouldBe(Utc(next));

    [Fact]
    public void A_part_of_a_second_counts_as_before_the_next_second() =>
        Schedule.Parse("* * * * * *").Next(Utc("2026-03-01T10:20:30.999")).ShouldBe(Utc("2026-03-01T10:20:31"));

    [Fact]
    public void Each_time_of_a_day_is_met_in_order()
    {
        var schedule = Schedule.Parse("0,30 0,45 6,18 * * *");
        var times = new List<string>();
        var time = Utc("2026-03-01T00:00:00");
        while (schedule.Next(time) is { } next && next.Day == 1)
        {
            times.Add($"{next:HH:mm:ss}");
            time = next;
        }

        times.ShouldBe(["06:00:00", "06:00:30", "06:45:00", "06:45:30", "18:00:00", "18:00:30", "18:45:00", "18:45:30"]);
    }

    [Theory]
    [InlineData("0 0 0 30 2 *")]
    [InlineData("0 0 0 31 4,6,9,11 *")]
    public void A_date_that_never_comes_has_no_next_time(string schedule) =>
        Schedule.Parse(schedule).Next(Utc("2026-03-01T00:00:00")).ShouldBeNull();

    [Theory]
    [InlineData("")]
    [InlineData("* * * *")]
    [InlineData("* * * * * * *")]
    [InlineData("60 * * * * *")]
    [InlineData("* 60 * * * *")]
    [InlineData("* * 24 * * *")]
    [InlineData("* * * 0 * *")]
    [InlineData("* * * 32 * *")]
    [InlineData("* * * * 13 *")]
    [InlineData("* * * * 0 *")]
    [InlineData("* * * * * 7")]
    [InlineData("* * * * * FUN")]
    [InlineData("MON * * * * *")]
    [InlineData("5-1 * * * * *")]
    [InlineData("*/0 * * * * *")]
    [InlineData("*/ * * * * *")]
    [InlineData("1/2/3 * * * * *")]
    [InlineData("1-2-3 * * * * *")]
    [InlineData("-1 * * * * *")]
    [InlineData("1, * * * * *")]
    [InlineData("00:00:00")]
    [InlineData("-00:01:00")]
    [InlineData("soon")]
    public void What_is_no_schedule_is_refused(string text) => Should.Throw<FormatException>(() => Schedule.Parse(text));

    [Theory]
    [InlineData("*/30 * * * * *", true)]
    [InlineData("15 * * * * *", false)]
    [InlineData("00:00:30", true)]
    [InlineData("00:01:00", false)]
    public void More_than_once_a_minute_is_frequent(string schedule, bool frequent) => Schedule.Parse(schedule).IsFrequent.ShouldBe(frequent);

    private static DateTime Utc(string text) =>
        DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
}
