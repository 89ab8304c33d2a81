namespace Baloan.Documentation.Tests;

/// <summary>A block of code in a page.</summary>
/// <param name="Language">What stands behind the fence; empty for nothing.</param>
/// <param name="Line">Where it begins.</param>
/// <param name="Text">What is in it, without the indentation of the fence.</param>
internal sealed record FencedBlock(string Language, int Line, string Text)
{
    private const string Fence = "```";

    public static IReadOnlyList<FencedBlock> Of(string page)
    {
        var blocks = new List<FencedBlock>();
        var lines = Repository.Read(page).ReplaceLineEndings("\n").Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var indent = lines[i].Length - lines[i].TrimStart().Length;
            if (!lines[i].TrimStart().StartsWith(Fence, StringComparison.Ordinal))
            {
                continue;
            }

            var end = Array.FindIndex(lines, i + 1, line => line.Trim() == Fence);
            end.ShouldBeGreaterThan(0, $"{page} line {i + 1} opens a block that has no end");
            blocks.Add(
                new(
                    lines[i].Trim()[Fence.Length..],
                    i + 1,
                    string.Join('\n', lines[(i + 1)..end].Select(line => line.Length > indent ? line[indent..] : line.TrimStart()))
                )
            );
            i = end;
        }

        return blocks;
    }
}
