using System.Globalization;
using System.Text.RegularExpressions;
using Baloan.Sandbox;
using LocalFunctionsHost.Tests.App;

namespace LocalFunctionsHost.Tests;

/// <summary>The host as a process, and the test app as a process of the host's.</summary>
internal sealed partial class AppProcess : IAsyncDisposable
{
    private AppProcess(ChildProcess process, Lines output) => (Process, Output) = (process, output);

    public ChildProcess Process { get; }

    public Lines Output { get; }

    public HttpClient Client { get; } = new();

    /// <summary>Starts it and waits until it listens.</summary>
    public static async Task<AppProcess> StartAsync(IEnumerable<(string Name, string? Value)> settings, string? folder = null)
    {
        var app = Launch(settings, folder);
        try
        {
            await Until.TrueAsync(
                () => app.Output.Count("Listening on http://") > 0 || app.Process.Exited.IsCompleted,
                app.Output.ToString
            );
            app.Output.Count("Listening on http://").ShouldBe(1, app.Output.ToString());
            app.Client.BaseAddress = new Uri(ListeningLine().Match(app.Output.ToString()).Groups[1].Value);
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it.</summary>
    /// <param name="settings">Environment variables; null takes one away.</param>
    /// <param name="folder">Its working directory.</param>
    /// <param name="app">Where the app is; null for the test app.</param>
    public static AppProcess Launch(IEnumerable<(string Name, string? Value)> settings, string? folder = null, string? app = null)
    {
        var environment = settings.ToDictionary(setting => setting.Name, setting => setting.Value);
        environment.TryAdd("ASPNETCORE_URLS", "http://localhost:0");
        var output = new Lines();
        return new AppProcess(
            ChildProcess.Start(
                "the host",
                "dotnet",
                [typeof(FunctionsHost).Assembly.Location, app ?? Path.GetDirectoryName(typeof(Probe).Assembly.Location)!],
                environment,
                folder ?? AppContext.BaseDirectory,
                output.Add
            ),
            output
        );
    }

    /// <summary>The id of the app's process that answers.</summary>
    public async Task<int> WorkerIdAsync() =>
        int.Parse(await Client.GetStringAsync("api/process", TestContext.Current.CancellationToken), CultureInfo.InvariantCulture);

    /// <summary>Asks it to end, and does not wait.</summary>
    public void Terminate()
    {
        using var kill = System.Diagnostics.Process.Start("kill", ["-TERM", $"{Process.Id}"]);
        kill.WaitForExit();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Process.KillAsync();
        await Process.DisposeAsync();
    }

    [GeneratedRegex("^Listening on (http://\\S+)$", RegexOptions.Multiline)]
    private static partial Regex ListeningLine();
}
