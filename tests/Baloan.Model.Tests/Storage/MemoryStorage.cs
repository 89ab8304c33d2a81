namespace Baloan.Model.Tests.Storage;

/// <summary>
/// A storage account in memory: the part of Blob, Queue and Table storage that the app uses, behind the same REST calls. A test
/// replays what the app asks of it against Azurite and compares.
/// </summary>
internal sealed class MemoryStorage(Func<DateTimeOffset> now)
{
    public MemoryTables Tables { get; } = new(now);

    public MemoryQueues Queues { get; } = new(now);

    public MemoryBlobs Blobs { get; } = new(now);

    public StorageAnswer Answer(StorageRequest request) =>
        request.Service switch
        {
            "table" => Tables.Answer(request),
            "queue" => Queues.Answer(request),
            _ => Blobs.Answer(request),
        };
}
