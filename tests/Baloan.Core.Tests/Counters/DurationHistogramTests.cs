using Baloan.Core.Counters;

namespace Baloan.Core.Tests.Counters;

public sealed class DurationHistogramTests
{
    // It is given in whole seconds, and in tenths below a hundred.
    private const double Rounding = 0.5;

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.95)]
    [InlineData(1)]
    public void A_percentile_is_known_within_five_percent(double share)
    {
        // From a fifth of a second to two days, evenly spread over the orders of magnitude.
        var seconds = Enumerable.Range(0, 1_000).Select(i => 0.2 * Math.Pow(10, i / 180.0)).ToArray();
        var histogram = new DurationHistogram();
        foreach (var one in seconds)
        {
            histogram.Add(DurationHistogram.ColumnOf(TimeSpan.FromSeconds(one)), 1);
        }

        var exact = seconds[(int)Math.Ceiling(share * seconds.Length) - 1];
        histogram.Count.ShouldBe(seconds.Length);
        histogram.Percentile(share).ShouldNotBeNull().ShouldBe(exact, (exact * 0.05) + Rounding);
    }

    [Fact]
    public void What_counted_nothing_has_no_percentile() => new DurationHistogram().Percentile(0.5).ShouldBeNull();

    [Theory]
    [InlineData("accepted")]
    [InlineData("seconds_")]
    [InlineData("seconds_-1")]
    [InlineData("seconds_201")]
    [InlineData("seconds_1.5")]
    public void A_column_that_is_none_of_times_is_not_counted(string column)
    {
        var histogram = new DurationHistogram();
        histogram.Add(column, 1);

        histogram.Count.ShouldBe(0);
    }

    [Fact]
    public void The_longest_time_still_has_a_column()
    {
        var histogram = new DurationHistogram();
        histogram.Add(DurationHistogram.ColumnOf(TimeSpan.MaxValue), 1);

        histogram.Count.ShouldBe(1);
    }
}
