using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace LocalFunctionsHost.Tests;

public sealed class HttpTests : IAsyncLifetime
{
    private const string Id = "3f2504e0-4f89-11d3-9a0c-0305e82c3301";

    private readonly GateFile gate = new();
    private TestHost host = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    // No trigger but HTTP has its setting here, and so no storage is needed.
    public async ValueTask InitializeAsync() =>
        host = await TestHost.StartAsync(
            [("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", "209715200")],
            gateFile: gate.Path,
            cancellationToken: Cancelled
        );

    public async ValueTask DisposeAsync()
    {
        gate.Open();
        await host.DisposeAsync();
        gate.Dispose();
    }

    [Theory]
    [InlineData("GET", "api/numbers/12", "{\"number\":12,\"method\":\"GET\"}")]
    [InlineData("POST", "api/numbers/12", "{\"number\":12,\"method\":\"POST\"}")]
    [InlineData("GET", "API/Numbers/12", "{\"number\":12,\"method\":\"GET\"}")]
    [InlineData("GET", "api/letters/abc", "abc")]
    [InlineData("GET", "api/letters/abc/", "abc")]
    [InlineData("GET", "api/plain", "{\"method\":\"GET\"}")]
    [InlineData("GET", "api/raw/a%2Fb%20c%C3%A9", "a%2Fb cé")]
    public async Task A_request_reaches_the_function_of_its_route(string method, string path, string answer)
    {
        using var response = await SendAsync(method, path);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await response.Content.ReadAsStringAsync(Cancelled)).ShouldBe(answer);
        response.Headers.Contains("Server").ShouldBeFalse();
    }

    [Theory]
    [InlineData($"api/ids/{Id}/you", "you")]
    [InlineData($"api/ids/{Id}", "nobody")]
    public async Task Route_values_are_bound_by_name_and_type(string path, string name)
    {
        using var response = await SendAsync("GET", path);

        (await response.Content.ReadAsStringAsync(Cancelled)).ShouldBe($"{Id} {name} {host.Client.BaseAddress!.Authority}");
    }

    [Theory]
    [InlineData("GET", "api/nothing")]
    [InlineData("GET", "numbers/12")]
    [InlineData("POST", "")]
    [InlineData("PUT", "api/numbers/12")]
    [InlineData("HEAD", "api/numbers/12")]
    [InlineData("OPTIONS", "api/numbers/12")]
    [InlineData("GET", "api/numbers/twelve")]
    [InlineData("GET", "api/ids/12")]
    [InlineData("GET", "api/letters/abcd")]
    [InlineData("GET", "api/Tick")]
    public async Task An_unknown_route_a_wrong_verb_and_a_failed_constraint_are_404_and_empty(string method, string path)
    {
        using var response = await SendAsync(method, path);

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await response.Content.ReadAsByteArrayAsync(Cancelled)).ShouldBeEmpty();
        response.Content.Headers.Allow.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_root_is_a_page_that_leads_to_the_functions_as_on_Azure()
    {
        using var response = await SendAsync("GET", "");

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        (await response.Content.ReadAsStringAsync(Cancelled)).ShouldContain("href=\"/api\"");
    }

    [Fact]
    public async Task A_function_without_a_route_answers_at_its_name_to_every_verb_and_knows_its_context()
    {
        using var response = await SendAsync("PATCH", "api/unrouted");

        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await response.Content.ReadAsStringAsync(Cancelled)).ShouldStartWith("Unrouted ");
    }

    [Fact]
    public async Task An_action_result_is_executed()
    {
        using var response = await SendAsync("GET", "api/action");

        response.StatusCode.ShouldBe(HttpStatusCode.NonAuthoritativeInformation);
        JsonDocument
            .Parse(await response.Content.ReadAsStringAsync(Cancelled))
            .RootElement.GetProperty("path")
            .GetString()
            .ShouldBe("/api/action");
    }

    [Fact]
    public async Task A_function_that_throws_is_500_and_empty_and_logged()
    {
        using var response = await SendAsync("GET", "api/throws/loudly");

        response.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await response.Content.ReadAsByteArrayAsync(Cancelled)).ShouldBeEmpty();
        response.Headers.Contains("x-half").ShouldBeFalse();
        await host.Logs.HaveAsync("It failed loudly.");
    }

    [Fact]
    public async Task A_large_body_reaches_the_function_while_it_is_still_being_sent()
    {
        const int Chunks = 150;
        var chunk = new byte[1024 * 1024];
        using var connection = await ConnectAsync();
        await using var stream = connection.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"POST /api/upload HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {Chunks * chunk.Length}\r\n\r\n"
            ),
            Cancelled
        );
        await stream.WriteAsync(chunk, Cancelled);
        await host.Probe.HaveAsync("upload began");

        for (var i = 1; i < Chunks; i++)
        {
            await stream.WriteAsync(chunk, Cancelled);
        }

        using var reader = new StreamReader(stream);
        (await reader.ReadToEndAsync(Cancelled)).ShouldEndWith($"{Chunks * chunk.Length}");
    }

    [Theory]
    [InlineData("Content-Length: 20000000")]
    [InlineData("Content-Length: 900000000")]
    [InlineData("Transfer-Encoding: chunked")]
    public async Task A_body_that_is_refused_unread_is_not_waited_for(string length)
    {
        using var connection = await ConnectAsync();
        await using var stream = connection.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /api/refuse HTTP/1.1\r\nHost: localhost\r\n{length}\r\n\r\n"), Cancelled);

        using var reader = new StreamReader(stream);
        (await reader.ReadLineAsync(Cancelled)).ShouldBe("HTTP/1.1 429 Too Many Requests");
        while (await reader.ReadLineAsync(Cancelled) is { Length: > 0 }) { }

        var answer = new char["refused ".Length];
        await reader.ReadBlockAsync(answer, Cancelled);
        new string(answer).ShouldBe("refused ");
    }

    [Fact]
    public async Task A_header_in_letters_of_any_script_reaches_the_function()
    {
        using var connection = await ConnectAsync();
        await using var stream = connection.GetStream();
        await stream.WriteAsync(
            "POST /api/refuse HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\nx-note: فروشگاه\r\n\r\n"u8.ToArray(),
            Cancelled
        );

        using var reader = new StreamReader(stream);
        (await reader.ReadToEndAsync(Cancelled)).ShouldEndWith("refused فروشگاه");
    }

    [Fact]
    public async Task A_body_over_the_limit_is_413()
    {
        await using var small = await TestHost.StartAsync([("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", "1000")], cancellationToken: Cancelled);

        using var content = new ByteArrayContent(new byte[1001]);
        using var response = await small.Client.PostAsync("api/upload", content, Cancelled);

        response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task A_function_is_cancelled_when_its_caller_leaves()
    {
        using (var connection = await ConnectAsync())
        {
            await connection.GetStream().WriteAsync("GET /api/held HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), Cancelled);
            await host.Probe.HaveAsync("held began");
        }

        await host.Probe.HaveAsync("held cancelled");
    }

    private async Task<TcpClient> ConnectAsync()
    {
        var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, host.Client.BaseAddress!.Port, Cancelled);
        return connection;
    }

    private async Task<HttpResponseMessage> SendAsync(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        return await host.Client.SendAsync(request, Cancelled);
    }
}
