using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;

namespace Microsoft.Azure.Functions.Worker.Storage;

/// <summary>
/// Where the triggers' storage is: a setting with a connection string, or settings under its name with an account and an identity.
/// </summary>
internal sealed class StorageConnections(IConfiguration configuration)
{
    private const string Default = "AzureWebJobsStorage";

    public QueueClient Queue(string queueName, string? connection)
    {
        // Bodies are encoded and decoded by the listener, which has to see those that cannot be.
        var options = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None };
        Shorten(options.Retry);
        return Resolve(connection, "queue") is { ConnectionString: { } text }
            ? new QueueClient(text, queueName, options)
            : new QueueServiceClient(Resolve(connection, "queue").Service!, Credential(connection), options).GetQueueClient(queueName);
    }

    public BlobContainerClient Container(string containerName)
    {
        var options = new BlobClientOptions();
        Shorten(options.Retry);
        return Resolve(null, "blob") is { ConnectionString: { } text }
            ? new BlobContainerClient(text, containerName, options)
            : new BlobServiceClient(Resolve(null, "blob").Service!, Credential(null), options).GetBlobContainerClient(containerName);
    }

    // Pollers try again by themselves; the client's long retries would only hide an outage from them.
    private static void Shorten(RetryOptions retry) =>
        (retry.MaxRetries, retry.Delay, retry.MaxDelay, retry.NetworkTimeout)
            = (2, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(15));

    private (string? ConnectionString, Uri? Service) Resolve(string? connection, string service)
    {
        var name = connection ?? Default;
        if ((configuration[$"AzureWebJobs{name}"] ?? configuration[name] ?? configuration.GetConnectionString(name)) is { Length: > 0 } text)
        {
            return (text, null);
        }

        var section = configuration.GetSection(name);
        return section[$"{service}ServiceUri"] is { Length: > 0 } uri ? (null, new Uri(uri))
            : section["accountName"] is { Length: > 0 } account ? (null, new Uri($"https://{account}.{service}.core.windows.net"))
            : connection is null or Default ? ("UseDevelopmentStorage=true", null)
            : throw new InvalidOperationException(
                $"The setting '{connection}' holds no connection string, and neither '{connection}__accountName' nor '{connection}__{service}ServiceUri' is set.");
    }

    private DefaultAzureCredential Credential(string? connection) =>
        new(new DefaultAzureCredentialOptions { ManagedIdentityClientId = configuration[$"{connection ?? Default}:clientId"] });
}
