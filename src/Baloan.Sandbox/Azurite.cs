using System.Globalization;
using System.Text.RegularExpressions;

namespace Baloan.Sandbox;

/// <summary>Azure Storage on one's own machine: the Azurite emulator as a child process.</summary>
/// <remarks>
/// It is installed from <c>azurite/package-lock.json</c> by the build of this project and needs Node 20 or later.
/// Ports are kept over <see cref="StopAsync"/> and <see cref="StartAgainAsync"/>, and so is the data.
/// </remarks>
public sealed partial class Azurite : IAsyncDisposable
{
    // The emulator's account and key are public knowledge: every Azure Storage SDK knows them.
    private const string AccountName = "devstoreaccount1";
    private const string AccountKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private readonly string dataFolder;
    private readonly bool deleteDataAtEnd;
    private ChildProcess process;

    private Azurite(string dataFolder, bool deleteDataAtEnd, ChildProcess process, int blobPort, int queuePort, int tablePort)
    {
        this.dataFolder = dataFolder;
        this.deleteDataAtEnd = deleteDataAtEnd;
        this.process = process;
        (BlobPort, QueuePort, TablePort) = (blobPort, queuePort, tablePort);
    }

    /// <summary>The port of the Blob service.</summary>
    public int BlobPort { get; }

    /// <summary>The port of the Queue service.</summary>
    public int QueuePort { get; }

    /// <summary>The port of the Table service.</summary>
    public int TablePort { get; }

    /// <summary>What <c>AzureWebJobsStorage</c> has to be, with the endpoints that are in use.</summary>
    public string ConnectionString =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"DefaultEndpointsProtocol=http;AccountName={AccountName};AccountKey={AccountKey};"
                + $"BlobEndpoint=http://127.0.0.1:{BlobPort}/{AccountName};QueueEndpoint=http://127.0.0.1:{QueuePort}/{AccountName};"
                + $"TableEndpoint=http://127.0.0.1:{TablePort}/{AccountName};"
        );

    /// <summary>Its process; another one after <see cref="StartAgainAsync"/>.</summary>
    public ChildProcess Process => process;

    /// <summary>Starts the emulator and waits until its three services listen.</summary>
    /// <param name="dataFolder">Where the data is kept; null for a temporary folder that goes with the process.</param>
    /// <param name="blobPort">The port of the Blob service; 0 for any free one.</param>
    /// <param name="queuePort">The port of the Queue service; 0 for any free one.</param>
    /// <param name="tablePort">The port of the Table service; 0 for any free one.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="SandboxException">Node or Azurite is missing, or the emulator did not start.</exception>
    public static async Task<Azurite> StartAsync(
        string? dataFolder = null,
        int blobPort = 0,
        int queuePort = 0,
        int tablePort = 0,
        CancellationToken cancellationToken = default
    )
    {
        var folder = dataFolder ?? Directory.CreateTempSubdirectory("baloan-azurite-").FullName;
        try
        {
            var (process, ports) = await LaunchAsync(folder, blobPort, queuePort, tablePort, cancellationToken);
            return new Azurite(folder, dataFolder is null, process, ports[0], ports[1], ports[2]);
        }
        catch when (dataFolder is null)
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>Takes storage away, as an outage would. The data stays.</summary>
    public Task StopAsync() => process.StopAsync();

    /// <summary>Brings storage back on the same ports with the same data.</summary>
    /// <exception cref="SandboxException">The emulator did not start.</exception>
    public async Task StartAgainAsync(CancellationToken cancellationToken = default)
    {
        await process.StopAsync();
        (process, _) = await LaunchAsync(dataFolder, BlobPort, QueuePort, TablePort, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        if (deleteDataAtEnd)
        {
            Directory.Delete(dataFolder, recursive: true);
        }
    }

    private static async Task<(ChildProcess Process, int[] Ports)> LaunchAsync(
        string folder,
        int blobPort,
        int queuePort,
        int tablePort,
        CancellationToken cancellationToken
    )
    {
        var script = Path.Combine(BuildPaths.AzuriteFolder, "node_modules", "azurite", "dist", "src", "azurite.js");
        if (!File.Exists(script))
        {
            throw new SandboxException(
                $"Azurite is not installed in {BuildPaths.AzuriteFolder}. Install Node 20 or later and build again; the build runs 'npm "
                    + $"ci' there."
            );
        }

        Directory.CreateDirectory(folder);
        var listening = new TaskCompletionSource<int[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        var ports = new int[3];
        var process = ChildProcess.Start(
            "Azurite",
            "node",
            [
                script,
                "--silent",
                "--disableTelemetry",
                "--skipApiVersionCheck",
                "--location",
                folder,
                "--blobPort",
                Text(blobPort),
                "--queuePort",
                Text(queuePort),
                "--tablePort",
                Text(tablePort),
                // The default of 5 s closes connections under the feet of clients that keep theirs open.
                "--blobKeepAliveTimeout",
                "120",
                "--queueKeepAliveTimeout",
                "120",
                "--tableKeepAliveTimeout",
                "120",
            ],
            onLine: line =>
            {
                if (ListeningLine().Match(line) is { Success: true } match)
                {
                    var service = Array.IndexOf(["Blob", "Queue", "Table"], match.Groups["service"].Value);
                    ports[service] = int.Parse(match.Groups["port"].ValueSpan, CultureInfo.InvariantCulture);
                    if (Array.TrueForAll(ports, port => port != 0))
                    {
                        listening.TrySetResult(ports);
                    }
                }
            }
        );

        try
        {
            var first = await Task.WhenAny(listening.Task, process.Exited).WaitAsync(TimeSpan.FromMinutes(2), cancellationToken);
            return first == listening.Task
                ? (process, await listening.Task)
                : throw new SandboxException(
                    TakenPort().Match(process.LastWords) is { Success: true } taken
                        ? $"Azurite cannot start: port {taken.Groups["port"].Value} is taken by another program."
                        : $"Azurite ended while it was starting; its last line was: {process.LastWords}"
                );
        }
        catch (Exception failure)
        {
            await process.DisposeAsync();
            if (failure is TimeoutException)
            {
                throw new SandboxException("Azurite did not listen within two minutes.");
            }

            throw;
        }
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"Azurite (?<service>Blob|Queue|Table) service is successfully listening at http://[^:]+:(?<port>\d+)")]
    private static partial Regex ListeningLine();

    [GeneratedRegex(@"EADDRINUSE\b.*:(?<port>\d+)")]
    private static partial Regex TakenPort();
}
