using System.Net;

namespace Baloan.Client;

/// <summary>
/// The body of a request, which knows whether it has begun to leave. As long as it has not, Baloan cannot have taken the
/// request up; once it has, nobody knows. An operation that acts has one even where there is nothing to say: HttpClient
/// silently sends a request without a body again when a kept connection is closed after taking it.
/// </summary>
internal sealed class OutgoingContent : HttpContent
{
    private readonly HttpContent inner;
    private readonly FileContent? file;
    private readonly bool acts;
    private readonly Deadline? sendBefore;
    private bool begun;

    public OutgoingContent(Operation operation, HttpContent inner, FileContent? file = null, Deadline? sendBefore = null)
    {
        this.inner = inner;
        this.file = file;
        acts = operation.Acts;
        this.sendBefore = sendBefore;
        Headers.ContentType = inner.Headers.ContentType;
    }

    /// <summary>Whether a byte of the body may have left in this try.</summary>
    public bool Begun => Volatile.Read(ref begun);

    /// <summary>Whether the time to begin was over in this try before anything had begun.</summary>
    public bool TooLate { get; private set; }

    /// <summary>What reading the file threw in this try.</summary>
    public Exception? FileFailure => file?.Failure;

    /// <summary>Gets ready for one try. The file is opened here, so that what cannot be opened is never half sent.</summary>
    public async Task OpenAsync(Deadline? limit, CancellationToken cancellationToken)
    {
        Volatile.Write(ref begun, false);
        TooLate = false;
        if (file is not null)
        {
            await file.OpenAsync(limit, cancellationToken);
        }
    }

    public ValueTask CloseAsync() => file?.CloseAsync() ?? ValueTask.CompletedTask;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // Here and not before the call: a connection can take its time, and a process can stand still meanwhile.
        if (sendBefore is { HasPassed: true })
        {
            TooLate = !Begun;
            throw new TimeoutException("The time to begin the request is over.");
        }

        // The handler beneath sends again by itself what it believes lost on a stale connection.
        // It should not once the body has begun; this makes sure.
        if (Interlocked.Exchange(ref begun, true) && acts)
        {
            throw new InvalidOperationException("A request that acts must not be sent twice.");
        }

        return inner.CopyToAsync(stream, context, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        var known = inner.Headers.ContentLength;
        length = known ?? 0;
        return known is not null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
