using System.Diagnostics;
using System.Text.RegularExpressions;
using Baloan.Sandbox;
using Portable.Tests.App;

namespace Portable.Tests.Worker;

/// <summary>The test app as a process of its own.</summary>
internal sealed partial class AppProcess : IAsyncDisposable
{
    private AppProcess(ChildProcess process, Lines output) => (Process, Output) = (process, output);

    public ChildProcess Process { get; }

    public Lines Output { get; }

    public HttpClient Client { get; } = new();

    /// <summary>Starts it and waits until it listens.</summary>
    public static async Task<AppProcess> StartAsync(IEnumerable<(string Name, string Value)> settings, string? folder = null)
    {
        var app = Launch(settings, folder);
        try
        {
            await Until.TrueAsync(() => app.Output.Count("Listening on http://") > 0 || app.Process.Exited.IsCompleted, app.Output.ToString);
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
    public static AppProcess Launch(IEnumerable<(string Name, string Value)> settings, string? folder = null)
    {
        var environment = settings.ToDictionary(setting => setting.Name, setting => (string?)setting.Value);
        environment.TryAdd("ASPNETCORE_URLS", "http://localhost:0");
        var output = new Lines();
        return new AppProcess(
            ChildProcess.Start("app", "dotnet", [typeof(Probe).Assembly.Location], environment, folder ?? AppContext.BaseDirectory, output.Add), output);
    }

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
