using System.Diagnostics;
using System.Reflection;
using System.Reflection.PortableExecutable;
using Baloan.Sandbox;

namespace Baloan.Benchmarks.Surroundings;

/// <summary>The app and its rivals, compiled as they are deployed: Release and ReadyToRun.</summary>
/// <param name="App">The app's assembly.</param>
/// <param name="Host">The assembly of the host that serves it.</param>
/// <param name="Rivals">The rivals' assembly.</param>
/// <param name="ReadyToRun">Whether it was compiled ahead; not where the package of the compiler cannot be had.</param>
internal sealed record Published(string App, string Host, string Rivals, bool ReadyToRun)
{
    public static string SourceFolder { get; } =
        typeof(Published).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "SourceFolder").Value!;

    /// <param name="anew">Whether it is compiled; if not, the last run has done so.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<Published> MakeAsync(bool anew, CancellationToken cancellationToken)
    {
        var ready = true;
        async Task<string> PublishAsync(string folder, string name)
        {
            // A folder of its own for what the compiler keeps: another runtime identifier restores otherwise.
            var artifacts = Path.Combine(AppContext.BaseDirectory, "compiled");
            var output = Path.Combine(AppContext.BaseDirectory, "published", name);
            var assembly = Path.Combine(output, $"{name}.dll");
            if (!anew)
            {
                ready = ready && IsReadyToRun(assembly);
                return assembly;
            }

            string[] shared =
            [
                "publish",
                Path.Combine(SourceFolder, folder, name),
                "-c",
                "Release",
                "--artifacts-path",
                artifacts,
                "-o",
                output,
                // Not over those that the projects hold: they are for no runtime in particular.
                "-p:NuGetLockFilePath=obj/benchmarks.lock.json",
                "-v",
                "quiet",
            ];
            ready =
                ready
                && await RunAsync(
                    [.. shared, "--use-current-runtime", "--no-self-contained", "-p:PublishReadyToRun=true"],
                    cancellationToken
                )
                    is null;
            if (!ready && await RunAsync(shared, cancellationToken) is { } failure)
            {
                throw new SandboxException($"{name} could not be published: {failure}");
            }

            return assembly;
        }

        var app = await PublishAsync("src", "Baloan.Functions");
        var host = await PublishAsync("src", "LocalFunctionsHost");
        var rivals = await PublishAsync("perf", "Baloan.Benchmarks.Rivals");
        return new Published(app, host, rivals, ready);
    }

    private static bool IsReadyToRun(string assembly)
    {
        if (!File.Exists(assembly))
        {
            throw new SandboxException($"There is no {assembly}: run once without --no-compile.");
        }

        using var image = new PEReader(File.OpenRead(assembly));
        return image.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size > 0;
    }

    /// <returns>What it said where it failed; null where it did not.</returns>
    private static async Task<string?> RunAsync(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        // Of the build that started this.
        start.Environment.Remove("MSBUILD_EXE_PATH");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0 ? null : $"{await output}{await errors}".Trim();
    }
}
