using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Azure;
using Azure.Core;
using Baloan.Benchmarks.Report;
using Baloan.Benchmarks.Surroundings;
using Baloan.Core.Counters;
using Baloan.Core.Settlements;
using Baloan.Core.Storage;
using Baloan.Functions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Benchmarks.Rows;

/// <summary>How many settlements a second one storage account carries, by the number of instances that work on it.</summary>
/// <remarks>
/// Each instance has the app's own stores, its own memory, and as many settlements at once as its queue gives it. What one asks Table
/// storage for is asked for by the app's code in its order; Baloan, files and queues are time that passes.
/// </remarks>
internal static class ScaleRow
{
    // Ten seconds here are one of Azure's.
    private const double Slowness = 10;

    // As host.json has it: a batch, and the one that is got while half of it is left.
    private const int AtOnce = 12;

    private static readonly int[] Instances = [1, 4, 8, 16, 32, 64];

    // The partitions to which all settlements write.
    private static readonly string[] Busiest = ["SettlementsByStatus all", "Stats stats"];

    // Three answers of Baloan, the file and the queue.
    private static readonly TimeSpan Elsewhere = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Warming = TimeSpan.FromSeconds(2 * Slowness);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(3 * Slowness);

    private static readonly IConfiguration Settings = new ConfigurationBuilder()
        .AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                ["AzureWebJobsStorage"] =
                    "BlobEndpoint=http://blob.model;QueueEndpoint=http://queue.model;TableEndpoint=http://table.model;"
                    + "SharedAccessSignature=sig=model",
            }
        )
        .Build();

    public static async Task<IReadOnlyList<Figure>> RunAsync(Stage stage, Rounds rounds, CancellationToken cancellationToken)
    {
        var figures = new List<Figure>();
        double? alone = null;
        foreach (var count in Instances)
        {
            rounds.Progress($"scale: {count} instances");
            var (perSecond, perSettlement) = await RunAsync(count, cancellationToken);
            alone ??= perSecond;
            string Named(string what) => string.Create(CultureInfo.InvariantCulture, $"scale, {count} instances: {what}");
            figures.Add(new(Named("settlements a second"), "one instance", alone, perSecond));
            foreach (var (partition, entities) in perSettlement)
            {
                figures.Add(new(Named($"entities for each in {partition}"), null, null, entities));
            }
        }

        return figures;
    }

    private static async Task<(double PerSecond, IReadOnlyDictionary<string, double> Entities)> RunAsync(
        int count,
        CancellationToken cancellationToken
    )
    {
        var tables = new LimitedTables(Slowness);
        await using var all = new Disposables(Enumerable.Range(0, count).Select(_ => Instance(tables)));
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var settled = 0;
        var working = Enumerable
            .Range(0, count * AtOnce)
            .Select(number =>
                Task.Run(
                    async () =>
                    {
                        // Not all at the same moment.
                        await Task.Delay(Warming / 2 * Random.Shared.NextDouble(), ending.Token);
                        while (true)
                        {
                            // Another instance accepts it than the one that carries it out.
                            var isDone = await CarryOutAsync(all[number % count], all[(number + 1) % count], ending.Token);
                            Interlocked.Add(ref settled, isDone ? 1 : 0);
                        }
                    },
                    ending.Token
                )
            )
            .ToList();
        await Task.Delay(Warming, cancellationToken);
        var (before, takenBefore, began) = (settled, tables.Taken, Stopwatch.GetTimestamp());
        await Task.Delay(Measured, cancellationToken);
        var (done, taken, took) = (settled - before, tables.Taken, Stopwatch.GetElapsedTime(began));
        await ending.CancelAsync();
        await Task.WhenAll(working).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var broken = working.Find(task => task.IsFaulted);
        return broken is not null
            ? throw broken.Exception!
            : (
                done / took.TotalSeconds * Slowness,
                Busiest.ToDictionary(
                    place => place,
                    place => (taken.GetValueOrDefault(place) - takenBefore.GetValueOrDefault(place)) / (double)done
                )
            );
    }

    private static ServiceProvider Instance(LimitedTables tables)
    {
        var services = new ServiceCollection();
        services.AddLogging().AddMetrics();
        services.AddSingleton(Settings);
        services.AddBaloanFunctions(Settings);
        services.AddSingleton<ISettlementView, NoView>();
        services.AddSingleton<Action<ClientOptions>>(options =>
        {
            options.Transport = tables;
            options.Retry.NetworkTimeout = Timeout.InfiniteTimeSpan;
            options.Diagnostics.IsLoggingEnabled = false;
            options.Diagnostics.IsDistributedTracingEnabled = false;
            options.Diagnostics.IsTelemetryEnabled = false;
        });
        return services.BuildServiceProvider();
    }

    /// <summary>What a settlement that goes well asks Table storage for.</summary>
    /// <returns>Whether all of it was done; else the sweep would have to.</returns>
    private static async Task<bool> CarryOutAsync(ServiceProvider acceptor, ServiceProvider worker, CancellationToken cancellationToken)
    {
        var now = DateTimeOffset.UtcNow;
        var code = Guid.NewGuid().ToString("N");
        var row = new Settlement
        {
            SchemaVersion = Settlement.CurrentSchema,
            PartitionKey = TableKeys.Escape(code),
            Code = code,
            Status = SettlementStatus.Queued,
            MaskedIdentifier = "******1234",
            CustomerHash = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)),
            NationalIdentifier = "0012345678",
            TransactionToken = Guid.NewGuid().ToString(),
            Total = 1_000,
            Attempts = 1,
            AttemptStartedAt = now,
            DueAt = now,
            InvoiceBlob = $"{code}.pdf",
            InvoiceSize = 2_000,
            InvoiceSha256 = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)),
            CreatedAt = now,
        };
        var accepting = acceptor.GetRequiredService<SettlementStore>();
        row = await accepting.ListAsOpenAsync(row, cancellationToken);
        row = Written(await accepting.TryInsertAsync(row, cancellationToken));
        acceptor.GetRequiredService<CounterStore>().CountSoon(SettlementCounters.Accepted(row));

        var store = worker.GetRequiredService<SettlementStore>();
        row = Written(await store.FindAsync(code, cancellationToken));
        row = Written(await worker.GetRequiredService<CustomerHold>().TryTakeAsync(row, cancellationToken)) with
        {
            Status = SettlementStatus.Submitting,
            SendingId = Guid.NewGuid().ToString("N"),
            SubmittedAt = DateTimeOffset.UtcNow,
            CreditBefore = 100_000_000,
        };
        row = Written(await store.TryUpdateAsync(row, cancellationToken));
        await Task.Delay(Elsewhere * Slowness, cancellationToken);
        row = Written(
            await store.TryUpdateAsync(
                row.WithoutSecrets() with
                {
                    Status = SettlementStatus.Settled,
                    KnownBy = SettlementKnownBy.Baloan,
                    UserCredit = 99_999_000,
                    EndedAt = DateTimeOffset.UtcNow,
                },
                cancellationToken
            )
        );
        try
        {
            return await worker.GetRequiredService<SettlementCompletion>().CompleteAsync(row, new ETag(row.OpenETag), cancellationToken);
        }
        catch (RequestFailedException)
        {
            return false;
        }
    }

    private static Settlement Written(Settlement? row) => row ?? throw new InvalidOperationException("A row has changed meanwhile.");

    /// <summary>Nobody has subscribed.</summary>
    private sealed class NoView : ISettlementView
    {
        public JsonObject Of(Settlement settlement) => [];
    }

    private sealed class Disposables(IEnumerable<ServiceProvider> providers) : IAsyncDisposable
    {
        private readonly List<ServiceProvider> all = [.. providers];

        public ServiceProvider this[int index] => all[index];

        public async ValueTask DisposeAsync()
        {
            foreach (var provider in all)
            {
                await provider.DisposeAsync();
            }
        }
    }
}
