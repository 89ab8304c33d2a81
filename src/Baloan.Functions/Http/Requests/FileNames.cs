using System.Text;

namespace Baloan.Functions.Http.Requests;

/// <summary>The names of files that callers send.</summary>
public static class FileNames
{
    /// <summary>
    /// A name as it may be shown: without a path, invisible marks (one of which turns <c>gpj.exe</c> into <c>exe.jpg</c>) and control
    /// signs;
    /// empty where nothing is left.
    /// </summary>
    public static string Clean(string? name)
    {
        var visible = string.Concat((name ?? "").EnumerateRunes().Where(sign => !Rune.IsControl(sign) && !Marks.IsInvisible(sign)));
        return visible[(visible.LastIndexOfAny(['/', '\\']) + 1)..].Trim();
    }
}
