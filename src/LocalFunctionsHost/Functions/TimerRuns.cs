using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Azure;

namespace LocalFunctionsHost.Functions;

/// <summary>
/// The last run of a timer, in a blob that all instances of an app share, at the place and in the form of Azure's host. Each run is
/// written down before it begins; of several instances, the one whose write goes through runs.
/// </summary>
internal sealed class TimerRuns(BlobContainerClient container, string hostId, string function)
{
    private readonly BlobClient blob = container.GetBlobClient($"timers/{hostId}/Host.Functions.{function}/status");
    private ETag? version;

    /// <summary>The container of the app's storage in which hosts keep what is theirs.</summary>
    /// <exception cref="FunctionsHostException">The setting names no storage account.</exception>
    public static BlobContainerClient Container(IConfiguration settings, AzureComponentFactory components)
    {
        var storage = settings.GetSection(HostSettings.Storage);
        try
        {
            var service = storage.Value is { Length: > 0 } connectionString
                ? new BlobServiceClient(connectionString)
                : new BlobServiceClient(
                    new Uri(storage["blobServiceUri"] ?? $"https://{storage["accountName"]}.blob.core.windows.net"),
                    components.CreateTokenCredential(storage)
                );
            return service.GetBlobContainerClient("azure-webjobs-hosts");
        }
        catch (FormatException malformed)
        {
            throw new FunctionsHostException($"{HostSettings.Storage} cannot be used: {malformed.Message}");
        }
    }

    /// <summary>When it ran last; now, which is then written down, where it never ran.</summary>
    /// <exception cref="RequestFailedException">Storage does not answer.</exception>
    public async Task<TimerStatus> ReadAsync(Func<DateTime, DateTime> next, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                BlobDownloadResult found = await blob.DownloadContentAsync(cancellationToken);
                version = found.Details.ETag;
                if (Parse(found.Content) is { } status)
                {
                    return status;
                }
            }
            catch (RequestFailedException missing) when (missing.Status == 404)
            {
                version = null;
            }

            var now = DateTime.UtcNow;
            var first = new TimerStatus(now, next(now), now);
            if (await TryWriteAsync(first, cancellationToken))
            {
                return first;
            }
        }
    }

    /// <summary>Whether this instance is the one that runs.</summary>
    /// <exception cref="RequestFailedException">Storage does not answer.</exception>
    public async Task<bool> TryWriteAsync(TimerStatus status, CancellationToken cancellationToken)
    {
        try
        {
            BlobContentInfo written = await blob.UploadAsync(
                BinaryData.FromObjectAsJson(status),
                new BlobUploadOptions { Conditions = version is null ? new() { IfNoneMatch = ETag.All } : new() { IfMatch = version } },
                cancellationToken
            );
            version = written.ETag;
            return true;
        }
        catch (RequestFailedException failure) when (failure.Status is 409 or 412)
        {
            return false;
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
            version = null;
            return false;
        }
    }

    private static TimerStatus? Parse(BinaryData content)
    {
        try
        {
            var status = content.ToObjectFromJson<TimerStatus>();
            return status is null ? null : status with { Last = status.Last.ToUniversalTime() };
        }
        catch (JsonException)
        {
            // Somebody else's; it is written anew.
            return null;
        }
    }
}

/// <summary>What a timer is told of its schedule. Times are UTC.</summary>
internal sealed record TimerStatus(DateTime Last, DateTime Next, DateTime LastUpdated);
