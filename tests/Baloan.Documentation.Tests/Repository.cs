using Baloan.Sandbox;

namespace Baloan.Documentation.Tests;

/// <summary>The project's folder, and the pages in it that people read.</summary>
internal static class Repository
{
    public static string Folder { get; } =
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(BuildPaths.SampleInvoice)!, "..", "..", ".."));

    /// <summary>Every page, by its path from the project's folder.</summary>
    public static IReadOnlyList<string> Pages { get; } =
    [
        .. from file in Directory
            .EnumerateFiles(Folder, "*.md")
            .Concat(Markdown("docs"))
            .Concat(Markdown("samples"))
            .Concat(Markdown("src"))
            .Concat(Markdown("infra"))
        let page = Path.GetRelativePath(Folder, file).Replace('\\', '/')
        where !page.Split('/').Any(part => part is "node_modules" or "bin" or "obj" or "artifacts")
        orderby page
        select page,
    ];

    public static string Read(string page) => File.ReadAllText(Path.Combine(Folder, page));

    private static IEnumerable<string> Markdown(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Folder, folder), "*.md", SearchOption.AllDirectories);
}
