using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Baloan.Functions.Console;

/// <summary>What the owner sets for the console. Whoever opens the page can read it: it is not secret.</summary>
/// <param name="ShopName"><c>Console__ShopName</c>: stands in the page's head and on receipts; empty for none.</param>
/// <param name="Support"><c>Console__Support</c>: whom to ask about a settlement, such as a telephone number; empty for nobody.</param>
/// <param name="TimeZone"><c>Console__TimeZone</c>: the shop's clock, as an IANA name; Asia/Tehran where nothing is set.</param>
/// <param name="LockAfterMinutes"><c>Console__LockAfterMinutes</c>: from 1 to 1440; 0, where nothing is set, for never.</param>
public sealed record ConsoleOptions(string ShopName, string Support, string TimeZone, int LockAfterMinutes)
{
    private const string DefaultTimeZone = "Asia/Tehran";
    private const int LongestText = 200;
    private const int MinutesOfDay = 1440;

    /// <summary>Reads the settings.</summary>
    /// <exception cref="InvalidOperationException">One of them cannot be used; the message says which and what it has to be.</exception>
    public static ConsoleOptions From(IConfiguration configuration) =>
        new(
            TextFrom(configuration, "ShopName"),
            TextFrom(configuration, "Support"),
            TimeZoneFrom(configuration["Console:TimeZone"]),
            MinutesFrom(configuration["Console:LockAfterMinutes"])
        );

    private static string TextFrom(IConfiguration configuration, string name)
    {
        var text = configuration[$"Console:{name}"]?.Trim() ?? "";
        return text.Length <= LongestText && !text.Any(char.IsControl)
            ? text
            : throw new InvalidOperationException($"Console__{name} has to be one line of at most {LongestText} characters.");
    }

    private static string TimeZoneFrom(string? text)
    {
        var name = string.IsNullOrWhiteSpace(text) ? DefaultTimeZone : text.Trim();
        return TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) && zone.HasIanaId
            ? name
            : throw new InvalidOperationException($"Console__TimeZone is “{name}”. It has to be an IANA name, such as Asia/Tehran.");
    }

    private static int MinutesFrom(string? text) =>
        string.IsNullOrWhiteSpace(text) ? 0
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) && minutes <= MinutesOfDay ? minutes
        : throw new InvalidOperationException($"Console__LockAfterMinutes has to be a whole number from 0 (never) to {MinutesOfDay}.");
}
