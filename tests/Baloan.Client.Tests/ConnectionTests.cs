using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using Baloan.Client.Tests.Servers;
using static Baloan.Client.Tests.ClientFixture;
using static Baloan.Client.Tests.Servers.ScriptedBaloan;

namespace Baloan.Client.Tests;

/// <summary>Connections that cannot be made, and connections that break.</summary>
public sealed class ConnectionTests
{
    public static TheoryData<string> Reads => ["check_credit", "upload", "merchant_token", "loan_policies", "get_contract"];

    public static TheoryData<string> Acts =>
        ["send_otp", "validate_otp", "settle", "open_loan", "send_contract_otp", "sign_contract", "cancel_loan"];

    [Theory]
    [MemberData(nameof(Reads))]
    [MemberData(nameof(Acts))]
    public async Task A_refused_connection_is_tried_again_and_took_no_effect(string operation)
    {
        using var fixture = new ClientFixture(new Uri($"http://127.0.0.1:{FreePort.Find()}"));

        ShouldBeUnavailable(await fixture.FailAsync(operation));

        fixture.Time.Waits.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_settlement_goes_through_once_a_connection_is_made()
    {
        var port = FreePort.Find();
        using var listener = new TcpListener(IPAddress.Loopback, port);
        var time = new ManualTime();
        using var fixture = new ClientFixture(new Uri($"http://127.0.0.1:{port}"), time: time);
        // Nobody listens at first; after the first wait someone does.
        var serving = ServeAfterFirstWaitAsync();

        await fixture.RunAsync("settle");

        time.Waits.Count.ShouldBeInRange(1, 3);
        await serving;

        async Task ServeAfterFirstWaitAsync()
        {
            await time.Waiting;
            listener.Start();
            using var client = await listener.AcceptTcpClientAsync(Stop);
            using var connection = new RawConnection(client, 1, () => 1, Stop);
            await connection.ReadRequestAsync();
            await connection.AnswerAsync(200, GoodForAll);
        }
    }

    [Theory]
    [InlineData("check_credit")]
    [InlineData("settle")]
    [InlineData("get_contract")]
    [InlineData("cancel_loan")]
    public async Task A_name_that_is_not_known_took_no_effect(string operation)
    {
        using var fixture = new ClientFixture(new Uri("http://no-such-host.invalid"));

        ShouldBeUnavailable(await fixture.FailAsync(operation));

        fixture.Time.Waits.Count.ShouldBe(3);
    }

    [Theory]
    [InlineData("check_credit")]
    [InlineData("settle")]
    [InlineData("get_contract")]
    [InlineData("cancel_loan")]
    public async Task A_failed_tls_handshake_took_no_effect(string operation)
    {
        await using var baloan = new RawBaloan(connection => connection.WriteAsync("This is no TLS.\n"));
        using var fixture = new ClientFixture(new UriBuilder(baloan.Address) { Scheme = "https" }.Uri);

        ShouldBeUnavailable(await fixture.FailAsync(operation));

        baloan.Connections.ShouldBe(4);
    }

    [Theory]
    [InlineData("check_credit")]
    [InlineData("settle")]
    [InlineData("get_contract")]
    [InlineData("cancel_loan")]
    public async Task A_connection_that_takes_too_long_took_no_effect(string operation)
    {
        await using var baloan = new RawBaloan(connection => Task.Delay(Timeout.Infinite, connection.Stopping));
        using var fixture = new ClientFixture(
            new UriBuilder(baloan.Address) { Scheme = "https" }.Uri,
            options => options with { ConnectTimeout = TimeSpan.FromMilliseconds(50) }
        );

        ShouldBeUnavailable(await fixture.FailAsync(operation));

        baloan.Connections.ShouldBe(4);
    }

    [Theory]
    [InlineData("settle", "before the body", false)]
    [InlineData("settle", "before the body", true)]
    [InlineData("settle", "after the body", false)]
    [InlineData("settle", "after the body", true)]
    [InlineData("settle", "in the status line", false)]
    [InlineData("settle", "in the headers", false)]
    [InlineData("settle", "in the answer", false)]
    [InlineData("settle", "in the answer", true)]
    [InlineData("settle", "with nonsense", false)]
    [InlineData("send_otp", "before the body", false)]
    [InlineData("send_otp", "after the body", false)]
    [InlineData("send_otp", "after the body", true)]
    [InlineData("validate_otp", "after the body", false)]
    [InlineData("validate_otp", "in the answer", false)]
    [InlineData("open_loan", "before the body", true)]
    [InlineData("open_loan", "after the body", false)]
    [InlineData("open_loan", "in the answer", false)]
    [InlineData("send_contract_otp", "after the body", false)]
    [InlineData("send_contract_otp", "after the body", true)]
    [InlineData("send_contract_otp", "in the headers", false)]
    [InlineData("sign_contract", "after the body", true)]
    [InlineData("sign_contract", "in the answer", true)]
    [InlineData("cancel_loan", "after the body", false)]
    [InlineData("cancel_loan", "in the status line", true)]
    [InlineData("cancel_loan", "with nonsense", false)]
    public async Task What_acts_is_sent_once_when_the_connection_breaks(string operation, string where, bool reset)
    {
        await using var baloan = new RawBaloan(connection => BreakAsync(connection, where, reset));
        using var fixture = new ClientFixture(baloan.Address);

        var failure = await fixture.FailAsync(operation, Big());

        ShouldBeUnknown(failure);
        baloan.Connections.ShouldBe(1);
        fixture.Time.Waits.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("check_credit", "before the body", false)]
    [InlineData("check_credit", "after the body", true)]
    [InlineData("check_credit", "in the answer", false)]
    [InlineData("check_credit", "with nonsense", false)]
    [InlineData("merchant_token", "after the body", false)]
    [InlineData("upload", "before the body", true)]
    [InlineData("upload", "after the body", false)]
    [InlineData("upload", "in the status line", true)]
    [InlineData("get_contract", "in the status line", false)]
    [InlineData("get_contract", "in the answer", true)]
    [InlineData("get_contract", "with nonsense", false)]
    public async Task A_read_is_sent_again_when_the_connection_breaks(string operation, string where, bool reset)
    {
        await using var baloan = new RawBaloan(async connection =>
        {
            if (connection.Number < 3)
            {
                await BreakAsync(connection, where, reset);
                return;
            }

            await connection.ReadRequestAsync();
            await connection.AnswerAsync(200, GoodForAll);
        });
        using var fixture = new ClientFixture(baloan.Address);

        await fixture.RunAsync(operation, Big());

        baloan.Connections.ShouldBe(3);
        fixture.Time.Waits.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("send_otp", false)]
    [InlineData("send_otp", true)]
    [InlineData("validate_otp", false)]
    [InlineData("settle", false)]
    [InlineData("settle", true)]
    [InlineData("open_loan", false)]
    [InlineData("send_contract_otp", false)]
    [InlineData("send_contract_otp", true)]
    [InlineData("sign_contract", false)]
    [InlineData("cancel_loan", false)]
    [InlineData("cancel_loan", true)]
    public async Task What_acts_is_not_silently_sent_again_on_a_connection_used_before(string operation, bool reset)
    {
        await using var baloan = new RawBaloan(async connection =>
        {
            // A kept connection that is closed just after a request was taken from it: HttpClient would send again by itself
            // what it believes was never begun.
            await connection.ReadRequestAsync();
            if (connection.Number == 1)
            {
                await connection.AnswerAsync(200, GoodForAll);
                await connection.ReadRequestAsync();
                if (reset)
                {
                    connection.Reset();
                }
            }
            else
            {
                await connection.AnswerAsync(200, GoodForAll);
            }
        });
        using var fixture = new ClientFixture(baloan.Address);
        await fixture.RunAsync("check_credit");

        ShouldBeUnknown(await fixture.FailAsync(operation));

        baloan.Requests.ShouldBe(2);
        baloan.Connections.ShouldBe(1);
    }

    [Fact]
    public async Task An_answer_beyond_one_megabyte_is_none()
    {
        await using var baloan = await StartAsync(Data($"[\"{new string('x', 1_100_000)}\"]"));
        using var fixture = new ClientFixture(baloan.Address);

        ShouldBeUnknown(await fixture.FailAsync("settle"));

        baloan.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_small_answer_that_unpacks_to_more_than_one_megabyte_is_none()
    {
        var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync(new byte[20_000_000], Stop);
        }

        await using var baloan = await StartAsync(async context =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            await context.Response.Body.WriteAsync(packed.ToArray(), Stop);
        });
        using var fixture = new ClientFixture(baloan.Address);

        ShouldBeUnknown(await fixture.FailAsync("settle"));
    }

    [Fact]
    public async Task A_packed_answer_is_unpacked()
    {
        await using var baloan = await StartAsync(async context =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            await using var gzip = new GZipStream(context.Response.Body, CompressionLevel.Fastest);
            await gzip.WriteAsync(System.Text.Encoding.UTF8.GetBytes(GoodForAll), Stop);
        });
        using var fixture = new ClientFixture(baloan.Address);

        await fixture.RunAsync("settle");
    }

    // Larger than what a socket swallows unread, so that a break before the body meets a client that is still sending.
    private static FileSource Big() => Pdf(content: new string('x', 8_000_000));

    private static async Task BreakAsync(RawConnection connection, string where, bool reset)
    {
        if (where == "before the body")
        {
            await connection.ReadHeadersAsync();
        }
        else
        {
            await connection.ReadRequestAsync();
        }

        await (
            where switch
            {
                "in the status line" => connection.WriteAsync("HTTP/1.1 20"),
                "in the headers" => connection.WriteAsync("HTTP/1.1 200 OK\nContent-Type: app"),
                "in the answer" => connection.WriteAsync(
                    "HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Length: 100\n\n{\"status\":\"ok\""
                ),
                "with nonsense" => connection.WriteAsync("220 mail.example ESMTP\n\n"),
                _ => Task.CompletedTask,
            }
        );
        if (reset)
        {
            connection.Reset();
        }
    }

    private static void ShouldBeUnavailable(BaloanException failure)
    {
        failure.Failure.ShouldBe(BaloanFailure.Unavailable);
        failure.Code.ShouldBe("baloan_unavailable");
        failure.OutcomeKnown.ShouldBeTrue();
        failure.CanRepeat.ShouldBeTrue();
        failure.Status.ShouldBeNull();
    }

    private static void ShouldBeUnknown(BaloanException failure)
    {
        failure.Failure.ShouldBe(BaloanFailure.NoAnswer);
        failure.Code.ShouldBe("outcome_unknown");
        failure.OutcomeKnown.ShouldBeFalse();
        failure.CanRepeat.ShouldBeFalse();
    }
}
