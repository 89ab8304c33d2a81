using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Baloan.Sandbox;

namespace Baloan.Documentation.Tests;

/// <summary>
/// What a reader copies into a shell works. A block of <c>sh</c> is run against the sandbox, with all others of its page in their order;
/// one of <c>bash</c> needs Azure, or minutes, and is not.
/// </summary>
public sealed partial class ShellLineTests(RunningSandbox sandbox)
{
    private const string Run = "dotnet run --project src/Baloan.Sandbox";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Pages => [.. Repository.Pages.Where(page => Lines(page).Count > 0)];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task The_shell_lines_of_a_page_work_against_the_sandbox(string page)
    {
        Assert.SkipUnless(RunningSandbox.IsAtHand("bash") && RunningSandbox.IsAtHand("curl"), "bash or curl is not installed.");

        var (exitCode, output) = await RunningSandbox.RunAsync("bash", ["-c", Script(page)]);

        exitCode.ShouldBe(0, output);
    }

    [Fact]
    public async Task The_lines_that_start_something_are_the_ones_that_work()
    {
        var lines = Repository
            .Pages.SelectMany(page => FencedBlock.Of(page))
            .Where(block => block.Language == "sh")
            .SelectMany(block => block.Text.Split('\n'))
            .Where(line => line.StartsWith("dotnet ", StringComparison.Ordinal))
            .Select(line => line.Split('#')[0].TrimEnd())
            .Distinct()
            .ToList();

        lines.ShouldContain(Run);
        lines.ShouldContain($"{Run} -- --once");
        lines.ShouldContain("dotnet test");
        foreach (var line in lines.Where(line => line.StartsWith(Run, StringComparison.Ordinal)))
        {
            // An option that there is not ends the sandbox before it says its help.
            var options = line[Run.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1);
            var (exitCode, output) = await RunningSandbox.RunAsync(
                "dotnet",
                [typeof(BaloanServer).Assembly.Location, .. options, "--help"]
            );
            exitCode.ShouldBe(0, $"{line}\n{output}");
        }
    }

    [Fact]
    public void No_call_to_the_sandbox_stands_in_a_block_that_is_not_run()
    {
        foreach (var page in Repository.Pages)
        {
            FencedBlock
                .Of(page)
                .Where(block => block.Language != "sh" && CallsSandbox().IsMatch(block.Text))
                .ShouldBeEmpty($"{page} has calls to the sandbox in blocks that are not ‘sh’");
        }
    }

    private static List<FencedBlock> Lines(string page) =>
        [
            .. FencedBlock
                .Of(page)
                .Where(block =>
                    block.Language == "sh" && !block.Text.Split('\n').All(line => line.StartsWith("dotnet ", StringComparison.Ordinal))
                ),
        ];

    private string Script(string page)
    {
        var script = new StringBuilder(
            """
            set -euo pipefail
            # What a line writes is not left in the project's folder.
            work=$(mktemp -d)
            ln -s "$PWD"/* "$work"
            cd "$work"
            trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
            expected=
            curl() {
              if [ -z "$expected" ]; then
                command curl --silent --show-error --fail-with-body --max-time 60 "$@"
              else
                local answer
                answer=$(command curl --silent --show-error --max-time 60 "$@")
                echo "$answer"
                grep -q "\"status\":$expected" <<<"$answer"
              fi
            }

            """.ReplaceLineEndings("\n")
        );
        foreach (var block in Lines(page))
        {
            script.Append(CultureInfo.InvariantCulture, $"echo '--- {page} line {block.Line}'\n");
            script.Append(CultureInfo.InvariantCulture, $"expected={Answers().Match(block.Text).Groups["status"].Value}\n");
            script.Append(block.Text).Append('\n');
        }

        return script
            .ToString()
            .Replace("http://localhost:7071", sandbox.App, StringComparison.Ordinal)
            .Replace("http://localhost:7090", sandbox.Baloan, StringComparison.Ordinal)
            .Replace("8080", FreePort.Find().ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^# answers (?<status>[45]\d\d)\b")]
    private static partial Regex Answers();

    [GeneratedRegex(@"^\s*curl .*localhost:70[79]", RegexOptions.Multiline)]
    private static partial Regex CallsSandbox();
}
