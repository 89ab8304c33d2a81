using System.IO.Compression;
using Microsoft.AspNetCore.Http;

namespace Baloan.Functions.Http.Requests;

/// <summary>A request's body, unpacked where its <c>Content-Encoding</c> says that it is packed.</summary>
public static class RequestBody
{
    /// <summary>Opens the body for reading.</summary>
    /// <param name="request">The request.</param>
    /// <param name="most">The most bytes that a packed body may unpack to.</param>
    /// <param name="tooLarge">What ends the reading of one that unpacks to more.</param>
    /// <exception cref="ProblemException">415: it is packed in a way that is not read.</exception>
    public static Stream Open(HttpRequest request, long most, Func<ProblemException> tooLarge)
    {
        var encoding = request.Headers.ContentEncoding.ToString().Trim().ToLowerInvariant();
        return encoding switch
        {
            "" or "identity" => request.Body,
            "gzip" or "x-gzip" => new Unpacked(new GZipStream(request.Body, CompressionMode.Decompress, leaveOpen: true), most, tooLarge),
            // RFC 9110 means the format of zlib. Some clients leave its frame out.
            "deflate" => new Unpacked(new Deflated(request.Body), most, tooLarge),
            _ => throw new ProblemException(415, "unsupported_media_type", Texts.ContentEncoding),
        };
    }

    /// <summary>Counts what is unpacked, and ends it where it gets too long: a few kilobytes can unpack to gigabytes.</summary>
    private sealed class Unpacked(Stream content, long most, Func<ProblemException> tooLarge) : ReadOnlyStream
    {
        private long unpacked;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int read;
            try
            {
                read = await content.ReadAsync(buffer, cancellationToken);
            }
            catch (InvalidDataException)
            {
                throw ProblemException.InvalidBody(Texts.BrokenEncoding);
            }

            unpacked += read;
            return unpacked > most ? throw tooLarge() : read;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                content.Dispose();
            }

            base.Dispose(disposing);
        }
    }

    /// <summary>Looks at the first two bytes to tell which of the two formats it is.</summary>
    private sealed class Deflated(Stream content) : ReadOnlyStream
    {
        private Stream? inner;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await (inner ??= await BeginAsync(cancellationToken)).ReadAsync(buffer, cancellationToken);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner?.Dispose();
            }

            base.Dispose(disposing);
        }

        private async Task<Stream> BeginAsync(CancellationToken cancellationToken)
        {
            var start = new byte[2];
            var length = await content.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
            var isZlib = length == 2 && (start[0] & 0x0F) == 8 && ((start[0] << 8) | start[1]) % 31 == 0;
            var whole = new ReplayedStream(start.AsMemory(0, length), content);
            return isZlib ? new ZLibStream(whole, CompressionMode.Decompress) : new DeflateStream(whole, CompressionMode.Decompress);
        }
    }
}
