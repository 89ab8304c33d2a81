using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Baloan.Sandbox;

namespace Baloan.EndToEnd.Tests.Chaos;

/// <summary>One run: starts everything, lets callers and faults loose, waits for what is under way, and compares the books.</summary>
internal sealed class ChaosRun(ChaosSettings settings) : IAsyncDisposable
{
    // Below the ports that systems hand out: another connection must not take the emulator's while it is down.
    private const int FirstPort = 20_000;
    private const int LastPort = 32_000;

    // The emulator of storage is one thread: what it cannot bear is not what is tried here.
    private const int MostUnderWay = 120;

    private readonly ChaosLedger ledger = new();
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };
    private readonly List<ChaosApp> apps = [];
    private readonly List<StorageProxy> proxies = [];
    private readonly List<Task> callers = [];
    private readonly Dictionary<string, HashSet<long>> totals = [];
    private readonly HashSet<string> touched = [];
    private readonly TaskCompletionSource faultsOver = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DirectoryInfo logs = settings.Logs is { } folder
        ? Directory.CreateDirectory(folder)
        : Directory.CreateTempSubdirectory("baloan-chaos-");
    private Azurite storage = null!;
    private BaloanServer baloan = null!;
    private KeyVaultEmulator vault = null!;
    private FrontDoor door = null!;
    private Subscriber subscriber = null!;
    private ChaosFaults faults = null!;
    private int errands;
    private bool allWell;

    /// <summary>Runs it once and prints its tables.</summary>
    /// <returns>What must not be; empty where all is well.</returns>
    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellationToken)
    {
        var report = new ChaosReport(settings, ledger);
        report.Begin();
        await StartAsync(cancellationToken);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(settings.Duration);
        var harm = faults.RunAsync(stop.Token);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await DriveAsync(stop.Token, ending.Token);
        await harm;
        cancellationToken.ThrowIfCancellationRequested();

        var windDown = Stopwatch.StartNew();
        report.WindDown(callers.Count(caller => !caller.IsCompleted));
        await Until.TrueAsync("both apps are up", () => apps.All(app => app.Up is not null));
        door.Open(apps[0].Up!);
        faultsOver.SetResult();
        ending.CancelAfter(ChaosSettings.WindDownLimit);
        await Task.WhenAll(callers);

        var audit = new ChaosAudit(
            ledger,
            baloan,
            storage,
            subscriber,
            apps,
            new Caller(apps, http, settings.Seed, () => false),
            touched,
            faults
        );
        await audit.RunAsync(cancellationToken);
        await File.WriteAllLinesAsync(
            Path.Combine(logs.FullName, "callers.log"),
            ledger.Errands.SelectMany(errand => errand.History.Prepend($"{errand.Kind} {errand.Name}: {errand.End}").Append("")),
            cancellationToken
        );
        report.Print(faults, audit, callers.Count, windDown.Elapsed, logs.FullName);
        allWell = ledger.Findings.Count == 0;
        return ledger.Findings;
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(apps.Select(app => app.DisposeAsync().AsTask()));
        foreach (var proxy in proxies)
        {
            await proxy.DisposeAsync();
        }

        await (subscriber?.DisposeAsync() ?? default);
        await (baloan?.DisposeAsync() ?? default);
        await (door?.DisposeAsync() ?? default);
        await (vault?.DisposeAsync() ?? default);
        await (storage?.DisposeAsync() ?? default);
        http.Dispose();
        if (allWell && settings.Logs is null)
        {
            logs.Delete(recursive: true);
        }
    }

    private static int[] FreePorts(int count) =>
        [.. Enumerable.Range(0, 1000).Select(_ => Random.Shared.Next(FirstPort, LastPort)).Distinct().Where(Ports.IsFree).Take(count)];

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        var ports = FreePorts(3);
        storage = await Azurite.StartAsync(null, ports[0], ports[1], ports[2], cancellationToken);
        baloan = await BaloanServer.StartAsync(cancellationToken: cancellationToken);
        vault = await KeyVaultEmulator.StartAsync(cancellationToken: cancellationToken);
        vault.SetSecret("baloan-merchant-username", BaloanServer.StoreUuid);
        vault.SetSecret("baloan-merchant-password", BaloanServer.StorePassword);
        vault.SetSecret("baloan-partnership-username", BaloanServer.PartnerName);
        vault.SetSecret("baloan-partnership-password", BaloanServer.PartnerPassword);
        subscriber = await Subscriber.StartAsync(ledger);
        door = await FrontDoor.StartAsync();
        (baloan.Loans.CallbackUrl, baloan.Loans.Step) = (door.CallbackUrl, TimeSpan.FromSeconds(1.5));

        var appSettings = new FunctionAppSettings("", baloan.BaseAddress)
        {
            VaultUri = vault.VaultUri,
            VaultCertificatePath = vault.CertificatePath,
            More = new Dictionary<string, string?>
            {
                ["Settlements__VerifyAfter"] = ChaosSettings.VerifyAfter.ToString(),

                // So that a run of minutes does not wait for half-minutes: what a dead process held, and what failed, comes back soon.
                ["LocalFunctionsHost__QueueLease"] = "00:00:06",
                ["AzureFunctionsJobHost__extensions__queues__visibilityTimeout"] = "00:00:05",
            },
        };
        foreach (var name in new[] { "app 1", "app 2" })
        {
            var proxy = await StorageProxy.StartAsync(storage);
            proxies.Add(proxy);
            apps.Add(
                new ChaosApp(
                    name,
                    appSettings,
                    proxy,
                    Path.Combine(logs.FullName, $"{name.Replace(" ", "-", StringComparison.Ordinal)}.log"),
                    at =>
                    {
                        faults.OutageEnded("app", at);
                        if (apps.Select(app => app.Up).FirstOrDefault(up => up is not null) is { } up)
                        {
                            door.Open(up);
                        }
                    },
                    words => ledger.Add(new Finding(ErrandKind.Callback, name, Wrong.SaidWrong, words))
                )
            );
        }

        faults = new ChaosFaults(settings.Seed, storage, baloan, vault, apps, subscriber, door);
        await Until.TrueAsync("both apps are up", () => apps.All(app => app.Up is not null));
        door.Open(apps[0].Up!);
        (await apps[0].Up!.PostAsync("api/subscriptions", new JsonObject { ["callback_url"] = subscriber.CallbackUrl })).ShouldBe(201);
    }

    /// <summary>Begins things at the set rate until it is told to stop; none while too many are under way.</summary>
    private async Task DriveAsync(CancellationToken stop, CancellationToken ending)
    {
        var random = new Random(settings.Seed);
        var began = Stopwatch.StartNew();
        for (var due = 0.0; !stop.IsCancellationRequested; due += -Math.Log(1 - random.NextDouble()) / settings.Rate)
        {
            if (due - began.Elapsed.TotalSeconds is > 0 and var wait)
            {
                await Task.Delay(TimeSpan.FromSeconds(wait), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (!stop.IsCancellationRequested && callers.Count(caller => !caller.IsCompleted) < MostUnderWay)
            {
                var errand = Next(random);
                ledger.Add(errand);
                callers.Add(RunAsync(errand, ending));
            }
        }
    }

    private async Task RunAsync(Errand errand, CancellationToken ending)
    {
        await Task.Yield();
        try
        {
            await errand.RunAsync(ending);
        }
        catch (OperationCanceledException)
        {
            if (errand.AcceptedAt is not null)
            {
                ledger.Add(errand, Wrong.Lost, $"it had not ended {ChaosSettings.WindDownLimit.TotalMinutes} minutes after the last fault");
            }
        }
        catch (Exception fault)
        {
            ledger.Add(errand, Wrong.SaidWrong, $"its caller could not make sense of it: {fault}");
        }
    }

    private Errand Next(Random random)
    {
        var caller = new Caller(apps, http, unchecked((settings.Seed * 7919) + errands++), () => !faultsOver.Task.IsCompleted);
        return random.Next(100) switch
        {
            < 55 => new SettlementErrand(NextOrder(random), caller, ledger, baloan, faultsOver.Task),
            < 70 => new UploadErrand($"upload {errands}", Order.New().Invoice, caller, ledger),
            < 85 => new LoanErrand(NextBorrower(random), random.Next(5) == 0, caller, ledger, baloan),
            _ => new CallbackErrand(Guid.NewGuid(), apps, caller, ledger),
        };
    }

    /// <summary>An order of somebody new, or of one who has ordered before, whose orders have to wait for each other.</summary>
    private Order NextOrder(Random random)
    {
        var customer =
            totals.Count > 0 && random.Next(10) < 3
                ? totals.Keys.ElementAt(totals.Count - 1 - random.Next(Math.Min(20, totals.Count)))
                : Order.NewCustomer();
        if (!totals.TryGetValue(customer, out var before))
        {
            totals[customer] = before = [];
        }

        // No total of a customer twice: that is the coincidence that deceives whoever goes by the credit. And no magic one.
        long total;
        do
        {
            total = (random.Next(100, 20_000) * 100L) + 77;
        } while (!before.Add(total));
        return new Order(customer, total);
    }

    /// <summary>Somebody new; now and then a customer, whose credit the guarantee changes while a settlement may be under way.</summary>
    private Borrower NextBorrower(Random random) =>
        totals.Count > 0 && random.Next(8) == 0 && totals.Keys.ElementAt(totals.Count - 1) is var customer && touched.Add(customer)
            ? new Borrower(customer)
            : Borrower.New();
}
