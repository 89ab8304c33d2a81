using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Baloan.Sandbox;

/// <summary>A process that this one started, whose output is followed and which ends with it.</summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private const int LinesKept = 20;
    private const int SigTerm = 15;
    private const int SigCont = 18;
    private const int SigStop = 19;

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(45);

    private readonly Process process;
    private readonly Queue<string> lastLines = new();
    private bool disposed;

    private ChildProcess(string name, Process process)
    {
        Name = name;
        this.process = process;
        Exited = process.WaitForExitAsync();
    }

    /// <summary>What people call it.</summary>
    public string Name { get; }

    /// <summary>Ends when the process has ended, however that came about.</summary>
    public Task Exited { get; }

    /// <summary>The process id.</summary>
    public int Id => process.Id;

    /// <summary>The exit code; throws while the process runs.</summary>
    public int ExitCode => process.ExitCode;

    /// <summary>The last thing it wrote that is not a line of a stack trace, for an error message.</summary>
    public string LastWords
    {
        get
        {
            lock (lastLines)
            {
                return lastLines
                        .LastOrDefault(line => !string.IsNullOrWhiteSpace(line) && !line.StartsWith("   at ", StringComparison.Ordinal))
                        ?.Trim()
                    ?? "it wrote nothing";
            }
        }
    }

    /// <summary>Starts a process.</summary>
    /// <param name="name">What people call it.</param>
    /// <param name="fileName">The program.</param>
    /// <param name="arguments">Its arguments, unquoted.</param>
    /// <param name="environment">Variables over those of this process; a null value takes one away.</param>
    /// <param name="workingDirectory">Where it runs; null for here.</param>
    /// <param name="onLine">Told of each line of its standard output and standard error.</param>
    /// <exception cref="SandboxException">The program is not there.</exception>
    public static ChildProcess Start(
        string name,
        string fileName,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?>? environment = null,
        string? workingDirectory = null,
        Action<string>? onLine = null
    )
    {
        var start = new ProcessStartInfo(fileName, arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = workingDirectory ?? "",
        };
        foreach (var (key, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[key] = value;
        }

        Process? process = null;
        try
        {
            process = Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // Told below, with what to do.
        }

        if (process is null)
        {
            throw new SandboxException($"{name} needs '{fileName}', which is not on the PATH. Install it and try again.");
        }

        var child = new ChildProcess(name, process);
        void Take(object _, DataReceivedEventArgs line)
        {
            if (line.Data is { } text)
            {
                lock (child.lastLines)
                {
                    child.lastLines.Enqueue(text);
                    if (child.lastLines.Count > LinesKept)
                    {
                        child.lastLines.Dequeue();
                    }
                }

                onLine?.Invoke(text);
            }
        }

        process.OutputDataReceived += Take;
        process.ErrorDataReceived += Take;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Ends it at once, as SIGKILL does, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        await Exited;
    }

    /// <summary>Asks it to end (SIGTERM), and ends it at once if it has not after 45 seconds.</summary>
    public async Task StopAsync()
    {
        if (!process.HasExited && !OperatingSystem.IsWindows())
        {
            _ = Kill(process.Id, SigTerm);
            await Task.WhenAny(Exited, Task.Delay(StopLimit));
        }

        await KillAsync();
    }

    /// <summary>Lets it and its own children stand still (SIGSTOP): they keep their connections and answer nothing. On Linux.</summary>
    public void Freeze() => Signal(process.Id, SigStop);

    /// <summary>Lets them go on after <see cref="Freeze"/> (SIGCONT).</summary>
    public void Thaw() => Signal(process.Id, SigCont);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!disposed)
        {
            disposed = true;
            await StopAsync();
            process.Dispose();
        }
    }

    private static void Signal(int id, int signal)
    {
        _ = Kill(id, signal);
        var children = new List<string>();
        try
        {
            children.AddRange(
                Directory.GetDirectories($"/proc/{id}/task").Select(task => File.ReadAllText(Path.Combine(task, "children")))
            );
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // It has ended meanwhile.
        }

        foreach (var child in children.SelectMany(text => text.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        {
            Signal(int.Parse(child, CultureInfo.InvariantCulture), signal);
        }
    }

    // .NET can only kill; asking a process to end is the system's.
    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int processId, int signal);
}
