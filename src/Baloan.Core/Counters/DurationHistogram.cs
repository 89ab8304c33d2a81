using System.Globalization;

namespace Baloan.Core.Counters;

/// <summary>
/// How long things took, kept as counts in classes. Each class ends a tenth above the one before, from 0.1 s to seven months, so
/// that a percentile is known within 5 % (below 0.1 s, within 0.1 s).
/// </summary>
public sealed class DurationHistogram
{
    private const string Prefix = "seconds_";
    private const double FirstEnd = 0.1;
    private const double Growth = 1.1;

    // A row of a table has at most 252 columns.
    private const int LastClass = 200;

    private readonly int[] counts = new int[LastClass + 1];

    /// <summary>How many it knows of.</summary>
    public int Count => counts.Sum();

    /// <summary>The column that counts a time.</summary>
    public static string ColumnOf(TimeSpan took)
    {
        var number = Math.Ceiling(Math.Log(Math.Max(took.TotalSeconds, FirstEnd) / FirstEnd) / Math.Log(Growth));
        return Prefix + ((int)Math.Min(number, LastClass)).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Adds what a column says; nothing where it is none of times.</summary>
    public void Add(string column, int count)
    {
        if (
            column.StartsWith(Prefix, StringComparison.Ordinal)
            && int.TryParse(column.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number <= LastClass
        )
        {
            counts[number] += count;
        }
    }

    /// <summary>The time that a share of them did not exceed, in seconds; null where there are none.</summary>
    /// <param name="share">Above 0 and up to 1: 0.5 for the median.</param>
    public double? Percentile(double share)
    {
        var left = (int)Math.Ceiling(share * Count);
        if (left == 0)
        {
            return null;
        }

        var number = 0;
        while ((left -= counts[number]) > 0)
        {
            number++;
        }

        var seconds = number == 0 ? FirstEnd : FirstEnd * Math.Pow(Growth, number - 0.5);
        return Math.Round(seconds, seconds < 100 ? 1 : 0);
    }
}
