using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Baloan.Sandbox;

/// <summary>What a function app of its own process is started with.</summary>
/// <param name="StorageConnectionString"><c>AzureWebJobsStorage</c>.</param>
/// <param name="BaloanAddress"><c>Baloan__BaseAddress</c>.</param>
public sealed record FunctionAppSettings(string StorageConnectionString, Uri BaloanAddress)
{
    /// <summary><c>KeyVault__Uri</c>; null for an app without a vault.</summary>
    public Uri? VaultUri { get; init; }

    /// <summary><c>KeyVault__EmulatorCertificate</c>.</summary>
    public string? VaultCertificatePath { get; init; }

    /// <summary><c>Baloan__MerchantApiVersion</c>: <c>v1</c> or <c>v2</c>.</summary>
    public string MerchantApiVersion { get; init; } = "v2";

    /// <summary>The port; 0 for any free one.</summary>
    public int Port { get; init; }

    /// <summary><c>LocalFunctionsHost__FunctionKey</c>; null: no key is asked for.</summary>
    public string? FunctionKey { get; init; }

    /// <summary><c>LocalFunctionsHost__AdminKey</c>; null: no key is asked for.</summary>
    public string? AdminKey { get; init; }

    /// <summary>Where the built or published app is; null for what the build left.</summary>
    public string? Folder { get; init; }

    /// <summary>Told of each line of its log, from any thread.</summary>
    public Action<string>? OnLogLine { get; init; }

    /// <summary>More settings, as environment variables; they win over all others.</summary>
    public IReadOnlyDictionary<string, string?> More { get; init; } = new Dictionary<string, string?>();
}

/// <summary>The function app, served by the host for one's own machine: a process of the host's and one of the app's.</summary>
public sealed partial class FunctionApp : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    private readonly ChildProcess process;
    private readonly ConcurrentQueue<string> log;

    private FunctionApp(ChildProcess process, ConcurrentQueue<string> log, Uri baseAddress)
    {
        this.process = process;
        this.log = log;
        BaseAddress = baseAddress;
    }

    /// <summary>Where it listens, with a slash at the end and without <c>api/</c>.</summary>
    public Uri BaseAddress { get; }

    /// <summary>Every line that it wrote so far, oldest first.</summary>
    public IReadOnlyList<string> LogLines => [.. log];

    /// <summary>The host's process, with which the app's ends.</summary>
    public ChildProcess Process => process;

    /// <summary>The id of the app's own process, the last one of several.</summary>
    /// <exception cref="InvalidOperationException">The log level is above Information, where the host does not tell it.</exception>
    public int WorkerId =>
        int.Parse(
            LogLines.Select(line => ReadyLine().Match(line)).Last(match => match.Success).Groups["id"].ValueSpan,
            CultureInfo.InvariantCulture
        );

    /// <summary>Whether the host has ended, or had to replace the app's process.</summary>
    public bool HasDied =>
        process.Exited.IsCompleted || log.Any(line => line.Contains("The function app's process ended", StringComparison.Ordinal));

    /// <summary>Starts the app and waits until it answers <c>GET /api/health</c>, whatever it answers.</summary>
    /// <param name="settings">Its settings.</param>
    /// <param name="cancellationToken">Gives up waiting; the process is ended.</param>
    /// <exception cref="SandboxException">It is not built, or it ended or did not answer within two minutes.</exception>
    public static async Task<FunctionApp> StartAsync(FunctionAppSettings settings, CancellationToken cancellationToken = default)
    {
        if (!File.Exists(BuildPaths.FunctionApp))
        {
            throw new SandboxException(
                $"The function app is not built: there is no {BuildPaths.FunctionApp}. Run 'dotnet build' and try again."
            );
        }

        var folder = settings.Folder ?? Path.GetDirectoryName(BuildPaths.FunctionApp)!;
        var log = new ConcurrentQueue<string>();
        var listening = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = ChildProcess.Start(
            "The function app",
            Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet",
            [BuildPaths.FunctionsHost, folder],
            EnvironmentOf(settings),
            folder,
            line =>
            {
                log.Enqueue(line);
                settings.OnLogLine?.Invoke(line);
                if (
                    ListeningLine().Match(line) is { Success: true } match
                    && Uri.TryCreate(match.Groups["address"].Value, UriKind.Absolute, out var address)
                )
                {
                    listening.TrySetResult(address);
                }
            }
        );

        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(StartLimit);
            if (await Task.WhenAny(listening.Task, process.Exited).WaitAsync(limit.Token) != listening.Task)
            {
                throw new SandboxException(DidNotStart(process));
            }

            var address = new Uri(await listening.Task, "/");
            await AnswersAsync(address, process, limit.Token);
            return new FunctionApp(process, log, address);
        }
        catch (Exception failure)
        {
            await process.DisposeAsync();
            if (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                throw new SandboxException(
                    $"The function app did not answer within {StartLimit.TotalMinutes} minutes: {process.LastWords}"
                );
            }

            throw;
        }
    }

    /// <summary>Ends it at once (SIGKILL), as a crash of its machine would.</summary>
    public Task KillAsync() => process.KillAsync();

    /// <summary>Asks it to end (SIGTERM) and waits until it has.</summary>
    public Task StopAsync() => process.StopAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => process.DisposeAsync();

    // The host's last line says why.
    private static string DidNotStart(ChildProcess process) =>
        $"The function app did not start (exit code {process.ExitCode}): {process.LastWords}";

    private static Dictionary<string, string?> EnvironmentOf(FunctionAppSettings settings)
    {
        var environment = new Dictionary<string, string?>
        {
            ["AzureWebJobsStorage"] = settings.StorageConnectionString,
            ["KeyVault__Uri"] = settings.VaultUri?.ToString(),
            ["KeyVault__EmulatorCertificate"] = settings.VaultCertificatePath,
            ["Baloan__BaseAddress"] = settings.BaloanAddress.ToString(),
            ["Baloan__MerchantApiVersion"] = settings.MerchantApiVersion,
            ["LocalFunctionsHost__FunctionKey"] = settings.FunctionKey,
            ["LocalFunctionsHost__AdminKey"] = settings.AdminKey,
            ["AZURE_FUNCTIONS_ENVIRONMENT"] = "Development",

            // Kestrel has no dynamic port for the name localhost, which stands for two addresses.
            ["ASPNETCORE_URLS"] = string.Create(
                CultureInfo.InvariantCulture,
                $"http://{(settings.Port == 0 ? "127.0.0.1" : "localhost")}:{settings.Port}"
            ),
        };
        foreach (var (name, value) in settings.More)
        {
            environment[name] = value;
        }

        return environment;
    }

    private static async Task AnswersAsync(Uri address, ChildProcess process, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { BaseAddress = address };
        while (true)
        {
            try
            {
                using var response = await client.GetAsync("api/health", cancellationToken);
                return;
            }
            catch (HttpRequestException) when (!process.Exited.IsCompleted)
            {
                await Task.Delay(100, cancellationToken);
            }
            catch (HttpRequestException)
            {
                throw new SandboxException(DidNotStart(process));
            }
        }
    }

    [GeneratedRegex(@"The function app is ready, as process (?<id>\d+)\.")]
    private static partial Regex ReadyLine();

    [GeneratedRegex(@"Listening on (?<address>http://\S+)")]
    private static partial Regex ListeningLine();
}
