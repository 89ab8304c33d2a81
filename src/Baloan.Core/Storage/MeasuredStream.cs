using System.Security.Cryptography;

namespace Baloan.Core.Storage;

/// <summary>Hands a file's content on as it is read, counts and hashes it, and ends it where it gets too long.</summary>
internal sealed class MeasuredStream(ReadOnlyMemory<byte> start, Stream rest, long limit) : Stream
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private ReadOnlyMemory<byte> start = start;
    private TextTraces traces = new();

    /// <summary>How many bytes were read.</summary>
    public long Size { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => Size;
        set => throw new NotSupportedException();
    }

    /// <summary>Whether what was read came out of a program that took it for text.</summary>
    public bool WasText => traces.Found;

    /// <summary>The SHA-256 of what was read, in lower-case hex; to be asked once, at the end.</summary>
    public string Sha256() => Convert.ToHexStringLower(hash.GetHashAndReset());

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read;
        if (!start.IsEmpty)
        {
            read = Math.Min(start.Length, buffer.Length);
            start[..read].CopyTo(buffer);
            start = start[read..];
        }
        else
        {
            read = await rest.ReadAsync(buffer, cancellationToken);
        }

        Size += read;
        if (Size > limit)
        {
            throw new FileTooLargeException();
        }

        hash.AppendData(buffer.Span[..read]);
        traces.Add(buffer.Span[..read]);
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read it asynchronously.");

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            hash.Dispose();
        }

        base.Dispose(disposing);
    }
}
