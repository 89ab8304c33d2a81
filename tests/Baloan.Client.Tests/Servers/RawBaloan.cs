using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Baloan.Client.Tests.Servers;

/// <summary>A TCP server on a free port that does to each connection what it is told: for what no proper server does.</summary>
public sealed class RawBaloan : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Func<RawConnection, Task> serve;
    private readonly Task accepting;
    private int connections;
    private int requests;

    public RawBaloan(Func<RawConnection, Task> serve)
    {
        this.serve = serve;
        listener.Start();
        Address = new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        accepting = AcceptAsync();
    }

    public Uri Address { get; }

    public int Connections => Volatile.Read(ref connections);

    /// <summary>How many requests were read whole.</summary>
    public int Requests => Volatile.Read(ref requests);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(stop.Token);
                var number = Interlocked.Increment(ref connections);
                serving.Add(ServeAsync(new RawConnection(client, number, () => Interlocked.Increment(ref requests), stop.Token)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or InvalidOperationException) { }

        await Task.WhenAll(serving);
    }

    private async Task ServeAsync(RawConnection connection)
    {
        using (connection)
        {
            try
            {
                await serve(connection);
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException or ObjectDisposedException) { }
        }
    }
}

/// <param name="Number">Which connection it is, from 1.</param>
public sealed record RawConnection(TcpClient Client, int Number, Func<int> CountRequest, CancellationToken Stopping) : IDisposable
{
    private readonly byte[] one = new byte[1];

    public Stream Stream { get; } = Client.GetStream();

    public async Task<string> ReadHeadersAsync()
    {
        var text = new StringBuilder();
        while (text.Length < 4 || text.ToString(text.Length - 4, 4) != "\r\n\r\n")
        {
            if (await Stream.ReadAsync(one, Stopping) == 0)
            {
                throw new IOException("The client went away.");
            }

            text.Append((char)one[0]);
        }

        return text.ToString();
    }

    /// <summary>Reads a whole request. Its number among all requests of the server, from 1.</summary>
    public async Task<int> ReadRequestAsync()
    {
        var headers = await ReadHeadersAsync();
        var length =
            headers.Split("\r\n").SingleOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))?[15..]
            ?? "0";
        await Stream.ReadExactlyAsync(new byte[int.Parse(length, System.Globalization.CultureInfo.InvariantCulture)], Stopping);
        return CountRequest();
    }

    public async Task WriteAsync(string text) => await Stream.WriteAsync(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n")), Stopping);

    public Task AnswerAsync(int status, string body) =>
        WriteAsync($"HTTP/1.1 {status} X\nContent-Type: application/json\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\n\n{body}");

    /// <summary>Ends the connection with a reset in place of a proper end.</summary>
    public void Reset()
    {
        Client.LingerState = new(true, 0);
        Client.Dispose();
    }

    public void Dispose() => Client.Dispose();
}
