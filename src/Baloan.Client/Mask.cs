using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Baloan.Client;

/// <summary>Takes out of a text what must not be shown.</summary>
internal static partial class Mask
{
    private const string Hidden = "***";
    private const int LongestRead = 4000;
    private const int LongestLogged = 500;

    // Also a Persian or Arabic-Indic one, and these as JSON escapes.
    private const string Digit = """(?:\d|\\u06[fF][0-9]|\\u066[0-9])""";

    // A caller chooses what was sent, and must not choose which parts of a log line disappear: what is shorter is no secret, and what
    // could be a word or a number of somebody else is hidden where it stands alone, and not within others.
    private const int LeastSecret = 4;
    private const int LeastWithDigits = 8;
    private const int LeastOfLetters = 16;

    /// <summary>Hides values that were sent, should the text repeat them.</summary>
    public static string Secrets(string text, IReadOnlyCollection<string> secrets) =>
        secrets
            .Where(secret => secret.Length >= LeastSecret)
            .Aggregate(
                text,
                (masked, secret) =>
                    secret.Length >= LeastOfLetters || (secret.Length >= LeastWithDigits && secret.Any(char.IsDigit))
                        ? masked.Replace(secret, Hidden, StringComparison.OrdinalIgnoreCase)
                        : Regex.Replace(
                            masked,
                            $@"(?<![\p{{L}}\p{{N}}_]){Regex.Escape(secret)}(?![\p{{L}}\p{{N}}_])",
                            Hidden,
                            RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
                        )
            );

    /// <summary>
    /// One short line that shows the form of a body and none of what may identify a person or open a door: no run of five
    /// digits or more, grouped or not, no token, no query of a URL, no control character.
    /// </summary>
    public static string ForLog(string body, IReadOnlyCollection<string> secrets)
    {
        var masked = Secrets(body.Length > LongestRead ? body[..LongestRead] : body, secrets);
        masked = Query().Replace(masked, "?" + Hidden);
        masked = TokenLike().Replace(masked, Hidden);
        masked = Digits().Replace(masked, Hidden);
        var line = new StringBuilder();
        foreach (var character in masked)
        {
            if (line.Length >= LongestLogged)
            {
                return line.Append('…').ToString();
            }

            _ = char.GetUnicodeCategory(character)
                is UnicodeCategory.Control
                    or UnicodeCategory.Format
                    or UnicodeCategory.LineSeparator
                    or UnicodeCategory.ParagraphSeparator
                    or UnicodeCategory.Surrogate
                ? line.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}")
                : line.Append(character);
        }

        return line.ToString();
    }

    [GeneratedRegex("""(?<=://[^\s"'<>?]*)\?[^\s"'<>]*""", RegexOptions.CultureInvariant)]
    private static partial Regex Query();

    // JWTs, UUIDs, keys: long runs of their characters with at least one digit among them.
    [GeneratedRegex("""(?=[A-Za-z_+=.-]*[0-9])[A-Za-z0-9_+=.-]{20,}""", RegexOptions.CultureInvariant)]
    private static partial Regex TokenLike();

    // Also in groups, as dates and phone numbers are written.
    [GeneratedRegex($$"""{{Digit}}(?:(?:[ .-]|\\?/)?{{Digit}}){4,}""", RegexOptions.CultureInvariant)]
    private static partial Regex Digits();
}
