using Baloan.Functions.OpenApi;
using Baloan.Sandbox;

namespace Baloan.Documentation.Tests;

/// <summary>The Postman collection is the one that the API's description makes, and runs against the sandbox.</summary>
public sealed class PostmanTests(RunningSandbox sandbox)
{
    private const string Name = "baloan-functions.postman_collection.json";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string Folder => Path.Combine(Repository.Folder, "samples", "postman");

    [Fact(Explicit = true)]
    public async Task The_collection_is_made_from_the_description_and_newman_runs_it()
    {
        if (!Directory.Exists(Path.Combine(Folder, "node_modules", "newman")))
        {
            await NodeAsync("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error");
        }

        var made = Directory.CreateTempSubdirectory("baloan-postman-").FullName;
        try
        {
            var description = Path.Combine(made, "openapi.json");
            await File.WriteAllTextAsync(description, ApiDocuments.OpenApi("http", "localhost:7071"), Cancel);
            await NodeAsync("node", "make.mjs", description, Path.Combine(made, Name));
            var collection = await File.ReadAllTextAsync(Path.Combine(made, Name), Cancel);
            if (Environment.GetEnvironmentVariable("BALOAN_WRITE_PAGES") is not (null or ""))
            {
                await File.WriteAllTextAsync(Path.Combine(Folder, Name), collection, Cancel);
            }

            (await File.ReadAllTextAsync(Path.Combine(Folder, Name), Cancel)).ShouldBe(
                collection,
                "samples/postman/README.md says how it is written anew."
            );
            await NodeAsync(
                "node",
                Path.Combine("node_modules", "newman", "bin", "newman.js"),
                "run",
                Name,
                "--env-var",
                $"baseUrl={sandbox.App}/api",
                "--working-dir",
                Path.GetDirectoryName(BuildPaths.SampleInvoice)!,
                "--color",
                "off",
                "--reporter-cli-no-banner"
            );
        }
        finally
        {
            Directory.Delete(made, recursive: true);
        }
    }

    private static async Task NodeAsync(string program, params string[] arguments)
    {
        var (exitCode, output) = await RunningSandbox.RunAsync(program, arguments, Folder);
        exitCode.ShouldBe(0, output);
    }
}
