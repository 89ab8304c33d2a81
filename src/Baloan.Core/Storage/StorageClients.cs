using Azure.Core;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;

namespace Baloan.Core.Storage;

/// <summary>The clients of the storage account that <c>AzureWebJobsStorage</c> names.</summary>
/// <remarks>
/// A connection string, or with a managed identity <c>AzureWebJobsStorage__accountName</c> or the three service URIs, as the
/// Functions host takes them. <c>AzureWebJobsStorage__clientId</c> picks a user-assigned identity.
/// </remarks>
public sealed class StorageClients
{
    private const string Connection = "AzureWebJobsStorage";

    // A caller waits for these calls: three quick tries say sooner and as surely that storage is away.
    private const int Retries = 3;
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan NetworkTimeout = TimeSpan.FromSeconds(30);

    private readonly Lazy<BlobServiceClient> blobs;
    private readonly Lazy<QueueServiceClient> queues;
    private readonly Lazy<TableServiceClient> tables;

    /// <summary>Takes the settings; each client is made when it is first asked for.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="clock">Learns the time from the answers.</param>
    /// <param name="adjust">Changes the options of each client, such as its transport; null for nothing.</param>
    /// <param name="identity">Gives the tokens where there is no connection string; null for the app's own identity.</param>
    public StorageClients(
        IConfiguration configuration,
        StorageClock clock,
        Action<ClientOptions>? adjust = null,
        TokenCredential? identity = null
    )
    {
        BlobClientOptions BlobOptions() => Patient(new BlobClientOptions(), clock, adjust);
        QueueClientOptions QueueOptions() =>
            Patient(new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 }, clock, adjust);
        TableClientOptions TableOptions() => Patient(new TableClientOptions(), clock, adjust);

        var section = configuration.GetSection(Connection);
        if (section["accountName"] is not null || section["blobServiceUri"] is not null)
        {
            identity = identity is null ? AppIdentity.Of(section["clientId"]) : new AppIdentity(identity);
            Uri Endpoint(string service) =>
                new(section[$"{service}ServiceUri"] ?? $"https://{section["accountName"]}.{service}.core.windows.net");
            blobs = new(() => new BlobServiceClient(Endpoint("blob"), identity, BlobOptions()));
            queues = new(() => new QueueServiceClient(Endpoint("queue"), identity, QueueOptions()));
            tables = new(() => new TableServiceClient(Endpoint("table"), identity, TableOptions()));
        }
        else
        {
            var connectionString = configuration[Connection] is { Length: > 0 } set ? set : "UseDevelopmentStorage=true";
            blobs = new(() => new BlobServiceClient(connectionString, BlobOptions()));
            queues = new(() => new QueueServiceClient(connectionString, QueueOptions()));
            tables = new(() => new TableServiceClient(connectionString, TableOptions()));
        }
    }

    /// <summary>Blob storage.</summary>
    public BlobServiceClient Blobs => blobs.Value;

    /// <summary>Queue storage, with messages in base64 as the Functions host expects them.</summary>
    public QueueServiceClient Queues => queues.Value;

    /// <summary>Table storage.</summary>
    public TableServiceClient Tables => tables.Value;

    private static TOptions Patient<TOptions>(TOptions options, StorageClock clock, Action<ClientOptions>? adjust)
        where TOptions : ClientOptions
    {
        options.Retry.MaxRetries = Retries;
        options.Retry.Delay = RetryDelay;
        options.Retry.NetworkTimeout = NetworkTimeout;
        options.AddPolicy(new StorageClock.Policy(clock), HttpPipelinePosition.PerRetry);
        adjust?.Invoke(options);
        return options;
    }
}
