using Azure;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Baloan.Functions.Storage;

/// <summary>Makes the containers, queues and tables of the app where they are missing.</summary>
/// <remarks>
/// It begins beside the start of the app and does not hold it up. Each use of storage waits for it, and begins it again where
/// storage was away. An identity that may not create anything is no fault: then the deployment has made them.
/// </remarks>
public sealed partial class StorageSetup(StorageClients storage, ILogger<StorageSetup> logger) : BackgroundService
{
    private readonly Lock gate = new();
    private Task? setup;

    /// <summary>The container of invoices.</summary>
    public const string InvoicesContainer = "invoices";

    /// <summary>The container of uploads.</summary>
    public const string UploadsContainer = "uploads";

    /// <summary>The queue of both kinds of work.</summary>
    public const string WorkQueueName = "invoices";

    /// <summary>The table of settlements.</summary>
    public const string SettlementsTable = "Settlements";

    /// <summary>The table that lists settlements by status.</summary>
    public const string SettlementIndexTable = "SettlementsByStatus";

    /// <summary>The table of uploads.</summary>
    public const string UploadsTable = "Uploads";

    /// <summary>The table that lists uploads under way.</summary>
    public const string UploadIndexTable = "UploadsByStatus";

    /// <summary>Waits until everything is there.</summary>
    /// <exception cref="RequestFailedException">Storage is away; the next call tries again.</exception>
    public Task ReadyAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (setup is null or { IsFaulted: true } or { IsCanceled: true })
            {
                setup = CreateAllAsync();
            }

            return setup.IsCompletedSuccessfully ? Task.CompletedTask : setup.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
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

    private Task CreateAllAsync() => Task.WhenAll(
        CreateAsync(() => storage.Blobs.GetBlobContainerClient(InvoicesContainer).CreateIfNotExistsAsync()),
        CreateAsync(() => storage.Blobs.GetBlobContainerClient(UploadsContainer).CreateIfNotExistsAsync()),
        CreateAsync(() => storage.Queues.GetQueueClient(WorkQueueName).CreateIfNotExistsAsync()),
        CreateAsync(() => storage.Tables.CreateTableIfNotExistsAsync(SettlementsTable)),
        CreateAsync(() => storage.Tables.CreateTableIfNotExistsAsync(SettlementIndexTable)),
        CreateAsync(() => storage.Tables.CreateTableIfNotExistsAsync(UploadsTable)),
        CreateAsync(() => storage.Tables.CreateTableIfNotExistsAsync(UploadIndexTable)));

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
