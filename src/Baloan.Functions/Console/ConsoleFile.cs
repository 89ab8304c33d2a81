using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Baloan.Functions.Console;

/// <summary>A file of the console, as it is sent: plain, or compressed once for all who ask.</summary>
/// <param name="content">Its bytes.</param>
/// <param name="contentType">With the charset, for texts.</param>
internal sealed class ConsoleFile(byte[] content, string contentType)
{
    private readonly Lazy<byte[]> brotli = new(() => Compressed(content, output => new BrotliStream(output, new BrotliCompressionOptions { Quality = 9 })));
    private readonly Lazy<byte[]> gzip = new(() => Compressed(content, output => new GZipStream(output, CompressionLevel.SmallestSize)));

    public string ContentType => contentType;

    /// <summary>Changes with the content.</summary>
    public string Hash { get; } = Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 8));

    /// <summary>The smallest form that a caller takes.</summary>
    /// <returns>The <c>Content-Encoding</c>, null for none, and the bytes.</returns>
    public (string? Encoding, byte[] Content) For(StringValues acceptEncoding)
    {
        // A font is compressed already.
        if (contentType.StartsWith("font/", StringComparison.Ordinal) || !StringWithQualityHeaderValue.TryParseList(acceptEncoding, out var accepted))
        {
            return (null, content);
        }

        bool Takes(string encoding) => accepted.Any(one => one.Value.Equals(encoding, StringComparison.OrdinalIgnoreCase) && one.Quality != 0);

        return Takes("br") ? ("br", brotli.Value) : Takes("gzip") ? ("gzip", gzip.Value) : (null, content);
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
