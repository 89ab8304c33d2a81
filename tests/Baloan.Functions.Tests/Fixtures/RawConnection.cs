using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Baloan.Functions.Tests.Fixtures;

/// <summary>A connection that sends bytes as they are: no client that keeps to HTTP would send what some tests send.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] buffer = new byte[16 * 1024];
    private int start;
    private int end;

    private RawConnection() { }

    public static async Task<RawConnection> OpenAsync(Uri address, CancellationToken cancellationToken)
    {
        var connection = new RawConnection();
        try
        {
            await connection.socket.ConnectAsync(IPAddress.Loopback, address.Port, cancellationToken);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Sends bytes. A server that has answered already may have closed its ear; that is no fault.</summary>
    /// <returns>Whether all was sent.</returns>
    public async Task<bool> SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            while (!bytes.IsEmpty)
            {
                bytes = bytes[await socket.SendAsync(bytes, cancellationToken)..];
            }

            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public Task<bool> SendAsync(string text, CancellationToken cancellationToken) =>
        SendAsync(Encoding.Latin1.GetBytes(text), cancellationToken);

    /// <summary>Says that nothing more is sent.</summary>
    public void EndSending()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // Closed by the other side already.
        }
    }

    /// <summary>Goes away without a word: the other side gets a reset.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        socket.Dispose();
    }

    /// <summary>Reads the answer to a request.</summary>
    /// <returns>null where the connection was closed without one.</returns>
    public async Task<RawAnswer?> ReadAsync(CancellationToken cancellationToken)
    {
        if (await LineAsync(cancellationToken) is not { } statusLine)
        {
            return null;
        }

        var status = int.Parse(statusLine.AsSpan(9, 3), CultureInfo.InvariantCulture);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await LineAsync(cancellationToken) is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            colon.ShouldBeGreaterThan(0, line);
            // A header that comes twice would be one that somebody has put in.
            headers.TryAdd(line[..colon], line[(colon + 1)..].Trim()).ShouldBeTrue(line);
        }

        if (status == 100)
        {
            return await ReadAsync(cancellationToken);
        }

        var body =
            headers.TryGetValue("Transfer-Encoding", out var encoding) && encoding == "chunked" ? await ChunkedAsync(cancellationToken)
            : headers.TryGetValue("Content-Length", out var length)
                ? await BytesAsync(int.Parse(length, CultureInfo.InvariantCulture), cancellationToken)
            : [];
        var closes =
            headers.TryGetValue("Connection", out var connection) && connection.Equals("close", StringComparison.OrdinalIgnoreCase);
        return new RawAnswer(status, headers, Encoding.UTF8.GetString(body), closes);
    }

    public void Dispose() => socket.Dispose();

    private async Task<byte[]> ChunkedAsync(CancellationToken cancellationToken)
    {
        var body = new List<byte>();
        while (await LineAsync(cancellationToken) is { } line)
        {
            var length = int.Parse(line, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            body.AddRange(await BytesAsync(length, cancellationToken));
            await LineAsync(cancellationToken);
            if (length == 0)
            {
                break;
            }
        }

        return [.. body];
    }

    private async Task<byte[]> BytesAsync(int count, CancellationToken cancellationToken)
    {
        var bytes = new byte[count];
        for (var have = 0; have < count; )
        {
            if (start == end && !await FillAsync(cancellationToken))
            {
                throw new IOException($"The answer ended after {have} of {count} bytes.");
            }

            var taken = Math.Min(count - have, end - start);
            buffer.AsSpan(start, taken).CopyTo(bytes.AsSpan(have));
            start += taken;
            have += taken;
        }

        return bytes;
    }

    private async Task<string?> LineAsync(CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        while (true)
        {
            if (start == end && !await FillAsync(cancellationToken))
            {
                return null;
            }

            var feed = buffer.AsSpan(start, end - start).IndexOf((byte)'\n');
            if (feed >= 0)
            {
                line.Append(Encoding.Latin1.GetString(buffer, start, feed));
                start += feed + 1;
                return line.ToString().TrimEnd('\r');
            }

            line.Append(Encoding.Latin1.GetString(buffer, start, end - start));
            start = end;
        }
    }

    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        try
        {
            (start, end) = (0, await socket.ReceiveAsync(buffer, cancellationToken));
            return end > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

/// <summary>An answer as it came.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Headers">Its headers.</param>
/// <param name="Body">Its body, as UTF-8.</param>
/// <param name="Closes">Whether the connection ends with it.</param>
internal sealed record RawAnswer(int Status, IReadOnlyDictionary<string, string> Headers, string Body, bool Closes)
{
    public string? ContentType => Headers.GetValueOrDefault("Content-Type");
}
