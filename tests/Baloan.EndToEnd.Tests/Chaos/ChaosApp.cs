using Baloan.Sandbox;

namespace Baloan.EndToEnd.Tests.Chaos;

/// <summary>One instance of the app: whenever its process has ended, another one is started.</summary>
internal sealed class ChaosApp : IAsyncDisposable
{
    // Without the depths of stack traces: an hour's log would be gigabytes.
    private const int LongestLine = 500;

    private readonly string name;
    private readonly FunctionAppSettings settings;
    private readonly Action<DateTimeOffset> started;
    private readonly Action<string> endedByItself;
    private readonly CancellationTokenSource ending = new();
    private readonly TextWriter log;
    private readonly Lock gate = new();
    private readonly Task keeping;
    private RunningApp? app;
    private FunctionApp? killed;

    /// <param name="name">What people call it.</param>
    /// <param name="settings">Its settings; its storage has to be <paramref name="storage"/>.</param>
    /// <param name="storage">What stands between it and storage.</param>
    /// <param name="logPath">Where its log goes.</param>
    /// <param name="started">Told when it has been started again.</param>
    /// <param name="endedByItself">Told of an end that nobody brought about.</param>
    public ChaosApp(
        string name,
        FunctionAppSettings settings,
        StorageProxy storage,
        string logPath,
        Action<DateTimeOffset> started,
        Action<string> endedByItself
    )
    {
        (this.name, Storage, LogPath, this.started, this.endedByItself) = (name, storage, logPath, started, endedByItself);
        log = TextWriter.Synchronized(new StreamWriter(logPath) { AutoFlush = true });
        this.settings = settings with
        {
            StorageConnectionString = storage.ConnectionString,
            OnLogLine = line => log.WriteLine(line.Length <= LongestLine ? line : line[..LongestLine]),
        };
        keeping = KeepAsync();
    }

    public StorageProxy Storage { get; }

    public string LogPath { get; }

    /// <summary>How long after its end it is started again.</summary>
    public Func<TimeSpan> Downtime { get; set; } = () => TimeSpan.Zero;

    /// <summary>The running app; null while there is none.</summary>
    public RunningApp? Up
    {
        get
        {
            lock (gate)
            {
                return app;
            }
        }
    }

    /// <summary>Ends its process at once, where it runs.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> KillAsync()
    {
        FunctionApp? process;
        lock (gate)
        {
            killed = process = app?.Process;
            app = null;
        }

        await (process?.KillAsync() ?? Task.CompletedTask);
        return process is not null;
    }

    /// <summary>Lets its process stand still for a while (SIGSTOP), where it runs and is not killed meanwhile.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> StandStillAsync(TimeSpan time)
    {
        if (Up is not { Process.Process: var process })
        {
            return false;
        }

        process.Freeze();
        await Task.Delay(time);
        if (!process.Exited.IsCompleted)
        {
            process.Thaw();
        }

        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await keeping;
        ending.Dispose();
        await log.DisposeAsync();
    }

    private async Task KeepAsync()
    {
        for (var first = true; !ending.IsCancellationRequested; first = false)
        {
            try
            {
                await using var running = new RunningApp(await FunctionApp.StartAsync(settings, ending.Token), null);
                lock (gate)
                {
                    app = running;
                }

                if (!first)
                {
                    started(DateTimeOffset.UtcNow);
                }

                await running.Process.Process.Exited.WaitAsync(ending.Token);
                lock (gate)
                {
                    app = null;
                    if (killed != running.Process)
                    {
                        endedByItself($"{name} ended by itself: {running.Process.Process.LastWords}");
                    }
                }

                await Task.Delay(Downtime(), ending.Token);
            }
            catch (OperationCanceledException) when (ending.IsCancellationRequested)
            {
                // The run is over.
            }
            catch (SandboxException failure)
            {
                endedByItself($"{name} did not start: {failure.Message}");
                await Task.Delay(TimeSpan.FromSeconds(1));
            }
        }
    }
}
