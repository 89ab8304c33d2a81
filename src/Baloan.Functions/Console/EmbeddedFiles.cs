using System.Collections.Concurrent;
using System.Reflection;

namespace Baloan.Functions.Console;

/// <summary>The files of a page, which are part of the assembly. Each is read when it is first asked for, and kept.</summary>
/// <param name="prefix">With which the names of its resources begin.</param>
internal sealed class EmbeddedFiles(string prefix)
{
    private static readonly Assembly Here = Assembly.GetExecutingAssembly();

    private readonly ConcurrentDictionary<string, PageFile> read = new(StringComparer.Ordinal);
    private readonly HashSet<string> names =
    [
        .. Here.GetManifestResourceNames()
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(name => name[prefix.Length..]),
    ];

    /// <summary>A file by its name; null where there is none of that name.</summary>
    public PageFile? Find(string name) => names.Contains(name) ? read.GetOrAdd(name, known => new(ContentOf(known), TypeOf(known))) : null;

    public byte[] ContentOf(string name)
    {
        using var stream = Here.GetManifestResourceStream(prefix + name)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    public static string TypeOf(string name) =>
        Path.GetExtension(name) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".txt" => "text/plain; charset=utf-8",
            ".svg" => "image/svg+xml",
            ".woff2" => "font/woff2",
            var other => throw new InvalidOperationException($"No content type is known for {other}."),
        };
}
