using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Baloan.Sandbox;

namespace Baloan.Documentation.Tests;

/// <summary>The client as a package: packed, added to a new app, and asked for a credit with the lines of its README.</summary>
public sealed class PackageTests(RunningSandbox sandbox)
{
    private const string ReadMe = "src/Baloan.Client/README.md";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task A_new_app_that_adds_the_package_gets_a_credit_with_the_lines_of_its_readme()
    {
        var folder = Directory.CreateTempSubdirectory("baloan-package-").FullName;
        try
        {
            var packages = Path.Combine(folder, "packages");
            await DotnetAsync(
                Repository.Folder,
                "pack",
                "src/Baloan.Client",
                "-c",
                "Release",
                "-o",
                packages,
                "--artifacts-path",
                Path.Combine(folder, "artifacts")
            );
            var package = Directory.EnumerateFiles(packages, "Baloan.Client.*.nupkg").ShouldHaveSingleItem();
            Directory.EnumerateFiles(packages, "Baloan.Client.*.snupkg").ShouldHaveSingleItem();
            await ShouldHoldAsync(package, "README.md", "lib/net10.0/Baloan.Client.dll", "lib/net10.0/Baloan.Client.xml");

            var app = Directory.CreateDirectory(Path.Combine(folder, "app")).FullName;
            var code = FencedBlock.Of(ReadMe).Single(block => block.Language == "csharp").Text;
            code.ShouldContain("http://localhost:7090");
            await File.WriteAllTextAsync(
                Path.Combine(app, "Program.cs"),
                code.Replace("http://localhost:7090", sandbox.Baloan, StringComparison.Ordinal),
                Cancel
            );
            await File.WriteAllTextAsync(
                Path.Combine(app, "app.csproj"),
                """
                <Project Sdk="Microsoft.NET.Sdk.Web">
                  <PropertyGroup><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable></PropertyGroup>
                </Project>
                """,
                Cancel
            );
            await File.WriteAllTextAsync(
                Path.Combine(app, "nuget.config"),
                $"""
                <configuration>
                  <config><add key="globalPackagesFolder" value="{Path.Combine(folder, "cache")}" /></config>
                  <packageSources><add key="local" value="{packages}" /></packageSources>
                </configuration>
                """,
                Cancel
            );
            await DotnetAsync(app, "add", "package", "Baloan.Client");
            await DotnetAsync(app, "build");

            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
            listener.Stop();
            await using var running = ChildProcess.Start(
                "The app",
                "dotnet",
                [Path.Combine(app, "bin", "Debug", "net10.0", "app.dll")],
                new Dictionary<string, string?> { ["ASPNETCORE_URLS"] = address },
                app
            );
            using var http = new HttpClient { BaseAddress = new Uri(address) };

            (await CreditAsync(http, running)).ShouldBe("100000000");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<string> CreditAsync(HttpClient http, ChildProcess running)
    {
        while (true)
        {
            try
            {
                return await http.GetStringAsync("/credit/0089123456", Cancel);
            }
            catch (HttpRequestException unreachable) when (unreachable.StatusCode is null)
            {
                running.Exited.IsCompleted.ShouldBeFalse(running.LastWords);
                await Task.Delay(100, Cancel);
            }
        }
    }

    private static async Task DotnetAsync(string folder, params string[] arguments)
    {
        var (exitCode, output) = await RunningSandbox.RunAsync(
            "dotnet",
            arguments,
            folder,
            new Dictionary<string, string?> { ["MSBUILDDISABLENODEREUSE"] = "1" }
        );
        exitCode.ShouldBe(0, $"dotnet {string.Join(' ', arguments)}\n{output}");
    }

    private static async Task ShouldHoldAsync(string package, params string[] entries)
    {
        await using var zip = await System.IO.Compression.ZipFile.OpenReadAsync(package, Cancel);
        entries.ShouldBeSubsetOf(zip.Entries.Select(entry => entry.FullName));
    }
}
