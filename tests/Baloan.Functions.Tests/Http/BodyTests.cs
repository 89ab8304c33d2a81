using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Azure.Storage.Blobs;
using Baloan.Functions.Tests.Fixtures;

namespace Baloan.Functions.Tests.Http;

/// <summary>Bodies that come slowly, in part or not at all, over a plain socket.</summary>
public sealed class BodyTests(StorageAccounts storage) : ApiTests(storage)
{
    private const int FileLimit = 10 * 1024 * 1024;

    [Fact]
    public async Task A_file_over_the_limit_whose_length_nobody_said_is_refused_once_it_has_come()
    {
        var form = new SettlementForm();
        await using var socket = await ConnectAsync();
        var file = Given.Pdf(FileLimit + 1);
        // Nothing in the headers says how much will come.
        await WriteAsync(socket, Head("Transfer-Encoding: chunked", "multipart/form-data; boundary=b"));
        await WriteChunkAsync(socket, Encoding.UTF8.GetBytes(TextParts(form) + FilePartHead));
        foreach (var piece in file.Chunk(64 * 1024))
        {
            await WriteChunkAsync(socket, piece);
        }

        // The host takes the whole body in before it tells the answer, as Azure's does.
        await WriteChunkAsync(socket, "\r\n--b--\r\n"u8.ToArray());
        await WriteAsync(socket, "0\r\n\r\n");
        var answer = await ReadAnswerAsync(socket);

        answer.ShouldStartWith("HTTP/1.1 413 ");
        answer.ShouldContain("\"file_too_large\"");
        await ShouldNotBeRecordedAsync(form.Code);
    }

    [Theory]
    [InlineData("multipart/form-data; boundary=b", 11 * 1024 * 1024, "file_too_large")]
    [InlineData("application/json", (64 * 1024) + 1, "request_too_large")]
    public async Task A_body_that_says_it_is_too_large_is_refused_once_it_has_come(string type, int length, string code)
    {
        await using var socket = await ConnectAsync();
        await WriteAsync(socket, Head(string.Create(CultureInfo.InvariantCulture, $"Content-Length: {length}"), type));
        await socket.WriteAsync(new byte[length], Cancel);

        var answer = await ReadAnswerAsync(socket);

        answer.ShouldStartWith("HTTP/1.1 413 ");
        answer.ShouldContain($"\"{code}\"");
    }

    [Theory]
    [InlineData("multipart/form-data; boundary=b", true)]
    [InlineData("multipart/form-data; boundary=b", false)]
    [InlineData("application/json", true)]
    [InlineData("application/json", false)]
    public async Task A_body_that_stops_half_way_leaves_nothing_behind(string type, bool closes)
    {
        var form = new SettlementForm();
        var invoices = new BlobServiceClient(Apps.Second.ConnectionString).GetBlobContainerClient("invoices");
        await using var socket = await ConnectAsync();
        await WriteAsync(socket, Head("Content-Length: 60000", type));
        await WriteAsync(
            socket,
            type == "application/json" ? "{\"national_identifier\":\"" : TextParts(form) + FilePartHead + "%PDF-1.7 and no more"
        );
        if (closes)
        {
            socket.Socket.Shutdown(SocketShutdown.Send);
        }

        var answer = await ReadAnswerAsync(socket);

        if (!closes)
        {
            // Whoever keeps the line open and sends nothing is told so after a while, by the host in front, as on Azure.
            answer.ShouldStartWith("HTTP/1.1 408 ");
        }

        await ShouldNotBeRecordedAsync(form.Code);
        (await Api.GetAsync("api/health")).Status.ShouldBe(200);
        (
            await invoices.GetBlobsAsync(cancellationToken: Cancel).AnyAsync(blob => blob.Properties.ContentLength is > 0 and < 30, Cancel)
        ).ShouldBeFalse();
    }

    [Theory]
    [InlineData("multipart/form-data; boundary=b")]
    [InlineData("application/json")]
    public async Task A_caller_who_hangs_up_half_way_is_no_fault_of_the_app(string type)
    {
        var form = new SettlementForm();
        await using (var socket = await ConnectAsync())
        {
            await WriteAsync(socket, Head("Content-Length: 60000", type));
            await WriteAsync(
                socket,
                type == "application/json" ? "{\"national_identifier\":\"" : TextParts(form) + FilePartHead + "%PDF-1.7"
            );
            // Not a goodbye but a reset.
            socket.Socket.LingerState = new LingerOption(true, 0);
        }

        await ShouldNotBeRecordedAsync(form.Code);
        await Api.AcceptedAsync(form);
        (await Api.EndedAsync(form.Code)).SettlementStatus.ShouldBe("settled");
        Apps.Second.App.LogLines.ShouldNotContain(line => line.Contains("failed by a fault of this app"));
    }

    [Fact]
    public async Task A_body_that_comes_byte_by_byte_is_read_as_well()
    {
        var form = new SettlementForm { File = Given.Pdf(200) };
        await Api.SendOtpAsync(form.NationalIdentifier!);
        await using var socket = await ConnectAsync();
        byte[] body = [.. Encoding.UTF8.GetBytes(TextParts(form) + FilePartHead), .. form.File!, .. "\r\n--b--\r\n"u8];
        await WriteAsync(
            socket,
            Head(string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}"), "multipart/form-data; boundary=b")
        );
        foreach (var one in body)
        {
            await socket.WriteAsync(new[] { one }, Cancel);
        }

        (await ReadAnswerAsync(socket)).ShouldStartWith("HTTP/1.1 202 ");
        (await Api.EndedAsync(form.Code)).Json["invoice"]!["sha256"]!.GetValue<string>().ShouldBe(Given.Sha256(form.File!));
    }

    private const string FilePartHead =
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"i.pdf\"\r\nContent-Type: application/pdf\r\n\r\n";

    private static string TextParts(SettlementForm form) =>
        string.Concat(
            new[] { ("national_identifier", form.NationalIdentifier), ("otp", form.Otp), ("data", form.DataText()) }.Select(field =>
                $"--b\r\nContent-Disposition: form-data; name=\"{field.Item1}\"\r\n\r\n{field.Item2}\r\n"
            )
        );

    private static string Head(string length, string type) =>
        $"POST /api/merchant/settlements HTTP/1.1\r\nHost: localhost\r\nx-functions-key: {RunningApps.FunctionKey}\r\nContent-Type: "
        + $"{type}\r\n{length}\r\n\r\n";

    private static async Task WriteChunkAsync(NetworkStream socket, byte[] bytes)
    {
        await WriteAsync(socket, string.Create(CultureInfo.InvariantCulture, $"{bytes.Length:x}\r\n"));
        await socket.WriteAsync(bytes, Cancel);
        await WriteAsync(socket, "\r\n");
    }

    private static async Task WriteAsync(NetworkStream socket, string text) =>
        await socket.WriteAsync(Encoding.UTF8.GetBytes(text), Cancel);

    /// <summary>Reads until the end of the JSON, or until the server closes.</summary>
    private static async Task<string> ReadAnswerAsync(NetworkStream socket)
    {
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReadAsync(buffer, Cancel) is > 0 and var read)
            {
                answer.Append(Encoding.UTF8.GetString(buffer, 0, read));
                if (answer.ToString().Contains('}', StringComparison.Ordinal))
                {
                    break;
                }
            }
        }
        catch (IOException)
        {
            // The server closed the connection.
        }

        return answer.ToString();
    }

    private async Task<NetworkStream> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(Apps.Second.App.BaseAddress.Host, Apps.Second.App.BaseAddress.Port, Cancel);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private async Task ShouldNotBeRecordedAsync(string code) =>
        (await Api.GetAsync($"api/merchant/settlements/{code}")).ShouldBeProblem(404, "not_found");
}
