using System.Diagnostics;
using System.Globalization;

namespace LocalFunctionsHost.Workers;

/// <summary>Starts the built function app as Azure's host does.</summary>
internal static class WorkerProcesses
{
    private const string Hooks = "DOTNET_STARTUP_HOOKS";

    /// <summary>The assembly of the app that was built into a folder.</summary>
    /// <exception cref="FunctionsHostException">There is no function app in the folder.</exception>
    public static string AssemblyOf(string folder)
    {
        var file = Path.Combine(folder, "worker.config.json");
        if (!File.Exists(file))
        {
            throw new FunctionsHostException(
                $"There is no function app in {folder}: it has no worker.config.json. Run 'dotnet build' and try again."
            );
        }

        using var config = HostSettings.Parse(file);
        return Path.Combine(folder, config.RootElement.GetProperty("description").GetProperty("defaultWorkerPath").GetString()!);
    }

    public static WorkerProcess Start(string folder, string assembly, LocalSettings local, Uri address, string id)
    {
        var start = new ProcessStartInfo(
            Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet"
        )
        {
            ArgumentList =
            {
                assembly,
                "--functions-uri",
                address.ToString(),
                "--functions-worker-id",
                id,
                "--functions-request-id",
                Guid.NewGuid().ToString(),
                "--functions-grpc-max-message-length",
                int.MaxValue.ToString(CultureInfo.InvariantCulture),
            },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        if (OperatingSystem.IsWindows())
        {
            start.CreateNewProcessGroup = true;
        }

        foreach (var (name, value) in local.Values)
        {
            start.Environment[name] = value;
        }

        var others = Environment.GetEnvironmentVariable(Hooks);
        start.Environment[StartupHook.Others] = others;
        start.Environment[Hooks] = string.Join(
            Path.PathSeparator,
            new[] { typeof(StartupHook).Assembly.Location, others }.Where(hook => !string.IsNullOrEmpty(hook))
        );
        start.Environment["FUNCTIONS_APPLICATION_DIRECTORY"] = folder;
        start.Environment["FUNCTIONS_WORKER_DIRECTORY"] = folder;
        // The host's own address.
        start.Environment.Remove("ASPNETCORE_URLS");

        var process = Process.Start(start)!;
        var lastWords = "";
        void Tell(TextWriter writer, string? line)
        {
            if (line is not null)
            {
                writer.WriteLine(line);
                lastWords = line.Length == 0 || line.StartsWith("   at ", StringComparison.Ordinal) ? lastWords : line;
            }
        }

        process.OutputDataReceived += (_, line) => Tell(Console.Out, line.Data);
        process.ErrorDataReceived += (_, line) => Tell(Console.Error, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new WorkerProcess(
            process.Id,
            ExitAsync(),
            () =>
            {
                if (!process.HasExited)
                {
                    process.Kill();
                }
            }
        );

        async Task<string> ExitAsync()
        {
            // Its output ends after it.
            await process.WaitForExitAsync();
            return $"exit code {process.ExitCode}" + (lastWords.Length == 0 ? "." : $"; the last thing it wrote is: {lastWords}");
        }
    }
}
