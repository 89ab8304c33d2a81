using System.Globalization;

namespace Microsoft.Azure.Functions.Worker.Timers;

/// <summary>When a timer fires: NCRONTAB or a fixed period. All times are UTC.</summary>
/// <remarks>
/// NCRONTAB here: six fields (second, minute, hour, day, month, weekday with Sunday as 0), or five without the seconds; in each a list of
/// <c>*</c>, a value, a range, each with a step if wanted; months and weekdays by their three letters too. A day has to fit the day
/// field <em>and</em> the weekday field, as with Microsoft's host and unlike Unix cron.
/// </remarks>
internal abstract class Schedule
{
    /// <summary>Whether it fires more than once a minute.</summary>
    public abstract bool IsFrequent { get; }

    /// <exception cref="FormatException">The text is no schedule; the message says where.</exception>
    public static Schedule Parse(string text)
    {
        var fields = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return fields.Length switch
        {
            1 when TimeSpan.TryParse(fields[0], CultureInfo.InvariantCulture, out var period) && period > TimeSpan.Zero => new Periodic(period),
            5 => new Cron(["0", .. fields]),
            6 => new Cron(fields),
            _ => throw new FormatException($"'{text}' is neither six NCRONTAB fields nor a period such as 00:30:00"),
        };
    }

    /// <summary>The first time after <paramref name="after"/>, never that time itself; null where there is none.</summary>
    public abstract DateTime? Next(DateTime after);

    private sealed class Periodic(TimeSpan period) : Schedule
    {
        public override bool IsFrequent => period < TimeSpan.FromMinutes(1);

        public override DateTime? Next(DateTime after) => after + period;
    }

    private sealed class Cron : Schedule
    {
        // The calendar repeats itself, weekdays and leap days together, within 40 years even over a year without a leap day such as 2100.
        private const int YearsToLookAhead = 40;

        private static readonly string[] MonthNames = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
        private static readonly string[] WeekdayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

        private readonly Field seconds;
        private readonly Field minutes;
        private readonly Field hours;
        private readonly Field days;
        private readonly Field months;
        private readonly Field weekdays;

        public Cron(string[] fields)
        {
            seconds = Field.Parse(fields[0], "second", 0, 59);
            minutes = Field.Parse(fields[1], "minute", 0, 59);
            hours = Field.Parse(fields[2], "hour", 0, 23);
            days = Field.Parse(fields[3], "day", 1, 31);
            months = Field.Parse(fields[4], "month", 1, 12, MonthNames);
            weekdays = Field.Parse(fields[5], "weekday", 0, 6, WeekdayNames);
        }

        public override bool IsFrequent => seconds.Count > 1;

        public override DateTime? Next(DateTime after)
        {
            var first = new DateTime(after.Ticks - (after.Ticks % TimeSpan.TicksPerSecond), DateTimeKind.Utc).AddSeconds(1);
            var last = first.AddYears(YearsToLookAhead);
            for (var day = first.Date; day <= last; day = day.AddDays(1))
            {
                if (months.Has(day.Month) && days.Has(day.Day) && weekdays.Has((int)day.DayOfWeek)
                    && TimeOfDay(day == first.Date ? first.TimeOfDay : TimeSpan.Zero) is { } time)
                {
                    return day + time;
                }
            }

            return null;
        }

        /// <summary>The first time of a day that is not before <paramref name="from"/>.</summary>
        private TimeSpan? TimeOfDay(TimeSpan from)
        {
            for (var hour = hours.From(from.Hours); hour is { } h; hour = hours.From(h + 1))
            {
                var sameHour = h == from.Hours;
                for (var minute = minutes.From(sameHour ? from.Minutes : 0); minute is { } m; minute = minutes.From(m + 1))
                {
                    if (seconds.From(sameHour && m == from.Minutes ? from.Seconds : 0) is { } second)
                    {
                        return new TimeSpan(h, m, second);
                    }
                }
            }

            return null;
        }
    }

    /// <summary>The values of one field, a bit for each.</summary>
    private readonly record struct Field(ulong Bits)
    {
        public int Count => System.Numerics.BitOperations.PopCount(Bits);

        public bool Has(int value) => (Bits & (1UL << value)) != 0;

        /// <summary>The first value that is not below <paramref name="value"/>.</summary>
        public int? From(int value)
        {
            var rest = value > 63 ? 0 : Bits & (ulong.MaxValue << value);
            return rest == 0 ? null : System.Numerics.BitOperations.TrailingZeroCount(rest);
        }

        public static Field Parse(string text, string name, int min, int max, string[]? names = null)
        {
            var bits = 0UL;
            foreach (var part in text.Split(','))
            {
                var (range, step) = part.Split('/') switch
                {
                    [var all] => (all, 1),
                    [var all, var every] when int.TryParse(every, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0 => (all, n),
                    _ => throw Invalid(),
                };
                var (from, to) = range.Split('-') switch
                {
                    ["*"] => (min, max),
                    // A value with a step runs to the end: 5/15 is 5, 20, 35, 50.
                    [var single] => (Value(single), part.Contains('/') ? max : Value(single)),
                    [var low, var high] => (Value(low), Value(high)),
                    _ => throw Invalid(),
                };
                if (from > to)
                {
                    throw Invalid();
                }

                for (var value = from; value <= to; value += step)
                {
                    bits |= 1UL << value;
                }
            }

            return new Field(bits);

            int Value(string value)
            {
                var named = names is null ? -1 : Array.FindIndex(names, candidate => candidate.Equals(value, StringComparison.OrdinalIgnoreCase));
                return named >= 0 ? named + min
                    : int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max ? number
                    : throw Invalid();
            }

            FormatException Invalid() => new($"'{text}' is not a {name}: values are {min} to {max}");
        }
    }
}
