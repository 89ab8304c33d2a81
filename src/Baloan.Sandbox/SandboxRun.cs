using System.Globalization;

namespace Baloan.Sandbox;

/// <summary>One run of the sandbox: starts everything, shows a settlement and a loan, stays up until it is told to end.</summary>
internal sealed class SandboxRun(SandboxOptions options, SandboxConsole console)
{
    // A Ctrl-C reaches the children too, and may do so first.
    private static readonly TimeSpan SignalLag = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken ending)
    {
        RequireFree(options.AppPort, "the function app", "--app-port");
        RequireFree(options.BaloanPort, "Baloan's sandbox", "--baloan-port");
        RequireFree(options.VaultPort, "the Key Vault emulator", "--vault-port");
        var folder = Directory.CreateDirectory(options.DataFolder ?? DefaultFolder()).FullName;
        using var lockFile = Lock(folder);

        console.Title("Starting");
        await using var azurite = await StartAzuriteAsync(EmptyFolder(folder, "azurite-storage"), ending);
        await using var baloan = await BaloanServer.StartAsync(options.BaloanPort, cancellationToken: ending);
        console.Done($"Baloan's sandbox   {baloan.BaseAddress}");
        await using var vault = await KeyVaultEmulator.StartAsync(options.VaultPort, Path.Combine(folder, "vault.pem"), ending);
        var store = options.MerchantVersion == "v1" ? BaloanServer.StoreName : BaloanServer.StoreUuid;
        vault.SetSecret("baloan-merchant-username", store);
        vault.SetSecret("baloan-merchant-password", BaloanServer.StorePassword);
        vault.SetSecret("baloan-partnership-username", BaloanServer.PartnerName);
        vault.SetSecret("baloan-partnership-password", BaloanServer.PartnerPassword);
        console.Done($"Key Vault emulator {vault.VaultUri}");

        var logPath = Path.Combine(folder, "function-app.log");
        await using var log = TextWriter.Synchronized(new StreamWriter(logPath) { AutoFlush = true });
        await using var app = await StartAppAsync(azurite, baloan, vault, log, ending);

        baloan.Loans.Step = options.LoanStep;
        baloan.Loans.CallbackUrl = new Uri(
            app.BaseAddress,
            "api/callbacks/loan-state" + (options.Key is { } key ? $"?code={Uri.EscapeDataString(key)}" : "")
        );

        using (var either = CancellationTokenSource.CreateLinkedTokenSource(ending))
        {
            var demonstration = DemonstrateAsync(app.BaseAddress, baloan, either.Token);
            if (await Task.WhenAny(demonstration, azurite.Process.Exited, app.Process.Exited) != demonstration)
            {
                await either.CancelAsync();
                await ((Task)demonstration).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await ThrowForTheDeadAsync(azurite, app, ending);
            }

            await demonstration;
        }

        if (options.Once)
        {
            console.Title("What to try next");
            console.Rows([
                ("Let it run", "dotnet run --project src/Baloan.Sandbox"),
                ("Then its console", "http://localhost:7071/api/console, in a browser"),
                ("and its API", "http://localhost:7071/api/docs, to read and to try"),
                ("Your own shop", "docs/api.md, with examples to copy in samples/"),
                ("Make calls go wrong", "docs/sandbox.md, with magic numbers"),
            ]);
            return;
        }

        console.Title("Running");
        console.Rows([
            ("Function app", $"{app.BaseAddress}api/"),
            ("Its function key", options.Key ?? "none is asked for (--key sets one)"),
            ("Its health", $"{app.BaseAddress}api/health"),
            ("Its log", logPath),
            ("Baloan's sandbox", $"{baloan.BaseAddress} (magic numbers that make calls go wrong)"),
            ("Its books", $"{baloan.BaseAddress}books"),
            ("Key Vault", vault.VaultUri.ToString()),
            ("Its certificate", vault.CertificatePath),
            ("Storage", azurite.ConnectionString),
        ]);
        console.Text(
            string.Create(
                CultureInfo.InvariantCulture,
                $"\n  A settlement without an answer is found out after {options.VerifyAfter.TotalSeconds:0.###} s here, and a loan "
                    + $"moves on every {options.LoanStep.TotalSeconds:0.###} s."
            )
        );
        console.Text($"  Press Ctrl-C to end everything. Now open the console, in Persian and English:\n\n  {app.BaseAddress}api/console");

        var ended = Task.Delay(Timeout.Infinite, ending);
        if (await Task.WhenAny(ended, azurite.Process.Exited, app.Process.Exited) != ended)
        {
            await ThrowForTheDeadAsync(azurite, app, ending, quiet: true);
        }

        console.Title("Ending");
    }

    private static async Task ThrowForTheDeadAsync(Azurite azurite, FunctionApp app, CancellationToken ending, bool quiet = false)
    {
        await Task.Delay(SignalLag, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (quiet && ending.IsCancellationRequested)
        {
            return;
        }

        ending.ThrowIfCancellationRequested();
        var dead = azurite.Process.Exited.IsCompleted ? azurite.Process : app.Process;
        throw new SandboxException(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{dead.Name} ended by itself with exit code {dead.ExitCode}; its last line was: {dead.LastWords}"
            )
        );
    }

    private static void RequireFree(int port, string name, string option)
    {
        if (port != 0 && !Ports.IsFree(port))
        {
            throw new SandboxException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Port {port} is taken, so {name} cannot start; end the program that uses it, or choose another port with {option}."
                )
            );
        }
    }

    private static string DefaultFolder()
    {
        var here = new DirectoryInfo(Environment.CurrentDirectory);
        for (var folder = here; folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Baloan.Functions.sln")))
            {
                return Path.Combine(folder.FullName, ".sandbox");
            }
        }

        return Path.Combine(here.FullName, ".sandbox");
    }

    // Baloan's books and the vault begin empty, and what is left of an earlier run would not fit them.
    private static string EmptyFolder(string parent, string name)
    {
        var folder = Path.Combine(parent, name);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        return folder;
    }

    private static FileStream Lock(string folder)
    {
        try
        {
            return new FileStream(
                Path.Combine(folder, "lock"),
                FileMode.OpenOrCreate,
                FileAccess.ReadWrite,
                FileShare.None,
                1,
                FileOptions.DeleteOnClose
            );
        }
        catch (IOException)
        {
            throw new SandboxException($"Another sandbox is using {folder}; end it, or choose another folder with --data.");
        }
    }

    private async Task DemonstrateAsync(Uri app, BaloanServer baloan, CancellationToken cancellationToken)
    {
        console.Title($"A settlement, with Baloan's merchant API {options.MerchantVersion}");
        await new SettlementDemonstration(app, options.Key, baloan, options.MerchantVersion, console).RunAsync(cancellationToken);
        console.Title("A loan, with Baloan's partnership API");
        await new LoanDemonstration(app, options.Key, baloan, console).RunAsync(cancellationToken);
    }

    private async Task<Azurite> StartAzuriteAsync(string folder, CancellationToken cancellationToken)
    {
        var first = options.StoragePort;
        var taken = first == 0 ? [] : Enumerable.Range(first, 3).Where(port => !Ports.IsFree(port)).ToList();
        int Port(int offset) => first == 0 || taken.Count > 0 ? 0 : first + offset;
        var azurite = await console.WaitAsync(
            "Azurite is starting",
            () => Azurite.StartAsync(folder, Port(0), Port(1), Port(2), cancellationToken)
        );
        console.Done(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Azurite (storage)  ports {azurite.BlobPort} (blobs), {azurite.QueuePort} (queues), {azurite.TablePort} (tables)"
            )
        );
        if (taken.Count > 0)
        {
            console.Note($"Free ports, because {string.Join(", ", taken)} {(taken.Count == 1 ? "is" : "are")} taken by another program.");
        }

        return azurite;
    }

    private async Task<FunctionApp> StartAppAsync(
        Azurite azurite,
        BaloanServer baloan,
        KeyVaultEmulator vault,
        TextWriter log,
        CancellationToken cancellationToken
    )
    {
        var settings = new FunctionAppSettings(azurite.ConnectionString, baloan.BaseAddress)
        {
            VaultUri = vault.VaultUri,
            VaultCertificatePath = vault.CertificatePath,
            MerchantApiVersion = options.MerchantVersion,
            Port = options.AppPort,
            FunctionKey = options.Key,
            OnLogLine = log.WriteLine,
            More = new Dictionary<string, string?>
            {
                ["Settlements__VerifyAfter"] = options.VerifyAfter.ToString("c", CultureInfo.InvariantCulture),
            },
        };
        var app = await console.WaitAsync("The function app is starting", () => FunctionApp.StartAsync(settings, cancellationToken));
        console.Done($"Function app       {app.BaseAddress}");
        return app;
    }
}
