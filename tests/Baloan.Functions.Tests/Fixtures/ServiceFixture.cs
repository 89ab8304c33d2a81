using System.Globalization;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Baloan.Client;
using Baloan.Core.Settlements;
using Baloan.Core.Storage;
using Baloan.Core.Tokens;
using Baloan.Sandbox;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;

namespace Baloan.Functions.Tests.Fixtures;

/// <summary>
/// The app's services without a host: real storage, Baloan and vault of one test's own, and a clock that the test moves. No queue
/// function runs, so that nothing happens but what the test does.
/// </summary>
internal sealed class ServiceFixture : IAsyncDisposable
{
    private readonly List<ServiceProvider> instances = [];
    private readonly List<string> secrets = [BaloanServer.StorePassword, BaloanServer.PartnerPassword, "eyJ"];
    private readonly string connectionString;
    private readonly string version;
    private readonly TimeSpan verifyAfter;

    private ServiceFixture(
        BaloanServer baloan,
        KeyVaultEmulator vault,
        ManualTime time,
        string connectionString,
        string version,
        TimeSpan verifyAfter
    )
    {
        (Baloan, Vault, Time) = (baloan, vault, time);
        (this.connectionString, this.version, this.verifyAfter) = (connectionString, version, verifyAfter);
        Services = NewInstance();
    }

    public static TimeSpan VerifyAfter { get; } = TimeSpan.FromMinutes(5);

    public BaloanServer Baloan { get; }

    public KeyVaultEmulator Vault { get; }

    public ManualTime Time { get; }

    public KeptLogs Logs { get; } = new();

    /// <summary>The first instance of the app.</summary>
    public ServiceProvider Services { get; }

    public SettlementStore Store => Services.GetRequiredService<SettlementStore>();

    public SettlementFinder Finder => Services.GetRequiredService<SettlementFinder>();

    public SettlementIntake Intake => Services.GetRequiredService<SettlementIntake>();

    public SettlementCompletion Completion => Services.GetRequiredService<SettlementCompletion>();

    public SettlementDecisions Decisions => Services.GetRequiredService<SettlementDecisions>();

    public SettlementProcessor Processor => Services.GetRequiredService<SettlementProcessor>();

    public TableClient SettlementsTable =>
        Services.GetRequiredService<StorageClients>().Tables.GetTableClient(StorageSetup.SettlementsTable);

    public TableClient IndexTable => Services.GetRequiredService<StorageClients>().Tables.GetTableClient(StorageSetup.SettlementIndexTable);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private QueueClient Queue => Services.GetRequiredService<StorageClients>().Queues.GetQueueClient(StorageSetup.WorkQueueName);

    public static async Task<ServiceFixture> StartAsync(
        StorageAccounts storage,
        string version = "v2",
        string? connectionString = null,
        Action<KeyVaultEmulator>? credentials = null,
        TimeSpan? verifyAfter = null
    )
    {
        var time = new ManualTime();
        var baloan = await BaloanServer.StartAsync(time: time, cancellationToken: Cancel);
        var vault = await KeyVaultEmulator.StartAsync(cancellationToken: Cancel);
        (credentials ?? (v => Credentials(v, version)))(vault);
        return new ServiceFixture(
            baloan,
            vault,
            time,
            connectionString ?? storage.ConnectionString(storage.NewAccount()),
            version,
            verifyAfter ?? VerifyAfter
        );
    }

    public static void Credentials(KeyVaultEmulator vault, string version)
    {
        vault.SetSecret("baloan-merchant-username", version == "v2" ? BaloanServer.StoreUuid : BaloanServer.StoreName);
        vault.SetSecret("baloan-merchant-password", BaloanServer.StorePassword);
    }

    /// <summary>Another instance of the app on the same storage, Baloan and vault.</summary>
    public ServiceProvider NewInstance(Uri? baloanAddress = null, TimeProvider? clock = null, int? retentionDays = null)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                new Dictionary<string, string?>
                {
                    ["AzureWebJobsStorage"] = connectionString,
                    ["KeyVault:Uri"] = Vault.VaultUri.ToString(),
                    ["KeyVault:EmulatorCertificate"] = Vault.CertificatePath,
                    ["Baloan:BaseAddress"] = (baloanAddress ?? Baloan.BaseAddress).ToString(),
                    ["Baloan:MerchantApiVersion"] = version,
                    ["Settlements:VerifyAfter"] = verifyAfter.ToString("c"),
                    ["Retention:Days"] = retentionDays?.ToString(CultureInfo.InvariantCulture),
                }
            )
            .Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddSingleton<IHostEnvironment>(
            new HostingEnvironment { EnvironmentName = Environments.Development, ApplicationName = "tests" }
        );
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Logs));
        services.AddBaloanFunctions(configuration);
        services.AddSingleton(clock ?? Time);
        services.AddServiceDate(Time);
        var instance = services.BuildServiceProvider();
        instances.Add(instance);
        return instance;
    }

    /// <summary>A value that must be in no log of this test.</summary>
    public string Secret(string value)
    {
        secrets.Add(value);
        return value;
    }

    /// <summary>A customer's transaction token, got as a shop does.</summary>
    public async Task<string> TransactionTokenAsync(string customer)
    {
        var client = Services.GetRequiredService<MerchantClient>();
        await client.SendOtpAsync(customer, Language.English, Cancel);
        return Secret(await client.ValidateOtpAsync(customer, MagicNumbers.Otp, Language.English, Cancel));
    }

    /// <summary>Sends a customer an OTP.</summary>
    public Task SendOtpAsync(string customer) =>
        Services.GetRequiredService<MerchantClient>().SendOtpAsync(customer, Language.English, Cancel);

    /// <summary>A settlement that is ready to be accepted: with a transaction token, or in version 1 with the OTP.</summary>
    public async Task<NewSettlement> NewAsync(
        string? customer = null,
        string? code = null,
        long total = Given.Total,
        bool withOtp = false,
        byte[]? invoice = null
    )
    {
        customer ??= Given.Customer();
        Secret(customer);
        withOtp |= version == "v1";
        string? token = null;
        if (withOtp)
        {
            await SendOtpAsync(customer);
        }
        else
        {
            token = await TransactionTokenAsync(customer);
        }

        var file = await Services
            .GetRequiredService<FileStore>()
            .SaveAsync(StorageSetup.InvoicesContainer, new MemoryStream(invoice ?? Given.Pdf()), [FileKind.Pdf], Cancel);
        return new NewSettlement(code ?? Given.Code(), customer, withOtp ? MagicNumbers.Otp : null, token, total, file!, Language.English);
    }

    /// <summary>Accepts a settlement as the POST does.</summary>
    public async Task<Settlement> AcceptAsync(string? customer = null, string? code = null, long total = Given.Total, bool withOtp = false)
    {
        var (row, isNew, _) = await Intake.AcceptAsync(await NewAsync(customer, code, total, withOtp), Cancel);
        isNew.ShouldBeTrue();
        return row;
    }

    public async Task<Settlement> FindAsync(string code) => (await Store.FindAsync(code, Cancel)).ShouldNotBeNull();

    /// <summary>What a message on the queue does, now.</summary>
    public async Task<Settlement> ProcessAsync(string code)
    {
        await Processor.ProcessAsync(code, Cancel);
        return await FindAsync(code);
    }

    /// <summary>What a message on the queue does, at the time for which it is put there.</summary>
    public async Task<Settlement> ProcessWhenDueAsync(string code)
    {
        Time.AdvanceTo((await FindAsync(code)).DueAt);
        return await ProcessAsync(code);
    }

    /// <summary>Lets the messages come, each at its time, until the settlement has ended.</summary>
    public async Task<Settlement> RunToEndAsync(string code)
    {
        for (var messages = 0; messages < 400; messages++)
        {
            var row = await ProcessWhenDueAsync(code);
            if (row.Status.HasEnded())
            {
                return row;
            }
        }

        throw new InvalidOperationException("It does not end.");
    }

    public Task SweepAsync() => Services.GetRequiredService<SettlementSweep>().SweepAsync(Cancel);

    /// <summary>How often money was moved for a code.</summary>
    public int Moved(string code) => Baloan.Books.Settlements.Count(settlement => settlement.Code == code);

    /// <summary>How many messages the queue holds, hidden ones included.</summary>
    public async Task<int> QueueLengthAsync() => (await Queue.GetPropertiesAsync(Cancel)).Value.ApproximateMessagesCount;

    /// <summary>Takes away every message, as a queue that loses them would.</summary>
    public async Task LoseMessagesAsync() => await Queue.ClearMessagesAsync(Cancel);

    /// <summary>The texts of the messages that can be seen now.</summary>
    public async Task<IReadOnlyList<string>> MessagesAsync()
    {
        PeekedMessage[] messages = await Queue.PeekMessagesAsync(32, Cancel);
        return [.. messages.Select(message => message.Body.ToString())];
    }

    /// <summary>Takes the queue away, as somebody does who clears up.</summary>
    public async Task DeleteQueueAsync() => await Queue.DeleteAsync(Cancel);

    /// <summary>Writes other bytes over a blob of an invoice.</summary>
    public async Task OverwriteAsync(string blob, byte[] content) =>
        await Services
            .GetRequiredService<StorageClients>()
            .Blobs.GetBlobContainerClient(StorageSetup.InvoicesContainer)
            .GetBlobClient(blob)
            .UploadAsync(new MemoryStream(content), overwrite: true, Cancel);

    /// <summary>The codes of a list, all pages.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(SettlementStatus? status, int top = 100)
    {
        var codes = new List<string>();
        string? after = null;
        do
        {
            (var rows, after) = await Finder.FindAsync(new() { Status = status }, top, after, Cancel);
            codes.AddRange(rows.Select(row => row.Code));
        } while (after is not null);
        return codes;
    }

    /// <summary>How many settlements are listed as under way.</summary>
    public async Task<int> OpenEntriesAsync() => await Store.ReadOpenAsync(Cancel).CountAsync(Cancel);

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in instances)
        {
            await instance.DisposeAsync();
        }

        await Baloan.DisposeAsync();
        await Vault.DisposeAsync();
        Logs.Lines.Where(line => line.Contains("after a new attempt at it was let through", StringComparison.Ordinal)).ShouldBeEmpty();
        Logs.Lines.Where(line => secrets.Exists(secret => line.Contains(secret, StringComparison.Ordinal))).ShouldBeEmpty();
    }
}
