using System.Text.Json.Nodes;

namespace Baloan.Sandbox;

/// <summary>The words of a curl line that people copy into a shell of Unix, whatever the folder is called that it names.</summary>
public static class CurlLine
{
    /// <summary>A word that the shell takes as it is.</summary>
    public static string Quote(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>A file for curl's <c>-F</c>: its path in quotes of its own, for a comma or semicolon would end it there.</summary>
    public static string FilePart(string field, string path, string type) => Quote($"{field}=@\"{Escape(path)}\";type={type}");

    private static string Escape(string path) =>
        path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    /// <summary>The words for a JSON body, with line breaks between its fields where it is long.</summary>
    public static IReadOnlyList<string> JsonBody(JsonObject body)
    {
        var text = "";
        var width = 0;
        foreach (var field in body.ToJsonString().Split(",\"").Select((field, at) => at == 0 ? field : $",\"{field}"))
        {
            var breaks = width > 0 && width + field.Length > 80;
            text += breaks ? $",\n        {field[1..]}" : field;
            width = breaks ? field.Length : width + field.Length;
        }

        return ["-H 'Content-Type: application/json'", $"-d {Quote(text)}"];
    }

    /// <summary>The words as a command of several lines, each of which ends early enough where its words let it.</summary>
    /// <param name="words">What belongs together, such as an option and its value, is one word.</param>
    /// <param name="width">How many columns a line may have.</param>
    public static string Wrap(IEnumerable<string> words, int width)
    {
        var lines = new List<string>();
        foreach (var word in words)
        {
            if (lines.Count == 0 || lines[^1].Length + word.Length + 3 > width)
            {
                lines.Add(lines.Count == 0 ? word : $"  {word}");
            }
            else
            {
                lines[^1] += $" {word}";
            }
        }

        return string.Join(" \\\n", lines);
    }
}
