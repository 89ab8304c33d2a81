using System.Text.RegularExpressions;

namespace Baloan.Documentation.Tests;

public sealed partial class LinkTests
{
    [Fact]
    public void Every_link_within_the_project_leads_to_a_file_and_a_heading_that_are_there()
    {
        var faults = new List<string>();
        foreach (var page in Repository.Pages)
        {
            foreach (
                var link in Link()
                    .Matches(Code().Replace(Repository.Read(page), ""))
                    .Select(match => match.Groups["to"].Value)
                    .Where(link => !link.Contains(':', StringComparison.Ordinal))
            )
            {
                var (path, anchor) = link.Split('#') is [var file, var heading] ? (file, heading) : (link, "");
                var target =
                    path.Length == 0
                        ? page
                        : Path.GetRelativePath(Repository.Folder, Path.Combine(Repository.Folder, Path.GetDirectoryName(page)!, path))
                            .Replace('\\', '/');
                if (!Path.Exists(Path.Combine(Repository.Folder, target)))
                {
                    faults.Add($"{page}: {link} is not there");
                }
                else if (anchor.Length > 0 && !Anchors(target).Contains(Uri.UnescapeDataString(anchor)))
                {
                    faults.Add($"{page}: {link} has no such heading");
                }
            }
        }

        faults.ShouldBeEmpty();
    }

    [Fact]
    public void Every_page_of_docs_is_in_its_index()
    {
        foreach (var index in new[] { "docs/README.md", "docs/fa/README.md" }.Where(Repository.Pages.Contains))
        {
            var folder = index[..^"README.md".Length];
            var links = Link().Matches(Repository.Read(index)).Select(match => match.Groups["to"].Value).ToHashSet();
            Repository
                .Pages.Where(page =>
                    page.StartsWith(folder, StringComparison.Ordinal)
                    && page != index
                    && !page[folder.Length..].Contains('/', StringComparison.Ordinal)
                )
                .Select(page => page[folder.Length..])
                .ShouldBeSubsetOf(links, index);
        }
    }

    private static HashSet<string> Anchors(string page) =>
        page.EndsWith(".md", StringComparison.Ordinal)
            ? [.. Heading().Matches(Code().Replace(Repository.Read(page), "")).Select(match => Anchor(match.Groups["text"].Value))]
            : [];

    // As GitHub makes them.
    private static string Anchor(string heading) =>
        Other().Replace(Linked().Replace(heading.Trim(), "$1").ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex(@"\]\((?<to>[^)\s]+)\)|(?:src|href)=""(?<to>[^""]+)""")]
    private static partial Regex Link();

    [GeneratedRegex(@"^ *```[\s\S]*?^ *```", RegexOptions.Multiline)]
    private static partial Regex Code();

    [GeneratedRegex(@"^#+ (?<text>.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex Linked();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex Other();
}
