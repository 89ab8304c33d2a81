using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Baloan.Functions.Tests.Fixtures;

namespace Baloan.Functions.Tests.RealClients;

/// <summary>Requests byte by byte, as clients put them together that no .NET class imitates.</summary>
internal static class Sent
{
    public const string Settlements = "api/merchant/settlements";

    /// <summary>A body under a content type that .NET would not let through.</summary>
    public static ByteArrayContent As(string contentType, byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", contentType).ShouldBeTrue();
        return content;
    }

    /// <summary>A multipart body with the boundary as it stands.</summary>
    public static byte[] Multipart(
        string boundary,
        SettlementForm form,
        string newLine = "\r\n",
        string textHead = "",
        string? fileHead = null,
        byte[]? file = null
    )
    {
        var body = new MemoryStream();
        foreach (
            var (name, value) in new[]
            {
                ("national_identifier", form.NationalIdentifier),
                ("otp", form.Otp),
                ("data", form.Data ?? form.DataText()),
            }
        )
        {
            Write($"--{boundary}{newLine}Content-Disposition: form-data; name=\"{name}\"{newLine}{textHead}{newLine}{value}{newLine}");
        }

        Write($"--{boundary}{newLine}Content-Disposition: form-data; name=\"file\"; filename=\"invoice.pdf\"{newLine}");
        Write(fileHead ?? $"Content-Type: application/pdf{newLine}");
        Write(newLine);
        body.Write(file ?? form.File!);
        Write($"{newLine}--{boundary}--{newLine}");
        return body.ToArray();

        void Write(string text) => body.Write(Encoding.UTF8.GetBytes(text));
    }

    public static byte[] Json(JsonNode node) => Encoding.UTF8.GetBytes(node.ToJsonString());

    public static byte[] Gzip(byte[] bytes) => Pack(bytes, to => new GZipStream(to, CompressionLevel.Optimal));

    /// <summary>As HTTP means "deflate": in the frame of zlib.</summary>
    public static byte[] Zlib(byte[] bytes) => Pack(bytes, to => new ZLibStream(to, CompressionLevel.Optimal));

    /// <summary>As some clients send "deflate": without a frame.</summary>
    public static byte[] Deflate(byte[] bytes) => Pack(bytes, to => new DeflateStream(to, CompressionLevel.Optimal));

    /// <summary>Quoted-printable in short lines, every byte escaped that is no letter or digit.</summary>
    public static byte[] QuotedPrintable(byte[] bytes)
    {
        var text = new StringBuilder();
        var column = 0;
        foreach (var one in bytes)
        {
            var piece = char.IsAsciiLetterOrDigit((char)one)
                ? ((char)one).ToString()
                : string.Create(CultureInfo.InvariantCulture, $"={one:X2}");
            if (column + piece.Length > 75)
            {
                text.Append("=\r\n");
                column = 0;
            }

            text.Append(piece);
            column += piece.Length;
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }

    private static byte[] Pack(byte[] bytes, Func<Stream, Stream> packer)
    {
        var packed = new MemoryStream();
        using (var stream = packer(packed))
        {
            stream.Write(bytes);
        }

        return packed.ToArray();
    }
}
