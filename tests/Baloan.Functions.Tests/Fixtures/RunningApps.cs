using Baloan.Sandbox;

namespace Baloan.Functions.Tests.Fixtures;

/// <summary>The function app in this process, once for each version of Baloan's merchant API, with keys and a talkative log.</summary>
internal sealed class RunningApps : IAsyncDisposable
{
    public const string FunctionKey = "function-key-of-the-tests";
    public const string AdminKey = "admin-key-of-the-tests";

    private RunningApps(BaloanServer baloan, ServedApp second, ServedApp first) => (Baloan, Second, First) = (baloan, second, first);

    public BaloanServer Baloan { get; }

    /// <summary>Version 2, with both contracts.</summary>
    public ServedApp Second { get; }

    /// <summary>Version 1, with the merchant's contract alone.</summary>
    public ServedApp First { get; }

    public static async Task<RunningApps> StartAsync(StorageAccounts storage)
    {
        var baloan = await BaloanServer.StartAsync();
        // Loans move when a test says so.
        baloan.Loans.Step = Timeout.InfiniteTimeSpan;
        var apps = await Task.WhenAll(
            new[] { "v2", "v1" }.Select(version => ServedApp.StartAsync(baloan, storage.ConnectionString(storage.NewAccount()), version))
        );
        return new RunningApps(baloan, apps[0], apps[1]);
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Second.DisposeAsync().AsTask(), First.DisposeAsync().AsTask());
        await Baloan.DisposeAsync();
    }
}

/// <summary>One app, as processes of its own, with a vault of its own.</summary>
internal sealed record RunningApp(FunctionApp App, KeyVaultEmulator Vault, string ConnectionString) : IAsyncDisposable
{
    public static async Task<RunningApp> StartAsync(
        BaloanServer baloan,
        string connectionString,
        string version = "v2",
        params IEnumerable<KeyValuePair<string, string?>> settings
    )
    {
        var vault = await ServedApp.StartVaultAsync(version);
        var more = new Dictionary<string, string?>
        {
            ["Settlements__VerifyAfter"] = "00:00:02",
            ["AzureFunctionsJobHost__logging__logLevel__default"] = "Debug",
            ["Logging__LogLevel__Default"] = "Debug",
        };
        foreach (var (name, value) in settings)
        {
            more[name] = value;
        }

        var app = await FunctionApp.StartAsync(
            new FunctionAppSettings(connectionString, baloan.BaseAddress)
            {
                VaultUri = vault.VaultUri,
                VaultCertificatePath = vault.CertificatePath,
                MerchantApiVersion = version,
                FunctionKey = RunningApps.FunctionKey,
                AdminKey = RunningApps.AdminKey,
                More = more,
            }
        );
        return new RunningApp(app, vault, connectionString);
    }

    public ApiClient NewClient(string? key = RunningApps.FunctionKey) => new(App.BaseAddress, key);

    public async ValueTask DisposeAsync()
    {
        // At once: a sweep that is under way would otherwise be waited for.
        await App.KillAsync();
        await App.DisposeAsync();
        await Vault.DisposeAsync();
    }
}

/// <summary>Tests of the API as its callers see it.</summary>
public abstract class ApiTests(StorageAccounts storage) : IAsyncLifetime
{
    private RunningApps? apps;
    private ApiClient? api;
    private ApiClient? firstApi;

    internal BaloanServer Baloan => apps!.Baloan;

    internal RunningApps Apps => apps!;

    /// <summary>The app with version 2.</summary>
    internal ApiClient Api => api!;

    /// <summary>The app with version 1.</summary>
    internal ApiClient FirstApi => firstApi!;

    internal StorageAccounts Storage => storage;

    /// <summary>A storage account that no app uses yet.</summary>
    internal string NewStorage() => storage.ConnectionString(storage.NewAccount());

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        apps = await storage.AppsAsync();
        (api, firstApi) = (apps.Second.NewClient(), apps.First.NewClient());
    }

    public ValueTask DisposeAsync()
    {
        api?.Dispose();
        firstApi?.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
