using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Baloan.Sandbox;

namespace Baloan.Benchmarks.Surroundings;

/// <summary>A process that serves HTTP and says so in a line of its output: the app, a rival, the sandbox, the floor.</summary>
internal sealed partial class Server : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);

    private readonly ChildProcess process;
    private readonly int measured;
    private readonly int? probe;

    private Server(ChildProcess process, Uri address, int measured, int? probe, long began)
    {
        (this.process, Address, this.measured, this.probe, Began) = (process, address, measured, probe, began);
        Http = NewClient(address);
    }

    /// <summary>Where it listens, with a slash at the end.</summary>
    public Uri Address { get; }

    /// <summary>Keeps as many connections as there are callers.</summary>
    public HttpClient Http { get; }

    /// <summary>When the process was started, by <see cref="Stopwatch.GetTimestamp"/>.</summary>
    public long Began { get; }

    /// <summary>Told of each line of its output.</summary>
    public Action<string>? OnLine { get; set; }

    /// <summary>Processor time that it has used so far.</summary>
    public TimeSpan Cpu => Look(measured, seen => seen.TotalProcessorTime);

    /// <summary>Processor time of the process that was started: of a function app, its host.</summary>
    public TimeSpan HostCpu => Look(process.Id, seen => seen.TotalProcessorTime);

    /// <summary>Resident memory now, in bytes.</summary>
    public long ResidentBytes => Look(measured, seen => seen.WorkingSet64);

    /// <summary>That of its host.</summary>
    public long HostResidentBytes => Look(process.Id, seen => seen.WorkingSet64);

    /// <summary>The most resident memory that it has had, in bytes.</summary>
    public long PeakResidentBytes => Look(measured, seen => seen.PeakWorkingSet64);

    /// <summary>That of its host.</summary>
    public long PeakHostResidentBytes => Look(process.Id, seen => seen.PeakWorkingSet64);

    /// <param name="name">What people call it.</param>
    /// <param name="file">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Its settings.</param>
    /// <param name="probed">Whether it carries the probe: costs a little at the start.</param>
    /// <param name="onLine">Told of each line of its output.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<Server> StartAsync(
        string name,
        string file,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?> environment,
        bool probed = false,
        Action<string>? onLine = null,
        CancellationToken cancellationToken = default
    )
    {
        var settings = new Dictionary<string, string?>(environment) { ["ASPNETCORE_URLS"] = "http://127.0.0.1:0" };
        if (probed)
        {
            settings["DOTNET_STARTUP_HOOKS"] = typeof(Server).Assembly.Location;
            // The query tells a message that is put from one that is asked for.
            settings["DOTNET_SYSTEM_NET_HTTP_DISABLEURIREDACTION"] = "true";
        }

        var listening = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        int? probe = null;
        int? worker = null;
        Server? server = null;
        var began = Stopwatch.GetTimestamp();
        var process = ChildProcess.Start(
            name,
            file,
            arguments,
            settings,
            null,
            line =>
            {
                onLine?.Invoke(line);
                server?.OnLine?.Invoke(line);
                if (ProbeLine().Match(line) is { Success: true } probing)
                {
                    probe = int.Parse(probing.Groups["port"].ValueSpan, CultureInfo.InvariantCulture);
                }
                else if (WorkerLine().Match(line) is { Success: true } ready)
                {
                    worker = int.Parse(ready.Groups["id"].ValueSpan, CultureInfo.InvariantCulture);
                }
                else if (ListeningLine().Match(line) is { Success: true } match)
                {
                    listening.TrySetResult(new Uri($"{match.Groups["address"].Value.TrimEnd('/')}/"));
                }
            }
        );
        try
        {
            if (await Task.WhenAny(listening.Task, process.Exited).WaitAsync(StartLimit, cancellationToken) != listening.Task)
            {
                throw new SandboxException($"{name} ended while it was starting; its last line was: {process.LastWords}");
            }

            return server = new Server(process, await listening.Task, worker ?? process.Id, probe, began);
        }
        catch
        {
            await process.KillAsync();
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Bytes that it has allocated so far.</summary>
    public async Task<long> AllocatedBytesAsync() => long.Parse((await AskAsync("allocated")).Single(), CultureInfo.InvariantCulture);

    /// <summary>
    /// The calls to storage that it makes meanwhile, without the asking for messages, taking them away and what a host keeps for itself.
    /// </summary>
    public async Task<IReadOnlyList<string>> CountStorageCallsAsync(Func<Task> work)
    {
        await AskAsync("count");
        await work();
        return [.. (await AskAsync("counted")).Where(IsOfTheApp)];
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await process.StopAsync();
        await process.DisposeAsync();
    }

    private static HttpClient NewClient(Uri address) =>
        new(
            new SocketsHttpHandler
            {
                UseProxy = false,
                UseCookies = false,
                AllowAutoRedirect = false,
                PooledConnectionIdleTimeout = TimeSpan.FromMinutes(10),
            }
        )
        {
            BaseAddress = address,
            Timeout = TimeSpan.FromMinutes(2),
        };

    private static bool IsOfTheApp(string call) =>
        call.Contains("/devstoreaccount1/", StringComparison.Ordinal)
        && !call.Contains("numofmessages=", StringComparison.Ordinal)
        && !call.Contains("popreceipt=", StringComparison.Ordinal)
        && !call.Contains("azure-webjobs", StringComparison.Ordinal);

    private async Task<IReadOnlyList<string>> AskAsync(string question)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", probe ?? throw new InvalidOperationException("It carries no probe."));
        await using var stream = client.GetStream();
        await using var writer = new StreamWriter(stream) { AutoFlush = true };
        await writer.WriteLineAsync(question);
        using var reader = new StreamReader(stream);
        return (await reader.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    private static T Look<T>(int id, Func<Process, T> at)
    {
        using var seen = Process.GetProcessById(id);
        return at(seen);
    }

    [GeneratedRegex(@"^Listening on (?<address>http://\S+)")]
    private static partial Regex ListeningLine();

    // Of two processes, the app's is the one that is looked at.
    [GeneratedRegex(@"The function app is ready, as process (?<id>\d+)\.")]
    private static partial Regex WorkerLine();

    [GeneratedRegex(@"^Probe on (?<port>\d+)")]
    private static partial Regex ProbeLine();
}
