using System.Globalization;
using System.Text;

namespace Baloan.Core.Storage;

/// <summary>Makes table keys of any text.</summary>
public static class TableKeys
{
    /// <summary>How many characters a key has at the most: 1 KiB in UTF-16.</summary>
    public const int Longest = 512;

    /// <summary>
    /// A key of letters, digits, '-', '_' and '.' that no other text has: everything else becomes '!' and four hex digits. Tables
    /// forbid '/', '\', '#', '?' and control characters in keys, and '%' and what is not ASCII has been misread by tools on the way.
    /// </summary>
    public static string Escape(string text)
    {
        var key = new StringBuilder(text.Length);
        foreach (var unit in text)
        {
            if (char.IsAsciiLetterOrDigit(unit) || unit is '-' or '_' or '.')
            {
                key.Append(unit);
            }
            else
            {
                key.Append('!').Append(((int)unit).ToString("x4", CultureInfo.InvariantCulture));
            }
        }

        return key.ToString();
    }

    /// <summary>A key that sorts by time with the newest first, and that two ids never share.</summary>
    public static string NewestFirst(DateTimeOffset time, string id) =>
        string.Create(CultureInfo.InvariantCulture, $"{DateTime.MaxValue.Ticks - time.UtcTicks:D19}-{Escape(id)}");

    /// <summary>The time in a key made by <see cref="NewestFirst"/>; null in any other.</summary>
    public static DateTimeOffset? TimeOf(string key) =>
        key.Length > 20
        && key[19] == '-'
        && long.TryParse(key.AsSpan(0, 19), NumberStyles.None, CultureInfo.InvariantCulture, out var left)
        && left <= DateTime.MaxValue.Ticks
            ? new(DateTime.MaxValue.Ticks - left, TimeSpan.Zero)
            : null;
}
