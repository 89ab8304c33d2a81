using Azure.Storage.Queues;
using Baloan.Sandbox;

namespace Baloan.EndToEnd.Tests;

/// <summary>Storage, Baloan and a vault that nobody else uses, on free ports, and the function apps that are started with them.</summary>
public class SandboxFixture : IAsyncLifetime
{
    private readonly List<RunningApp> apps = [];

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public Azurite Storage { get; private set; } = null!;

    public BaloanServer Baloan { get; private set; } = null!;

    public KeyVaultEmulator Vault { get; private set; } = null!;

    public Books Books => Baloan.Books;

    /// <summary>Baloan's merchant API that the apps speak.</summary>
    protected virtual string Version => "v2";

    /// <summary>Settings that all apps of this fixture have.</summary>
    protected virtual Dictionary<string, string?> Settings =>
        new()
        {
            ["Settlements__VerifyAfter"] = "00:00:05",

            // A message whose function failed comes again at once.
            ["AzureFunctionsJobHost__extensions__queues__visibilityTimeout"] = "00:00:00",
        };

    public virtual async ValueTask InitializeAsync()
    {
        Storage = await Azurite.StartAsync(cancellationToken: Cancel);
        Baloan = await BaloanServer.StartAsync(cancellationToken: Cancel);
        Vault = await KeyVaultEmulator.StartAsync(cancellationToken: Cancel);
        Vault.SetSecret("baloan-merchant-username", Version == "v1" ? BaloanServer.StoreName : BaloanServer.StoreUuid);
        Vault.SetSecret("baloan-merchant-password", BaloanServer.StorePassword);
        Vault.SetSecret("baloan-partnership-username", BaloanServer.PartnerName);
        Vault.SetSecret("baloan-partnership-password", BaloanServer.PartnerPassword);
    }

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var app in apps)
        {
            await app.DisposeAsync();
        }

        await (Vault?.DisposeAsync() ?? default);
        await (Baloan?.DisposeAsync() ?? default);
        await (Storage?.DisposeAsync() ?? default);
        GC.SuppressFinalize(this);
    }

    /// <summary>Starts an app on this fixture; it ends with the fixture.</summary>
    public async Task<RunningApp> StartAppAsync(
        Dictionary<string, string?>? more = null,
        string? storage = null,
        string? functionKey = null,
        string? adminKey = null
    )
    {
        var settings = Settings;
        foreach (var (name, value) in more ?? [])
        {
            settings[name] = value;
        }

        var app = new RunningApp(
            await FunctionApp.StartAsync(
                new FunctionAppSettings(storage ?? Storage.ConnectionString, Baloan.BaseAddress)
                {
                    VaultUri = Vault.VaultUri,
                    VaultCertificatePath = Vault.CertificatePath,
                    MerchantApiVersion = Version,
                    FunctionKey = functionKey,
                    AdminKey = adminKey,
                    More = settings,
                },
                Cancel
            ),
            functionKey
        );
        lock (apps)
        {
            apps.Add(app);
        }

        return app;
    }

    /// <summary>A queue of the app's storage, with messages in base64.</summary>
    public QueueClient Queue(string name = "invoices") =>
        new(Storage.ConnectionString, name, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });

    /// <summary>Waits until the work queue is empty, messages that are hidden included.</summary>
    public Task QueueIsEmptyAsync() =>
        Until.TrueAsync(
            "the work queue is empty",
            async () => (await Queue().GetPropertiesAsync(Cancel)).Value.ApproximateMessagesCount == 0
        );
}

/// <summary>A fixture with one app.</summary>
public class OneAppFixture : SandboxFixture
{
    public RunningApp App { get; private set; } = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        App = await StartAppAsync();
    }
}

/// <summary>A fixture with one app that asks for keys.</summary>
public sealed class KeyedAppFixture : SandboxFixture
{
    public const string FunctionKey = "function key/with+what=has to&be?escaped";
    public const string AdminKey = "the-admin-key";

    public RunningApp App { get; private set; } = null!;

    /// <summary>Leaves time to change a customer's credit between the sending and the look that decides.</summary>
    protected override Dictionary<string, string?> Settings => new(base.Settings) { ["Settlements__VerifyAfter"] = "00:00:08" };

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        App = await StartAppAsync(functionKey: FunctionKey, adminKey: AdminKey);
    }
}
