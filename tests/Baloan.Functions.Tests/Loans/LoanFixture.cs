using System.Text;
using System.Text.Json.Nodes;
using Azure.Data.Tables;
using Baloan.Core.Events;
using Baloan.Core.Loans;
using Baloan.Core.Storage;
using Baloan.Functions.Tests.Fixtures;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;

namespace Baloan.Functions.Tests.Loans;

/// <summary>The app's services without a host, on real storage. Each callback comes a second after the one before it.</summary>
public sealed class LoanFixture : IAsyncDisposable
{
    private readonly string connectionString;
    private readonly KeptLogs logs = new();
    private readonly List<ServiceProvider> instances = [];

    /// <summary>A fixture with an account of its own.</summary>
    public LoanFixture(StorageAccounts storage)
        : this(storage.ConnectionString(storage.NewAccount())) { }

    internal LoanFixture(string connectionString)
    {
        this.connectionString = connectionString;
        Services = NewInstance();
    }

    internal LoanClock Clock { get; } = new();

    internal ServiceProvider Services { get; }

    internal LoanStore Store => Services.GetRequiredService<LoanStore>();

    internal LoanRecorder Recorder => Services.GetRequiredService<LoanRecorder>();

    internal TableClient Index => Services.GetRequiredService<StorageClients>().Tables.GetTableClient(StorageSetup.LoanIndexTable);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    internal static string NewUuid() => Guid.NewGuid().ToString();

    /// <summary>Another instance of the app on the same storage.</summary>
    internal ServiceProvider NewInstance(string? storage = null)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                new Dictionary<string, string?>
                {
                    ["AzureWebJobsStorage"] = storage ?? connectionString,
                    ["Subscriptions:AllowedHosts"] = "example.com",
                }
            )
            .Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddSingleton<IHostEnvironment>(new HostingEnvironment { EnvironmentName = Environments.Development });
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(logs));
        services.AddBaloanFunctions(configuration);
        services.AddSingleton<TimeProvider>(Clock);
        services.AddServiceDate(Clock);
        var instance = services.BuildServiceProvider();
        instances.Add(instance);
        return instance;
    }

    /// <summary>A callback that comes a second after the one before it.</summary>
    internal LoanCallback Callback(string uuid, string state, string? reason = null)
    {
        Clock.Advance(TimeSpan.FromSeconds(1));
        var body = new JsonObject
        {
            ["uuid"] = uuid,
            ["state"] = state,
            ["reason"] = reason,
        };
        return new LoanCallback(
            Guid.NewGuid().ToString(),
            uuid,
            LoanStates.Normalize(state),
            reason,
            Clock.GetUtcNow(),
            Encoding.UTF8.GetBytes(body.ToJsonString())
        );
    }

    internal Task<LoanVerdict> RecordAsync(string uuid, string state, string? reason = null) =>
        Store.RecordAsync(Callback(uuid, state, reason), Cancel);

    internal LoanOpening Opening(string uuid) =>
        new(uuid, 20_000_000, 12, 1, """{"monthly_installment_amount":1057616,"total_payback":12691397}""", Clock.GetUtcNow());

    internal async Task<Loan> FindAsync(string uuid) => (await Store.FindAsync(uuid, Cancel)).ShouldNotBeNull();

    /// <summary>The rows of its history, oldest first, with how often each came.</summary>
    internal async Task<IReadOnlyList<LoanHistoryEntry>> HistoryAsync(string uuid)
    {
        var table = Services.GetRequiredService<StorageClients>().Tables.GetTableClient(StorageSetup.LoansTable);
        // Without the loan's own row, and without those under which unknown states are read.
        var rows = await table
            .QueryAsync<LoanHistoryEntry>(
                TableClient.CreateQueryFilter(
                    $"PartitionKey eq {uuid} and RowKey ne {Loan.Row} and RowKey lt {LoanHistoryEntry.FirstRecentKey}"
                ),
                cancellationToken: Cancel
            )
            .ToListAsync(Cancel);
        return [.. rows.OrderBy(row => row.ReceivedAt).ThenBy(row => row.RowKey, StringComparer.Ordinal)];
    }

    internal async Task<byte[]> BodyOfAsync(LoanHistoryEntry entry)
    {
        var table = Services.GetRequiredService<StorageClients>().Tables.GetTableClient(StorageSetup.LoansTable);
        return (await table.GetEntityAsync<LoanHistoryEntry>(entry.PartitionKey, entry.RowKey, cancellationToken: Cancel)).Value.Body;
    }

    /// <summary>Somebody who wants to hear of every loan.</summary>
    internal Task SubscribeAsync() =>
        Services
            .GetRequiredService<SubscriptionStore>()
            .SaveAsync(
                new Subscription
                {
                    RowKey = "somebody",
                    CallbackUrl = "https://example.com/hook",
                    Events = SubscriberEvent.LoanState,
                    CreatedAt = Clock.GetUtcNow(),
                },
                Cancel
            );

    /// <summary>The history as text: state, note where there is one, and how often it came.</summary>
    internal async Task<string> StoryAsync(string uuid) =>
        string.Join(
            ", ",
            (await HistoryAsync(uuid)).Select(entry =>
                $"{entry.State}{(entry.Note is null ? "" : $" ({entry.Note})")}{(entry.Times == 1 ? "" : $" x{entry.Times}")}"
            )
        );

    /// <summary>The loans of a list, all pages.</summary>
    internal async Task<IReadOnlyList<Loan>> ListAsync(string? state = null, int top = 100)
    {
        var loans = new List<Loan>();
        string? after = null;
        do
        {
            (var rows, after) = await Store.ListAsync(state, top, after, Cancel);
            rows.Count.ShouldBeLessThanOrEqualTo(top);
            loans.AddRange(rows);
        } while (after is not null);
        return loans;
    }

    /// <summary>The lists in which a loan stands; in the list of all it has to stand once.</summary>
    internal async Task<string> ListsOfAsync(string uuid)
    {
        var lists = new List<string>();
        foreach (var state in (await EntriesOfAsync(uuid)).Select(entry => entry.PartitionKey).Intersect(LoanStates.All))
        {
            lists.AddRange((await ListAsync(state)).Where(loan => loan.Uuid == uuid).Select(_ => state));
        }

        (await ListAsync()).Count(loan => loan.Uuid == uuid).ShouldBe(1);
        return string.Join(", ", lists);
    }

    /// <summary>What the index holds of a loan, stray entries included.</summary>
    internal async Task<IReadOnlyList<TableEntity>> EntriesOfAsync(string uuid) =>
        await Index.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"Id eq {uuid}"), cancellationToken: Cancel).ToListAsync(Cancel);

    /// <summary>How many entries the index holds, stray ones included.</summary>
    internal async Task<int> EntriesAsync(string partition) =>
        await Index
            .QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {partition}"), cancellationToken: Cancel)
            .CountAsync(Cancel);

    /// <summary>How many entries the index holds, stray ones included.</summary>
    internal async Task<int> EntriesAsync() => await Index.QueryAsync<TableEntity>(cancellationToken: Cancel).CountAsync(Cancel);

    /// <summary>What was logged so far.</summary>
    internal IReadOnlyCollection<string> Logs => [.. logs.Lines];

    /// <summary>The alerts that a loan raised.</summary>
    internal IReadOnlyList<string> Alerts(string uuid) =>
        [
            .. logs.Lines.Where(line =>
                line.StartsWith("Critical", StringComparison.Ordinal) && line.Contains(uuid, StringComparison.Ordinal)
            ),
        ];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var instance in instances)
        {
            await instance.DisposeAsync();
        }
    }
}

/// <summary>A clock that shows what the test sets; waits take as long as they take.</summary>
internal sealed class LoanClock : TimeProvider
{
    private long ticks = new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero).UtcTicks;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref ticks), TimeSpan.Zero);

    public void Advance(TimeSpan by) => Interlocked.Add(ref ticks, by.Ticks);
}
