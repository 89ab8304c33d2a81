using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Baloan.Core.Retention;

/// <summary>How long what has ended is kept whole.</summary>
/// <param name="Days"><c>Retention__Days</c>: 30 to 36,500; null for as long as the tables are there.</param>
public sealed record RetentionOptions(int? Days)
{
    /// <summary>
    /// The least. Counters are added to for nine days, what failed lies in poison queues for seven, and a month's statement is compared
    /// and asked about after the month.
    /// </summary>
    public const int Least = 30;

    private const int Most = 36_500;

    /// <summary>Reads the setting.</summary>
    /// <exception cref="InvalidOperationException">It is no number of days that can be used.</exception>
    public static RetentionOptions From(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var text = configuration["Retention:Days"];
        if (string.IsNullOrEmpty(text))
        {
            return new(Days: null);
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days is >= Least and <= Most
            ? new(days)
            : throw new InvalidOperationException(
                $"Retention__Days has to be a whole number of days from {Least} to {Most}; without it, nothing is erased by itself."
            );
    }
}
