using System.IO.Compression;
using System.Net.Mime;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Baloan.Functions.Console;

/// <summary>A file of a page, as it is sent: plain, or compressed once for all who ask.</summary>
/// <param name="content">Its bytes.</param>
/// <param name="contentType">With the charset, for texts.</param>
internal sealed class PageFile(byte[] content, string contentType)
{
    // Nothing but the page's own files, and the API that they came from.
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri "
        + "'none'; form-action 'none'; frame-ancestors 'none'";

    private readonly Lazy<byte[]> brotli = new(() =>
        Compressed(content, output => new BrotliStream(output, new BrotliCompressionOptions { Quality = 9 }))
    );
    private readonly Lazy<byte[]> gzip = new(() => Compressed(content, output => new GZipStream(output, CompressionLevel.SmallestSize)));

    public string ContentType => contentType;

    /// <summary>Changes with the content.</summary>
    public string Hash { get; } = Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 8));

    /// <summary>The smallest form that a caller takes.</summary>
    /// <returns>The <c>Content-Encoding</c>, null for none, and the bytes.</returns>
    public (string? Encoding, byte[] Content) For(StringValues acceptEncoding)
    {
        // A font is compressed already.
        if (
            contentType.StartsWith("font/", StringComparison.Ordinal)
            || !StringWithQualityHeaderValue.TryParseList(acceptEncoding, out var accepted)
        )
        {
            return (null, content);
        }

        bool Takes(string encoding) =>
            accepted.Any(one => one.Value.Equals(encoding, StringComparison.OrdinalIgnoreCase) && one.Quality != 0);

        return Takes("br") ? ("br", brotli.Value)
            : Takes("gzip") ? ("gzip", gzip.Value)
            : (null, content);
    }

    /// <summary>Sends it, under a policy that lets the page load nothing from elsewhere.</summary>
    public IResult AnswerTo(HttpRequest request)
    {
        var headers = request.HttpContext.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers["Referrer-Policy"] = "no-referrer";
        // Kept, and asked for each time whether it is still the same: files of two versions never meet.
        headers.CacheControl = "no-cache";
        headers.Vary = ContentType.StartsWith(MediaTypeNames.Text.Html, StringComparison.Ordinal)
            ? "Accept-Encoding, Accept-Language"
            : "Accept-Encoding";
        var (encoding, content) = For(request.Headers.AcceptEncoding);
        if (encoding is not null)
        {
            headers.ContentEncoding = encoding;
        }

        return Results.Bytes(
            content,
            ContentType,
            entityTag: new EntityTagHeaderValue($"\"{Hash}{(encoding is null ? "" : "-" + encoding)}\"")
        );
    }

    private static byte[] Compressed(byte[] plain, Func<Stream, Stream> compress)
    {
        using var output = new MemoryStream();
        using (var stream = compress(output))
        {
            stream.Write(plain);
        }

        return output.ToArray();
    }
}
