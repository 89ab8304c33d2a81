using System.Globalization;
using System.Text.RegularExpressions;

namespace Baloan.Client;

/// <summary>
/// How long Baloan asks to wait: the <c>Retry-After</c> header, in seconds or as a date, or else the sentence that Django
/// REST Framework writes into the answer ("Expected available in 35 seconds.").
/// </summary>
internal static partial class RetryAfter
{
    public static TimeSpan? Of(HttpResponseMessage response, string? text, TimeProvider time)
    {
        var header = response.Headers.RetryAfter;
        var wait = header?.Delta ?? (header?.Date - time.GetUtcNow()) ?? Fraction(response);
        if (
            wait is null
            && text is not null
            && Sentence().Match(text) is { Success: true } match
            && int.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        )
        {
            wait = TimeSpan.FromSeconds(seconds);
        }

        // A moment that has passed is no wish: the ordinary waits hold.
        return wait > TimeSpan.Zero ? wait : null;
    }

    /// <summary>Seconds with a fraction, which HTTP does not know and some fronts write.</summary>
    private static TimeSpan? Fraction(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Retry-After", out var values)
        && double.TryParse(values.First(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
        && seconds < int.MaxValue
            ? TimeSpan.FromSeconds(Math.Ceiling(seconds))
            : null;

    [GeneratedRegex(@"([0-9]{1,9})\s*(?:seconds?\b|ثانیه)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Sentence();
}
