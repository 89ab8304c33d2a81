using System.Buffers;
using System.Net;

namespace Baloan.Client;

/// <summary>The file of a multipart request, streamed from its source with one small buffer.</summary>
internal sealed class FileContent(FileSource source) : HttpContent
{
    private const int BufferSize = 64 * 1024;
    private Stream? stream;
    private Deadline? limit;

    public FileSource Source => source;

    public Exception? Failure { get; private set; }

    /// <summary>Opens the file for one try, of which nothing is written any more once the limit has passed.</summary>
    public async Task OpenAsync(Deadline? limit, CancellationToken cancellationToken)
    {
        (Failure, this.limit) = (null, limit);
        try
        {
            stream = await source.OpenAsync(cancellationToken);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException("The file could not be opened in time.", exception);
        }
    }

    public async ValueTask CloseAsync()
    {
        if (Interlocked.Exchange(ref stream, null) is { } open)
        {
            await open.DisposeAsync();
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream target, TransportContext? context, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            for (var left = source.Length; ; )
            {
                var read = await ReadAsync(buffer, cancellationToken);
                if (limit is { HasPassed: true })
                {
                    // A process that stood still wakes up here before its timers do.
                    throw new TimeoutException("The time to send the file is over.");
                }

                left -= read;
                if (left < 0 || (read == 0 && left > 0))
                {
                    throw Failure = new InvalidDataException($"The file is not {source.Length} bytes long, as it was said to be.");
                }

                if (read == 0)
                {
                    return;
                }

                await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = source.Length;
        return true;
    }

    private async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await (stream ?? throw new InvalidOperationException("The file is not open.")).ReadAsync(buffer, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Failure = exception;
            throw;
        }
    }
}
