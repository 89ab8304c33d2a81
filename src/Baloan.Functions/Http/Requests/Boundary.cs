using System.Text;
using System.Text.RegularExpressions;

namespace Baloan.Functions.Http.Requests;

/// <summary>The boundary of a multipart body, also as programs write it that make their own.</summary>
internal static partial class Boundary
{
    private const int Longest = 70;

    /// <summary>
    /// Finds it in the <c>Content-Type</c>: quoted, or as it stands. Signs that would need quotes, such as <c>(</c>, <c>@</c> and
    /// <c>=</c>, are
    /// taken as they are; where it could end at more than one place, the body's first line tells which is meant.
    /// </summary>
    /// <returns>The boundary, null where there is none of 1 to 70 characters; and the body from its beginning.</returns>
    public static async Task<(string? Boundary, Stream Body)> FindAsync(
        string contentType,
        Stream body,
        CancellationToken cancellationToken
    )
    {
        if (Parameter().Match(contentType) is not { Success: true } parameter)
        {
            return (null, body);
        }

        var whole = parameter.Groups[1].Value.Trim();
        var quoted = Quoted().Match(whole);
        var boundary = quoted.Success ? Escape().Replace(quoted.Groups[1].Value, "$1") : whole.Split(';')[0].Trim();
        if (boundary != whole && boundary.Length > 0)
        {
            var start = new byte[Longest + 4];
            var length = 0;
            while (
                length < start.Length
                && !start.AsSpan(0, length).Contains((byte)'\n')
                && await body.ReadAsync(start.AsMemory(length), cancellationToken) is > 0 and var read
            )
            {
                length += read;
            }

            body = new ReplayedStream(start.AsMemory(0, length), body);
            var line = Encoding.UTF8.GetString(start, 0, length).Split('\n')[0].TrimEnd();
            if (line.StartsWith("--", StringComparison.Ordinal) && (line[2..] == whole || IsLonger(line[2..])))
            {
                boundary = line[2..];
            }
        }

        // MultipartReader takes quotes around it off.
        return (
            boundary.Length is > 0 and <= Longest
                ? boundary is ['"', .., '"']
                    ? $"\"{boundary}\""
                    : boundary
                : null,
            body
        );

        bool IsLonger(string line) =>
            !quoted.Success && line.StartsWith(boundary, StringComparison.Ordinal) && whole.StartsWith(line, StringComparison.Ordinal);
    }

    [GeneratedRegex(
        """^[^;,]*[;,](?:[^"]*;)?\s*boundary\s*=(.*)$""",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline
    )]
    private static partial Regex Parameter();

    [GeneratedRegex("""^"((?:[^"\\]|\\.)*)"\s*(?:;|$)""", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\\(.)", RegexOptions.CultureInvariant)]
    private static partial Regex Escape();
}
