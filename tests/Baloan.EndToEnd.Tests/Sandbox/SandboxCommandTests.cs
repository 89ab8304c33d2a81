using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Baloan.Sandbox;

namespace Baloan.EndToEnd.Tests.Sandbox;

/// <summary>The sandbox's command line, as a person starts it.</summary>
public sealed partial class SandboxCommandTests : IDisposable
{
    private readonly string data = Directory.CreateTempSubdirectory("baloan-sandbox-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(data, recursive: true);

    [Theory]
    [InlineData("v1", Explicit = true)]
    [InlineData("v2")]
    public async Task Once_shows_a_settlement_and_a_loan_as_curl_lines_and_ends_well(string version)
    {
        var (exitCode, lines) = await RunAsync([.. FreePorts, "--once", "--loan-step", "0.2", "--merchant-version", version]);

        exitCode.ShouldBe(0, string.Join('\n', lines));
        var commands = lines.Where(line => line.StartsWith("  $ curl ", StringComparison.Ordinal)).ToList();
        commands.Count.ShouldBe((version == "v1" ? 5 : 6) + 8);
        commands.Count(command => command.Contains("/otp/validate'", StringComparison.Ordinal)).ShouldBe(version == "v1" ? 0 : 1);
        lines.ShouldContain(line => line.Contains("\"status\":\"settled\"", StringComparison.Ordinal));
        lines.ShouldContain("  ok  The money was moved once, and the invoice arrived byte for byte.");
        lines.ShouldContain(line => line.Contains("\"state\":\"loan_paid\"", StringComparison.Ordinal));
        lines.ShouldContain("  ok  The loan was opened once, signed and paid, and the app was told of each step.");
        lines.ShouldAllBe(line => !line.Contains('\u001b', StringComparison.Ordinal));
        lines.ShouldAllBe(line => line.Length <= 100);
        lines[^1].ShouldContain("docs/sandbox.md");
        await ShouldBeShellAsync(lines);
    }

    // A command goes on over the lines that a backslash or an open quotation mark leaves open.
    private async Task ShouldBeShellAsync(string[] lines)
    {
        var script = new StringBuilder();
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith("  $ ", StringComparison.Ordinal))
            {
                script.AppendLine(lines[i][4..]);
                while (lines[i].EndsWith('\\') || lines[i + 1].StartsWith("            ", StringComparison.Ordinal))
                {
                    script.AppendLine(lines[++i]);
                }
            }
        }

        var path = Path.Combine(data, "demonstration.sh");
        await File.WriteAllTextAsync(path, script.ToString(), Cancel);
        var said = new ConcurrentQueue<string>();
        await using var bash = ChildProcess.Start("bash", "bash", ["-n", path], onLine: said.Enqueue);
        await bash.Exited.WaitAsync(Cancel);
        bash.ExitCode.ShouldBe(0, $"{string.Join('\n', said)}\n{script}");
    }

    [Fact(Explicit = true)]
    public async Task With_a_key_the_app_asks_for_it_and_the_curl_lines_carry_it()
    {
        var (exitCode, lines) = await RunAsync([.. FreePorts, "--once", "--loan-step", "0.2", "--key", "a'key"]);

        exitCode.ShouldBe(0, string.Join('\n', lines));
        // A long call goes over several lines.
        var calls = string.Join('\n', lines)
            .Replace("\\\n", "", StringComparison.Ordinal)
            .Split('\n')
            .Where(line => line.StartsWith("  $ curl ", StringComparison.Ordinal) && line.Contains("/api/", StringComparison.Ordinal))
            .ToList();
        calls.Count.ShouldBeGreaterThan(8);
        calls.ShouldAllBe(call => call.Contains(@"-H 'x-functions-key: a'\''key'", StringComparison.Ordinal));
        lines.ShouldContain("  ok  The loan was opened once, signed and paid, and the app was told of each step.");
    }

    [Fact]
    public async Task It_stays_up_until_it_is_told_to_end_and_takes_everything_with_it()
    {
        var lines = new ConcurrentQueue<string>();
        await using var sandbox = Start(FreePorts, lines);
        await UntilAsync(sandbox, lines, "Press Ctrl-C");
        await UntilAsync(sandbox, lines, "/api/console");

        var ports = lines
            .SelectMany(line => Ports().Matches(line))
            .Select(match => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture))
            .Distinct()
            .ToList();
        ports.Count.ShouldBe(6);
        await sandbox.StopAsync();

        sandbox.ExitCode.ShouldBe(0);
        lines.Last(line => line.Contains("://", StringComparison.Ordinal)).ShouldEndWith("/api/console");
        foreach (var port in ports)
        {
            using var client = new TcpClient();
            await Should.ThrowAsync<SocketException>(() => client.ConnectAsync("127.0.0.1", port, Cancel).AsTask());
        }
    }

    [Theory]
    [InlineData("--app-port", "the function app")]
    [InlineData("--baloan-port", "Baloan's sandbox")]
    [InlineData("--vault-port", "the Key Vault emulator")]
    public async Task A_taken_port_is_one_sentence(string option, string name)
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;

        var (exitCode, lines) = await RunAsync([.. FreePorts, option, port.ToString(CultureInfo.InvariantCulture)]);

        exitCode.ShouldBe(1);
        lines
            .ShouldHaveSingleItem()
            .ShouldBe(
                $"Failed: Port {port} is taken, so {name} cannot start; end the program that uses it, or choose another port with {option}."
            );
    }

    [Fact(Explicit = true)]
    public async Task A_taken_storage_port_makes_Azurite_take_free_ones_and_say_so()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

        var lines = new ConcurrentQueue<string>();
        await using var sandbox = Start([.. FreePorts, "--storage-port", port], lines);

        await UntilAsync(sandbox, lines, $"Free ports, because {port}");
    }

    [Fact]
    public async Task A_missing_Node_is_one_sentence()
    {
        var (exitCode, lines) = await RunAsync(FreePorts, path: data);

        exitCode.ShouldBe(1);
        lines[^1].ShouldBe("Failed: Azurite needs 'node', which is not on the PATH. Install it and try again.");
        lines.ShouldNotContain(line => line.StartsWith("   at ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--twice", "There is no option '--twice'; --help lists them.")]
    [InlineData("--merchant-version v3", "--merchant-version is v1 or v2.")]
    [InlineData("--app-port 65536", "--app-port needs a port, which is a number from 0 to 65535.")]
    [InlineData("--loan-step 0", "--loan-step needs a number of seconds from 0.1 to 60.")]
    [InlineData("--key کلید", "--key is a word of ASCII letters, digits and signs.")]
    [InlineData("--verify-after 301", "--verify-after needs a number of seconds from 2 to 300.")]
    [InlineData("--data", "--data needs a value; --help lists the options.")]
    public async Task A_wrong_option_is_one_sentence(string arguments, string sentence)
    {
        var lines = new ConcurrentQueue<string>();
        await using var sandbox = Start(arguments.Split(' '), lines, withData: false);
        await sandbox.Exited.WaitAsync(Cancel);

        sandbox.ExitCode.ShouldBe(1);
        lines.ShouldHaveSingleItem().ShouldBe("Failed: " + sentence);
    }

    private static string[] FreePorts => ["--app-port", "0", "--baloan-port", "0", "--vault-port", "0", "--storage-port", "0"];

    private static async Task UntilAsync(ChildProcess sandbox, ConcurrentQueue<string> lines, string text)
    {
        while (!lines.Any(line => line.Contains(text, StringComparison.Ordinal)))
        {
            sandbox.Exited.IsCompleted.ShouldBeFalse(string.Join('\n', lines));
            await Task.Delay(100, Cancel);
        }
    }

    private async Task<(int ExitCode, string[] Lines)> RunAsync(string[] arguments, string? path = null)
    {
        var lines = new ConcurrentQueue<string>();
        await using var sandbox = Start(arguments, lines, path);
        await sandbox.Exited.WaitAsync(Cancel);
        return (sandbox.ExitCode, [.. lines]);
    }

    private ChildProcess Start(string[] arguments, ConcurrentQueue<string> lines, string? path = null, bool withData = true) =>
        ChildProcess.Start(
            "The sandbox",
            "dotnet",
            [typeof(BaloanServer).Assembly.Location, .. arguments, .. withData ? new[] { "--data", data } : []],
            path is null ? null : new Dictionary<string, string?> { ["PATH"] = path },
            onLine: lines.Enqueue
        );

    [GeneratedRegex(@"(?:localhost:|127\.0\.0\.1:)(\d+)")]
    private static partial Regex Ports();
}
