using System.Text.Json;
using System.Text.Json.Serialization;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Timers;

/// <summary>What the instances of an app share of one timer: a lock, and the last run. The blobs are those of Microsoft's host.</summary>
internal sealed partial class TimerStore(BlobContainerClient container, string hostId, string functionName, TimerSettings settings, ILogger logger)
{
    private readonly BlobClient lockBlob = container.GetBlobClient($"locks/{hostId}/Host.Functions.{functionName}.Listener");
    private readonly BlobClient statusBlob = container.GetBlobClient($"timers/{hostId}/Host.Functions.{functionName}/status");

    public TimerSettings Settings => settings;

    /// <summary>Takes the timer for this instance; null where another has it.</summary>
    public async Task<TimerLock?> TryLockAsync(CancellationToken cancellationToken)
    {
        var lease = lockBlob.GetBlobLeaseClient();
        for (var created = false; ; created = true)
        {
            try
            {
                await lease.AcquireAsync(settings.Lease, cancellationToken: cancellationToken);
                return new TimerLock(lease, settings.Lease, functionName, logger);
            }
            catch (RequestFailedException missing) when (missing.Status == 404 && !created)
            {
                await CreateLockAsync(cancellationToken);
            }
            catch (RequestFailedException taken) when (taken.Status == 409)
            {
                return null;
            }
        }
    }

    public async Task<ScheduleStatus?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            BlobDownloadResult blob = await statusBlob.DownloadContentAsync(cancellationToken);
            var status = JsonSerializer.Deserialize(blob.Content.ToMemory().Span, StatusJson.Default.ScheduleStatus);
            return status is null ? null : new ScheduleStatus
            {
                Last = status.Last.ToUniversalTime(),
                Next = status.Next.ToUniversalTime(),
                LastUpdated = status.LastUpdated.ToUniversalTime(),
            };
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            return null;
        }
        catch (JsonException)
        {
            Log.Unreadable(logger, functionName);
            return null;
        }
    }

    public Task WriteAsync(ScheduleStatus status, CancellationToken cancellationToken) =>
        statusBlob.UploadAsync(
            new BinaryData(JsonSerializer.SerializeToUtf8Bytes(status, StatusJson.Default.ScheduleStatus)), overwrite: true, cancellationToken);

    private async Task CreateLockAsync(CancellationToken cancellationToken)
    {
        await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        try
        {
            await lockBlob.UploadAsync(new BinaryData(""), overwrite: false, cancellationToken);
        }
        catch (RequestFailedException exists) when (exists.Status is 409 or 412)
        {
            // Another instance was quicker.
        }
    }

    [JsonSerializable(typeof(ScheduleStatus))]
    private sealed partial class StatusJson : JsonSerializerContext;

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "What was kept of timer {Function} cannot be read, and is begun anew.")]
        public static partial void Unreadable(ILogger logger, string function);
    }
}
