namespace Baloan.Sandbox;

/// <summary>The words of a curl line that people copy into a shell of Unix, whatever the folder is called that it names.</summary>
public static class CurlLine
{
    /// <summary>A word that the shell takes as it is.</summary>
    public static string Quote(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>A file for curl's <c>-F</c>: its path in quotes of its own, for a comma or semicolon would end it there.</summary>
    public static string FilePart(string field, string path, string type) =>
        Quote($"{field}=@\"{path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\";type={type}");
}
