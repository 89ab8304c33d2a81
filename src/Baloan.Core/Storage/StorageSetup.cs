using Azure;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Baloan.Core.Storage;

/// <summary>Makes the containers, queues and tables of the app where they are missing.</summary>
/// <remarks>
/// It begins when the app has started, so that it takes nothing from the first request. Each use of storage begins it too, or begins it
/// again where storage was away, and waits for it. An identity that may not create anything is no fault: then the deployment has made them.
/// </remarks>
public sealed partial class StorageSetup(StorageClients storage, ILogger<StorageSetup> logger) : BackgroundService
{
    private static readonly TimeSpan AfterStart = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private Task? blobs;
    private Task? queues;
    private Task? tables;

    /// <summary>The container of invoices.</summary>
    public const string InvoicesContainer = "invoices";

    /// <summary>The container of uploads.</summary>
    public const string UploadsContainer = "uploads";

    /// <summary>The queue of both kinds of work.</summary>
    public const string WorkQueueName = "invoices";

    /// <summary>The queue of what is to be recorded about loans, where Table storage was away.</summary>
    public const string LoanQueueName = "loans";

    /// <summary>The queue of events on their way to subscribers.</summary>
    public const string EventsQueueName = "events";

    /// <summary>The queue of events that could not be delivered.</summary>
    public const string EventsPoisonQueueName = "events-poison";

    /// <summary>The table of settlements.</summary>
    public const string SettlementsTable = "Settlements";

    /// <summary>The table that lists settlements by status.</summary>
    public const string SettlementIndexTable = "SettlementsByStatus";

    /// <summary>The table of uploads.</summary>
    public const string UploadsTable = "Uploads";

    /// <summary>The table that lists uploads under way.</summary>
    public const string UploadIndexTable = "UploadsByStatus";

    /// <summary>The table of loans and their history.</summary>
    public const string LoansTable = "LoanStates";

    /// <summary>The table that lists loans by state.</summary>
    public const string LoanIndexTable = "LoansByState";

    /// <summary>The table of openings of loans, and of their list.</summary>
    public const string LoanOpeningsTable = "LoanOpenings";

    /// <summary>The table of subscriptions.</summary>
    public const string SubscriptionsTable = "Subscriptions";

    /// <summary>The table of counters.</summary>
    public const string StatsTable = "Stats";

    /// <summary>The queue of what a queue's function has given up.</summary>
    public static string PoisonOf(string queueName) => $"{queueName}-poison";

    /// <summary>Waits until everything is there.</summary>
    /// <exception cref="RequestFailedException">Storage is away; the next call tries again.</exception>
    public Task ReadyAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            Begin(ref blobs, CreateBlobsAsync);
            Begin(ref queues, CreateQueuesAsync);
            Begin(ref tables, CreateTablesAsync);
            var all = Task.WhenAll(blobs!, queues!, tables!);
            return all.IsCompletedSuccessfully ? Task.CompletedTask : all.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Waits until the queues are there: they serve where the tables do not answer.</summary>
    /// <exception cref="RequestFailedException">Queue storage is away; the next call tries again.</exception>
    public Task QueuesReadyAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            Begin(ref queues, CreateQueuesAsync);
            return queues!.IsCompletedSuccessfully ? Task.CompletedTask : queues.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.Delay(AfterStart, stoppingToken);
            await ReadyAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            // Stopped while starting.
        }
        catch (Exception outage)
        {
            Log.NotReady(logger, outage);
        }
    }

    private static void Begin(ref Task? part, Func<Task> create)
    {
        if (part is null or { IsFaulted: true } or { IsCanceled: true })
        {
            part = create();
        }
    }

    private Task CreateBlobsAsync() =>
        Task.WhenAll(
            CreateAsync(() => storage.Blobs.GetBlobContainerClient(InvoicesContainer).CreateIfNotExistsAsync()),
            CreateAsync(() => storage.Blobs.GetBlobContainerClient(UploadsContainer).CreateIfNotExistsAsync())
        );

    private Task CreateQueuesAsync() =>
        Task.WhenAll(
            CreateAsync(() => storage.Queues.GetQueueClient(WorkQueueName).CreateIfNotExistsAsync()),
            CreateAsync(() => storage.Queues.GetQueueClient(LoanQueueName).CreateIfNotExistsAsync()),
            CreateAsync(() => storage.Queues.GetQueueClient(EventsQueueName).CreateIfNotExistsAsync()),
            CreateAsync(() => storage.Queues.GetQueueClient(EventsPoisonQueueName).CreateIfNotExistsAsync())
        );

    private Task CreateTablesAsync() =>
        Task.WhenAll(
            CreateAsync(() => storage.Tables.CreateTableIfNotExistsAsync(SettlementsTable)),
            CreateAsync(() => storage.Tables.CreateTableIfNotExistsAsync(SettlementIndexTable)),
            CreateAsync(() => storage.Tables.CreateTableIfNotExistsAsync(UploadsTable)),
            CreateAsync(() => storage.Tables.CreateTableIfNotExistsAsync(UploadIndexTable)),
            CreateAsync(() => storage.Tables.CreateTableIfNotExistsAsync(LoansTable)),
            CreateAsync(() => storage.Tables.CreateTableIfNotExistsAsync(LoanIndexTable)),
            CreateAsync(() => storage.Tables.CreateTableIfNotExistsAsync(LoanOpeningsTable)),
            CreateAsync(() => storage.Tables.CreateTableIfNotExistsAsync(SubscriptionsTable)),
            CreateAsync(() => storage.Tables.CreateTableIfNotExistsAsync(StatsTable))
        );

    private async Task CreateAsync(Func<Task> create)
    {
        try
        {
            await create();
        }
        catch (RequestFailedException refusal) when (refusal.Status is 401 or 403)
        {
            Log.MayNotCreate(logger, refusal.ErrorCode);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Storage could not be set up yet; the first request tries again.")]
        public static partial void NotReady(ILogger logger, Exception exception);

        [LoggerMessage(2, LogLevel.Information, "This identity may not create storage ({ErrorCode}); what the deployment made is used.")]
        public static partial void MayNotCreate(ILogger logger, string? errorCode);
    }
}
