using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using Azure;
using Azure.Storage;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Baloan.Client;
using Microsoft.Extensions.Logging;

namespace Baloan.Core.Storage;

/// <summary>Keeps the files of settlements and uploads in Blob storage. Files pass through as streams and are never held whole.</summary>
public sealed partial class FileStore(StorageClients storage, StorageSetup setup, TimeProvider time, ILogger<FileStore> logger)
{
    // One block at a time: sixteen uploads at once must fit into the smallest instance.
    private static readonly StorageTransferOptions OneBlockAtATime = new()
    {
        InitialTransferSize = 1024 * 1024,
        MaximumTransferSize = 1024 * 1024,
        MaximumConcurrency = 1,
    };

    /// <summary>The most that a file may hold: 10 MB (merchant document, section on file upload).</summary>
    public const long SizeLimit = 10 * 1024 * 1024;

    private static readonly StoredFile Damaged = new("", null, FileKind.DamagedPdf, 0, "");

    // Most invoices are smaller than this.
    private const int WholeLimit = 256 * 1024;

    /// <summary>Keeps a file as it arrives, under a name of its own.</summary>
    /// <param name="container">The container.</param>
    /// <param name="content">The content.</param>
    /// <param name="accepted">The kinds that are taken.</param>
    /// <param name="cancellationToken">Stops it; nothing is kept then.</param>
    /// <returns>
    /// What was kept; null, and the rest of the content not read, where it is of another kind; and nothing kept where its kind is
    /// <see cref="FileKind.DamagedPdf"/>.
    /// </returns>
    /// <exception cref="FileTooLargeException">Nothing is kept, and the rest is not read.</exception>
    public async Task<StoredFile?> SaveAsync(
        string container,
        Stream content,
        IReadOnlyCollection<FileKind> accepted,
        CancellationToken cancellationToken
    )
    {
        var start = ArrayPool<byte>.Shared.Rent(WholeLimit);
        try
        {
            var startLength = await content.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
            var kind = FileKinds.Of(start.AsSpan(0, startLength));
            if (!accepted.Contains(kind))
            {
                return null;
            }

            if (startLength < start.Length && kind == FileKind.Pdf && TextTraces.AreIn(start.AsSpan(0, startLength)))
            {
                return Damaged;
            }

            await setup.ReadyAsync(cancellationToken);
            var name = string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow():yyyy-MM-dd}/{Guid.NewGuid():N}{kind.Extension()}");
            var blob = storage.Blobs.GetBlobContainerClient(container).GetBlobClient(name);
            var options = new BlobUploadOptions
            {
                HttpHeaders = new BlobHttpHeaders { ContentType = kind.MediaType() },
                TransferOptions = OneBlockAtATime,
            };
            if (startLength < start.Length)
            {
                // The length of a whole file is known, so that one call takes it.
                await blob.UploadAsync(new MemoryStream(start, 0, startLength, writable: false), options, cancellationToken);
                return new StoredFile(
                    name,
                    null,
                    kind,
                    startLength,
                    Convert.ToHexStringLower(SHA256.HashData(start.AsSpan(0, startLength)))
                );
            }

            await using var measured = new MeasuredStream(start.AsMemory(0, startLength), content, SizeLimit);
            await blob.UploadAsync(measured, options, cancellationToken);
            var kept = new StoredFile(name, null, kind, measured.Size, measured.Sha256());
            if (kind == FileKind.Pdf && measured.WasText)
            {
                await DiscardAsync(container, kept);
                return Damaged;
            }

            return kept;
        }
        finally
        {
            // It held a customer's document.
            ArrayPool<byte>.Shared.Return(start, clearArray: true);
        }
    }

    /// <summary>
    /// Fixes the present content of a blob that the caller has put into a container: a snapshot of it stays as it is when the blob
    /// is overwritten.
    /// </summary>
    /// <returns>What was fixed; null where there is no such blob.</returns>
    /// <exception cref="FileTooLargeException">Nothing is kept.</exception>
    public async Task<StoredFile?> SnapshotAsync(string container, string name, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        BlobBaseClient blob = storage.Blobs.GetBlobContainerClient(container).GetBlobClient(name);
        string snapshot;
        try
        {
            snapshot = (await blob.CreateSnapshotAsync(cancellationToken: cancellationToken)).Value.Snapshot;
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            return null;
        }

        var fixedFile = new StoredFile(name, snapshot, FileKind.Other, 0, "");
        try
        {
            await using var content = await OpenAsync(container, fixedFile, cancellationToken);
            var start = new byte[FileKinds.SignatureLength];
            var startLength = await content.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
            await using var measured = new MeasuredStream(start.AsMemory(0, startLength), content, SizeLimit);
            await measured.CopyToAsync(Stream.Null, cancellationToken);
            var kind = FileKinds.Of(start.AsSpan(0, startLength));
            return fixedFile with
            {
                Kind = kind == FileKind.Pdf && measured.WasText ? FileKind.DamagedPdf : kind,
                Size = measured.Size,
                Sha256 = measured.Sha256(),
            };
        }
        catch
        {
            await DiscardAsync(container, fixedFile);
            throw;
        }
    }

    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="RequestFailedException">404: it is gone.</exception>
    public async Task<Stream> OpenAsync(string container, StoredFile file, CancellationToken cancellationToken)
    {
        var download = await ClientOf(container, file).DownloadStreamingAsync(cancellationToken: cancellationToken);
        return download.Value.Content;
    }

    /// <summary>Deletes a file that no row speaks of. Where that fails, the storage account's lifecycle rule does it later.</summary>
    public async Task DiscardAsync(string container, StoredFile file)
    {
        try
        {
            await ClientOf(container, file).DeleteIfExistsAsync(cancellationToken: CancellationToken.None);
        }
        catch (Exception failure) when (failure is RequestFailedException or AggregateException)
        {
            Log.NotDiscarded(logger, container, failure);
        }
    }

    /// <summary>Deletes a file that nobody needs any more; nothing where it is gone.</summary>
    /// <remarks>A blob that another settlement has fixed as its own invoice stays until the lifecycle rule deletes it.</remarks>
    /// <exception cref="RequestFailedException">Storage is away.</exception>
    public async Task DeleteAsync(string container, StoredFile file, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        try
        {
            await ClientOf(container, file).DeleteIfExistsAsync(cancellationToken: cancellationToken);
        }
        catch (RequestFailedException inUse) when (inUse.ErrorCode == BlobErrorCode.SnapshotsPresent)
        {
            // The snapshot is the other settlement's.
        }
    }

    /// <summary>A file as the Baloan client sends it, opened anew for each try, whose bytes are those that were accepted.</summary>
    /// <param name="container">The container.</param>
    /// <param name="file">The file.</param>
    /// <param name="fileName">The name that Baloan gets to see.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="RequestFailedException">404: it is gone.</exception>
    /// <exception cref="FileChangedException">Its bytes are others.</exception>
    public async Task<FileSource> OpenUnchangedAsync(
        string container,
        StoredFile file,
        string fileName,
        CancellationToken cancellationToken
    )
    {
        var download = await ClientOf(container, file).DownloadStreamingAsync(cancellationToken: cancellationToken);
        await using var content = download.Value.Content;
        if (download.Value.Details.ContentLength != file.Size)
        {
            throw new FileChangedException();
        }

        Func<CancellationToken, Task<Stream>> open;
        string sha256;
        if (file.Size <= WholeLimit)
        {
            var whole = new byte[file.Size];
            await content.ReadExactlyAsync(whole, cancellationToken);
            sha256 = Convert.ToHexStringLower(SHA256.HashData(whole));
            open = _ => Task.FromResult<Stream>(new MemoryStream(whole, writable: false));
        }
        else
        {
            // Read once to see and once to send: a large file is never held whole.
            await using var measured = new MeasuredStream(ReadOnlyMemory<byte>.Empty, content, file.Size);
            await measured.CopyToAsync(Stream.Null, cancellationToken);
            sha256 = measured.Sha256();
            var etag = download.Value.Details.ETag;
            open = token => OpenAsync(container, file, etag, token);
        }

        return sha256 == file.Sha256 ? new FileSource(fileName, file.Kind.MediaType(), file.Size, open) : throw new FileChangedException();
    }

    /// <summary>A file as the Baloan client sends it: opened anew for each try.</summary>
    /// <param name="container">The container.</param>
    /// <param name="file">The file.</param>
    /// <param name="fileName">The name that Baloan gets to see.</param>
    public FileSource SourceOf(string container, StoredFile file, string fileName) =>
        new(fileName, file.Kind.MediaType(), file.Size, cancellationToken => OpenAsync(container, file, cancellationToken));

    private async Task<Stream> OpenAsync(string container, StoredFile file, ETag unchanged, CancellationToken cancellationToken)
    {
        try
        {
            var options = new BlobDownloadOptions { Conditions = new BlobRequestConditions { IfMatch = unchanged } };
            return (await ClientOf(container, file).DownloadStreamingAsync(options, cancellationToken)).Value.Content;
        }
        catch (RequestFailedException changed) when (changed.Status == 412)
        {
            throw new FileChangedException();
        }
    }

    private BlobBaseClient ClientOf(string container, StoredFile file)
    {
        BlobBaseClient blob = storage.Blobs.GetBlobContainerClient(container).GetBlobClient(file.Blob);
        return file.Snapshot is null ? blob : blob.WithSnapshot(file.Snapshot);
    }

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Warning,
            "A file that is not needed stays in container {Container} until its lifecycle rule deletes it."
        )]
        public static partial void NotDiscarded(ILogger logger, string container, Exception exception);
    }
}
