using System.Globalization;

namespace Baloan.Model.Tests.Storage;

/// <summary>Blob storage: whole blobs and snapshots of them.</summary>
internal sealed class MemoryBlobs(Func<DateTimeOffset> now)
{
    private readonly HashSet<string> containers = [];
    private readonly Dictionary<string, byte[]> blobs = [];
    private int changes;

    public int Count => blobs.Count;

    public StorageAnswer Answer(StorageRequest request)
    {
        if (request.Query.ContainsKey("restype"))
        {
            return containers.Add(request.Path) ? Changed(201) : StorageAnswer.Error(409, "ContainerAlreadyExists");
        }

        var name = Uri.UnescapeDataString(request.Path);
        var key = request.Query.TryGetValue("snapshot", out var snapshot) ? $"{name}?{snapshot}" : name;
        switch (request.Method)
        {
            case "PUT" when request.Query.GetValueOrDefault("comp") == "snapshot":
                if (!blobs.TryGetValue(name, out var content))
                {
                    return StorageAnswer.Error(404, "BlobNotFound");
                }

                var time = (now() + TimeSpan.FromTicks(++changes)).UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
                blobs[$"{name}?{time}"] = content;
                return Changed(201).With("x-ms-snapshot", time);
            case "PUT" when !request.Query.ContainsKey("comp"):
                blobs[name] = request.Body;
                return Changed(201).With("x-ms-request-server-encrypted", "true");
            case "GET":
                return blobs.TryGetValue(key, out var found)
                    ? Changed(200, found)
                        .With("Content-Type", "application/pdf")
                        .With("x-ms-blob-type", "BlockBlob")
                        .With("Accept-Ranges", "bytes")
                    : StorageAnswer.Error(404, "BlobNotFound");
            case "DELETE":
                return blobs.Remove(key) ? new StorageAnswer(202) : StorageAnswer.Error(404, "BlobNotFound");
            default:
                throw new NotSupportedException(request.ToString());
        }
    }

    public byte[]? Find(string path) => blobs.GetValueOrDefault(path);

    /// <summary>Puts a blob there, as a caller does.</summary>
    public void Put(string path, byte[] content) => blobs[path] = content;

    private StorageAnswer Changed(int status, byte[]? body = null) =>
        new StorageAnswer(status, body)
            .With("ETag", string.Create(CultureInfo.InvariantCulture, $"\"0x{++changes:X}\""))
            .With("Last-Modified", now().ToString("R", CultureInfo.InvariantCulture));
}
