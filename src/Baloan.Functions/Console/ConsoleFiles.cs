using System.Collections.Concurrent;
using System.Reflection;
using System.Text;

namespace Baloan.Functions.Console;

/// <summary>The page's files, which are part of the assembly. Each is read when it is first asked for, and kept.</summary>
internal static class ConsoleFiles
{
    private const string Prefix = "console/";
    private const string PageName = "index.html";

    private static readonly HashSet<string> Names =
        [.. Assembly.GetExecutingAssembly().GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(name => name[Prefix.Length..])];

    private static readonly ConcurrentDictionary<string, ConsoleFile> Read = new(StringComparer.Ordinal);

    /// <summary>The page itself, before the owner's settings are in it.</summary>
    public static string Page => Encoding.UTF8.GetString(ContentOf(PageName));

    /// <summary>A file that the page asks for; null where there is none of that name.</summary>
    public static ConsoleFile? Find(string name) =>
        name != PageName && Names.Contains(name) ? Read.GetOrAdd(name, static known => new(ContentOf(known), TypeOf(known))) : null;

    private static byte[] ContentOf(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Prefix + name)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".woff2" => "font/woff2",
        var other => throw new InvalidOperationException($"No content type is known for {other}."),
    };
}
