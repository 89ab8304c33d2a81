namespace Baloan.Core.Typing;

/// <summary>Digits as people in Iran type them.</summary>
public static class Digits
{
    /// <summary>Turns Persian (۰-۹) and Arabic-Indic (٠-٩) digits into ASCII, and leaves all else as it is.</summary>
    public static string ToAscii(string text) =>
        string.Create(
            text.Length,
            text,
            static (span, source) =>
            {
                for (var i = 0; i < span.Length; i++)
                {
                    span[i] = source[i] switch
                    {
                        >= '۰' and <= '۹' => (char)(source[i] - '۰' + '0'),
                        >= '٠' and <= '٩' => (char)(source[i] - '٠' + '0'),
                        var other => other,
                    };
                }
            }
        );

    /// <summary>A text as somebody meant to type it: without invisible marks, without space around it, and with ASCII digits.</summary>
    public static string Typed(string text) => ToAscii(Marks.Strip(text).Trim());

    /// <summary>Turns ASCII digits into Persian ones, and leaves all else as it is.</summary>
    public static string ToPersian(string text) => string.Concat(text.Select(c => char.IsAsciiDigit(c) ? (char)('۰' + (c - '0')) : c));

    /// <summary>Whether a text is ASCII digits alone, and as many as allowed.</summary>
    public static bool AreAll(string text, int atLeast, int atMost) =>
        text.Length >= atLeast && text.Length <= atMost && text.All(char.IsAsciiDigit);
}
