using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;
using Baloan.Documentation.Tests;
using Baloan.Sandbox;

[assembly: AssemblyFixture(typeof(RunningSandbox))]

namespace Baloan.Documentation.Tests;

/// <summary>The sandbox as a reader starts it, but on free ports and with quick loans. All tests of the project share it.</summary>
public sealed partial class RunningSandbox : IAsyncLifetime
{
    private readonly string data = Directory.CreateTempSubdirectory("baloan-documentation-").FullName;
    private ChildProcess sandbox = null!;

    /// <summary>Where the function app listens, such as <c>http://127.0.0.1:7071</c>.</summary>
    public string App { get; private set; } = null!;

    /// <summary>Where Baloan's sandbox listens.</summary>
    public string Baloan { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var lines = new ConcurrentQueue<string>();
        var up = new TaskCompletionSource();
        sandbox = ChildProcess.Start(
            "The sandbox",
            "dotnet",
            [
                typeof(BaloanServer).Assembly.Location,
                "--app-port",
                "0",
                "--baloan-port",
                "0",
                "--vault-port",
                "0",
                "--storage-port",
                "0",
                "--loan-step",
                "0.2",
                "--verify-after",
                "4",
                "--data",
                data,
            ],
            onLine: line =>
            {
                lines.Enqueue(line);
                if (line.Contains("Press Ctrl-C", StringComparison.Ordinal))
                {
                    up.TrySetResult();
                }
            }
        );
        await Task.WhenAny(up.Task, sandbox.Exited).WaitAsync(TimeSpan.FromMinutes(3));
        sandbox.Exited.IsCompleted.ShouldBeFalse(string.Join('\n', lines));
        App = Address(lines, "Function app");
        Baloan = Address(lines, "Baloan's sandbox");
    }

    public async ValueTask DisposeAsync()
    {
        await sandbox.DisposeAsync();
        Directory.Delete(data, recursive: true);
    }

    /// <summary>Runs a program in a folder until it ends, and gives all that it wrote.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        string program,
        string[] arguments,
        string? folder = null,
        IReadOnlyDictionary<string, string?>? environment = null
    )
    {
        var output = new StringBuilder();
        await using var process = ChildProcess.Start(
            program,
            program,
            arguments,
            environment,
            folder ?? Repository.Folder,
            line =>
            {
                lock (output)
                {
                    output.AppendLine(line);
                }
            }
        );
        await process.Exited.WaitAsync(TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken);
        lock (output)
        {
            return (process.ExitCode, output.ToString());
        }
    }

    /// <summary>Whether a program is installed.</summary>
    public static bool IsAtHand(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, program)) || File.Exists(Path.Combine(folder, program + ".exe")));

    private static string Address(IEnumerable<string> lines, string name) =>
        lines
            .Select(line => Started().Match(line))
            .First(match => match.Success && match.Groups["name"].Value.TrimEnd() == name)
            .Groups["address"]
            .Value;

    [GeneratedRegex("^  ok  (?<name>[A-Z].{17})\\s*(?<address>https?://[^/]+)/")]
    private static partial Regex Started();
}
