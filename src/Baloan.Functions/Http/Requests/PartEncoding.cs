using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;

namespace Baloan.Functions.Http.Requests;

/// <summary>The <c>Content-Transfer-Encoding</c> of a part, as mail libraries write it (RFC 2045); browsers write none.</summary>
internal static class PartEncoding
{
    /// <summary>A part's content, decoded; null where its encoding is not read.</summary>
    public static Stream? Decode(Stream content, string? encoding) =>
        encoding?.Trim().ToLowerInvariant() switch
        {
            null or "" or "7bit" or "8bit" or "binary" => content,
            "base64" => new CryptoStream(
                content,
                new FromBase64Transform(FromBase64TransformMode.IgnoreWhiteSpaces),
                CryptoStreamMode.Read
            ),
            "quoted-printable" => new QuotedPrintable(content),
            _ => null,
        };

    private sealed class QuotedPrintable(Stream content) : ReadOnlyStream
    {
        private readonly byte[] encoded = new byte[4096];
        private int start;
        private int end;
        private bool hasEnded;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var written = 0;
            while (written == 0 && !buffer.IsEmpty && await FillAsync(cancellationToken))
            {
                written = Decode(buffer.Span);
            }

            return written;
        }

        /// <summary>Makes three bytes be there, the longest sequence, or all that is left.</summary>
        private async Task<bool> FillAsync(CancellationToken cancellationToken)
        {
            if (end - start < 3 && !hasEnded)
            {
                encoded.AsSpan(start, end - start).CopyTo(encoded);
                (start, end) = (0, end - start);
                while (end < 3 && !hasEnded)
                {
                    var read = await content.ReadAsync(encoded.AsMemory(end), cancellationToken);
                    (end, hasEnded) = (end + read, read == 0);
                }
            }

            return start < end;
        }

        private int Decode(Span<byte> decoded)
        {
            var written = 0;
            while (written < decoded.Length && start < end && (hasEnded || end - start >= 3))
            {
                var rest = encoded.AsSpan(start, end - start);
                if (rest[0] != '=')
                {
                    decoded[written++] = rest[0];
                    start++;
                }
                else if (rest.StartsWith("=\r\n"u8) || rest.StartsWith("=\n"u8))
                {
                    // The line goes on.
                    start += rest[1] == '\r' ? 3 : 2;
                }
                else if (rest.Length >= 3 && Convert.FromHexString(rest[1..3], decoded[written..], out _, out _) == OperationStatus.Done)
                {
                    written++;
                    start += 3;
                }
                else
                {
                    throw new FormatException(
                        string.Create(CultureInfo.InvariantCulture, $"No quoted-printable sequence of {rest.Length} bytes begins so.")
                    );
                }
            }

            return written;
        }
    }
}
