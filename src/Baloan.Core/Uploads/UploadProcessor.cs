using Azure;
using Baloan.Client;
using Baloan.Core.Storage;
using Baloan.Core.Telemetry;
using Baloan.Core.Tokens;
using Microsoft.Extensions.Logging;

namespace Baloan.Core.Uploads;

/// <summary>Sends an accepted file to Baloan. A file that is sent twice does no harm, so that this is simply tried again.</summary>
public sealed partial class UploadProcessor(
    UploadStore store,
    WorkQueue queue,
    FileStore files,
    MerchantClient baloan,
    StorageClock clock,
    AppMeter meter,
    ILogger<UploadProcessor> logger
)
{
    private static readonly TimeSpan[] RoundWaits =
    [
        TimeSpan.FromSeconds(2),
        TimeSpan.FromSeconds(5),
        TimeSpan.FromSeconds(15),
        TimeSpan.FromSeconds(60),
        TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(15),
        TimeSpan.FromHours(1),
    ];

    // The clocks of two instances, and of Queue storage, differ a little.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(1);

    /// <summary>Carries one upload as far as it goes now.</summary>
    public async Task ProcessAsync(string id, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(id, cancellationToken) is not { HasEnded: false } upload)
        {
            return;
        }

        Traces.Tag(Traces.UploadId, upload.Id);
        var early = upload.DueAt - clock.GetUtcNow();
        if (early > ClockTolerance)
        {
            await queue.ScheduleAsync(WorkMessage.Upload, upload.Id, early, cancellationToken);
            return;
        }

        try
        {
            // Baloan goes by the name's ending, so that it has to be the content's.
            var source = files.SourceOf(StorageSetup.UploadsContainer, upload.StoredFile, $"{upload.Id}{upload.Kind.Extension()}");
            var uploaded = await baloan.UploadAsync(source, upload.Language, cancellationToken);
            await EndAsync(upload with { Status = UploadStatus.Uploaded, Uuid = uploaded.Uuid, File = uploaded.File }, cancellationToken);
        }
        catch (BaloanException refusal) when (refusal.Failure is BaloanFailure.Rejected or BaloanFailure.NotFound)
        {
            await EndAsync(
                upload with
                {
                    Status = UploadStatus.Rejected,
                    ErrorCode = refusal.Code,
                    ErrorMessage = refusal.IsBaloanText ? refusal.Message : null,
                },
                cancellationToken
            );
        }
        catch (BaloanException failure)
        {
            await PutOffAsync(upload, failure.Code, failure.RetryAfter, cancellationToken);
        }
        catch (KeyVaultUnavailableException)
        {
            await PutOffAsync(upload, UploadErrors.KeyVaultUnavailable, null, cancellationToken);
        }
        catch (NotConfiguredException)
        {
            await PutOffAsync(upload, UploadErrors.NotConfigured, null, cancellationToken);
        }
        catch (InvalidDataException)
        {
            await EndAsync(upload with { Status = UploadStatus.Failed, ErrorCode = UploadErrors.FileChanged }, cancellationToken);
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            await EndAsync(upload with { Status = UploadStatus.Failed, ErrorCode = UploadErrors.FileMissing }, cancellationToken);
        }
    }

    private async Task PutOffAsync(Upload upload, string errorCode, TimeSpan? retryAfter, CancellationToken cancellationToken)
    {
        if (upload.Rounds >= RoundWaits.Length)
        {
            await EndAsync(upload with { Status = UploadStatus.Failed, ErrorCode = errorCode }, cancellationToken);
            return;
        }

        var wait = RoundWaits[upload.Rounds];
        if (retryAfter > wait)
        {
            wait = retryAfter < RoundWaits[^1] ? retryAfter.Value : RoundWaits[^1];
        }

        if (await store.TryUpdateAsync(upload with { Rounds = upload.Rounds + 1, DueAt = clock.GetUtcNow() + wait }, cancellationToken))
        {
            await queue.ScheduleAsync(WorkMessage.Upload, upload.Id, wait, cancellationToken);
        }
    }

    private async Task EndAsync(Upload ended, CancellationToken cancellationToken)
    {
        if (await store.TryUpdateAsync(ended, cancellationToken))
        {
            Log.Ended(logger, ended.Id, ended.Status, ended.ErrorCode);
            meter.UploadEnded(
                ended.Status switch
                {
                    UploadStatus.Uploaded => "uploaded",
                    UploadStatus.Rejected => "rejected",
                    _ => "failed",
                }
            );
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Upload {Id} ended as {Status} ({Error}).")]
        public static partial void Ended(ILogger logger, string id, UploadStatus status, string? error);
    }
}
