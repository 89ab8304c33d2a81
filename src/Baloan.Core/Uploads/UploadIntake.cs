using Baloan.Client;
using Baloan.Core.Storage;

namespace Baloan.Core.Uploads;

/// <summary>Accepts uploads.</summary>
/// <remarks>
/// The order of writes is the promise: file, index, row, message. Whatever process dies in between, the sweep finds the row by the index.
/// </remarks>
public sealed class UploadIntake(UploadStore store, WorkQueue queue, StorageClock clock)
{
    /// <summary>Accepts a file that is in Blob storage. From then on it will be sent, whatever process dies.</summary>
    /// <param name="file">The file.</param>
    /// <param name="fileName">Its name as the caller gave it.</param>
    /// <param name="language">The language in which Baloan is asked to explain itself.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<Upload> AcceptAsync(StoredFile file, string fileName, Language language, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var id = Guid.NewGuid().ToString("N");
        var row = new Upload
        {
            PartitionKey = TableKeys.Escape(id),
            Id = id,
            Status = UploadStatus.Queued,
            FileName = fileName,
            Blob = file.Blob,
            Kind = file.Kind,
            Size = file.Size,
            Sha256 = file.Sha256,
            DueAt = now,
            Language = language,
            CreatedAt = now,
        };
        await store.AddAsync(row, cancellationToken);
        await queue.ScheduleAsync(WorkMessage.Upload, id, TimeSpan.Zero, cancellationToken);
        return row;
    }
}
