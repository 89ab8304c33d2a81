using System.Globalization;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;

[assembly: AssemblyFixture(typeof(StorageAccounts))]

// Most tests wait for other processes most of the time.
[assembly: CollectionBehavior(MaxParallelThreads = 6)]

namespace Baloan.Functions.Tests.Fixtures;

/// <summary>One Azurite with a storage account for each test, so that no test's sweep or queue sees another's rows.</summary>
public sealed class StorageAccounts : IAsyncLifetime
{
    private const int Count = 400;
    private const string AccountsVariable = "AZURITE_ACCOUNTS";
    private static readonly string Key = Convert.ToBase64String(new byte[64]);

    private readonly Lazy<Task<RunningApps>> apps;
    private Azurite? azurite;
    private int taken;

    public StorageAccounts() => apps = new(() => RunningApps.StartAsync(this));

    internal Azurite Azurite => azurite ?? throw new InvalidOperationException("Azurite is not started.");

    public async ValueTask InitializeAsync()
    {
        // Azurite reads its accounts from the environment that it inherits.
        Environment.SetEnvironmentVariable(AccountsVariable, string.Join(';', Enumerable.Range(0, Count).Select(i => $"{Name(i)}:{Key}")));
        try
        {
            azurite = await Azurite.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        }
        finally
        {
            Environment.SetEnvironmentVariable(AccountsVariable, null);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (apps.IsValueCreated)
        {
            await (await apps.Value).DisposeAsync();
        }

        if (azurite is not null)
        {
            await azurite.DisposeAsync();
        }
    }

    /// <summary>The running apps, started when the first test needs them.</summary>
    internal Task<RunningApps> AppsAsync() => apps.Value;

    /// <summary>The name of an account that nobody else uses.</summary>
    internal string NewAccount()
    {
        var number = Interlocked.Increment(ref taken) - 1;
        return number < Count ? Name(number) : throw new InvalidOperationException("More accounts are needed; raise the count.");
    }

    internal string ConnectionString(string account) => ConnectionString(account, Azurite.BlobPort, Azurite.QueuePort, Azurite.TablePort);

    internal static string ConnectionString(string account, int blobPort, int queuePort, int tablePort) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"DefaultEndpointsProtocol=http;AccountName={account};AccountKey={Key};BlobEndpoint=http://127.0.0.1:{blobPort}/{account};"
                + $"QueueEndpoint=http://127.0.0.1:{queuePort}/{account};TableEndpoint=http://127.0.0.1:{tablePort}/{account};"
        );

    private static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"account{number:D4}");
}
