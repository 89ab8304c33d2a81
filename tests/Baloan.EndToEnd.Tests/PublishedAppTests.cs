using System.IO.Compression;
using Baloan.Sandbox;

namespace Baloan.EndToEnd.Tests;

/// <summary>
/// What is deployed: the folder that <c>dotnet publish -c Release</c> left and <c>BALOAN_PUBLISHED</c> names, and the zip beside it.
/// Without
/// the variable these are skipped.
/// </summary>
[Collection(SharedProcesses.Name)]
public sealed class PublishedAppTests(OnDemand<SandboxFixture> fixture) : LongTests<SandboxFixture>(fixture)
{
    private static readonly string? Folder = Environment.GetEnvironmentVariable("BALOAN_PUBLISHED");

    public static bool IsNotPublished => Folder is null;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Skip = "BALOAN_PUBLISHED names no published app.", SkipWhen = nameof(IsNotPublished))]
    public void The_zip_holds_what_Functions_needs_and_nothing_besides()
    {
        using var zip = ZipFile.OpenRead(Path.Combine(Folder!, "..", "app.zip"));
        var files = zip.Entries.Select(entry => entry.FullName.Replace('\\', '/')).ToList();

        foreach (
            var needed in new[]
            {
                "host.json",
                "worker.config.json",
                "extensions.json",
                "functions.metadata",
                "Baloan.Functions.dll",
                "Baloan.Functions.deps.json",
                "Baloan.Functions.runtimeconfig.json",
                ".azurefunctions/Microsoft.Azure.WebJobs.Extensions.Storage.Queues.dll",
            }
        )
        {
            files.ShouldContain(needed);
        }

        files.Where(file => Path.GetFileName(file) == "local.settings.json").ShouldBeEmpty("settings are secrets");
        files.Where(file => Path.GetExtension(file) is ".pdb" or ".xml").ShouldBeEmpty("nobody reads them there");
        files
            .Where(file =>
                file.Contains("runtimes/", StringComparison.Ordinal)
                && !file.EndsWith('/')
                && !file.Contains("runtimes/linux", StringComparison.Ordinal)
                && !file.Contains("runtimes/unix", StringComparison.Ordinal)
            )
            .ShouldBeEmpty("it runs on Linux alone");
        files
            .Where(file =>
                file.Contains("Sandbox", StringComparison.Ordinal) || file.Contains("LocalFunctionsHost", StringComparison.Ordinal)
            )
            .ShouldBeEmpty("they are for one's own machine");
    }

    [Fact(Skip = "BALOAN_PUBLISHED names no published app.", SkipWhen = nameof(IsNotPublished))]
    public async Task A_settlement_a_callback_and_a_timer_go_through_it()
    {
        await using var process = await FunctionApp.StartAsync(
            new FunctionAppSettings(Fixture.Storage.ConnectionString, Fixture.Baloan.BaseAddress)
            {
                VaultUri = Fixture.Vault.VaultUri,
                VaultCertificatePath = Fixture.Vault.CertificatePath,
                Folder = Folder,
            },
            Cancel
        );
        await using var app = new RunningApp(process, null);

        var order = await app.AcceptAsync(Order.New());
        HappyPathTests.ShouldBeSettled(await app.EndOfAsync(order), order, Books.DefaultCredit - order.Total);
        Fixture.Books.ShouldHaveMovedOnce(order);

        var loan = Guid.NewGuid().ToString();
        (
            await app.PostAsync(
                "api/callbacks/loan-state",
                new()
                {
                    ["uuid"] = loan,
                    ["state"] = "created",
                    ["reason"] = null,
                }
            )
        ).ShouldBe(200);
        (await app.GetAsync($"api/loans/{loan}")).ShouldBe(200).Text("state").ShouldBe("created");

        await app.SweepAsync();
        await Until.TrueAsync(
            "the sweep has run",
            () => process.LogLines.Any(line => line.Contains("VerifySettlements succeeded", StringComparison.Ordinal))
        );
        process
            .LogLines.Where(line =>
                line.Contains(" fail: ", StringComparison.Ordinal) || line.Contains(" crit: ", StringComparison.Ordinal)
            )
            .ShouldBeEmpty();
    }
}
