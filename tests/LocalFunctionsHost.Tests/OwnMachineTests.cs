using System.Net;
using System.Text;

namespace LocalFunctionsHost.Tests;

public sealed class OwnMachineTests : IAsyncLifetime
{
    private TestHost host = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => host = await TestHost.StartAsync([], cancellationToken: Cancelled);

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("LOCALHOST", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("[::1]", true)]
    [InlineData("127.0.0.1.example.com", false)]
    [InlineData("localhost.example.com", false)]
    [InlineData("example.com", false)]
    [InlineData("192.168.1.2", false)]
    [InlineData("[::2]", false)]
    public async Task Only_a_name_of_this_machine_is_served(string name, bool served)
    {
        var port = host.Client.BaseAddress!.Port;
        (await StatusAsync("Host", $"{name}:{port}")).ShouldBe(served ? HttpStatusCode.OK : HttpStatusCode.Forbidden);
        (await StatusAsync("Host", name)).ShouldBe(served ? HttpStatusCode.OK : HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("Origin", "https://example.com", false)]
    [InlineData("Origin", "http://localhost", false)]
    [InlineData("Origin", "null", false)]
    [InlineData("Origin", "", false)]
    [InlineData("Origin", "own", true)]
    [InlineData("Sec-Fetch-Site", "cross-site", false)]
    [InlineData("Sec-Fetch-Site", "Cross-Site", false)]
    [InlineData("Sec-Fetch-Site", "same-origin", true)]
    [InlineData("Sec-Fetch-Site", "none", true)]
    public async Task What_a_page_of_another_site_asks_for_is_refused(string header, string value, bool served) =>
        (await StatusAsync(header, value == "own" ? host.Client.BaseAddress!.GetLeftPart(UriPartial.Authority) : value)).ShouldBe(
            served ? HttpStatusCode.OK : HttpStatusCode.Forbidden
        );

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data")]
    [InlineData(null)]
    public async Task Admin_wants_JSON(string? type)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes("{}"));
        content.Headers.TryAddWithoutValidation("Content-Type", type);

        using var response = await host.Client.PostAsync("admin/functions/Work", content, Cancelled);

        response.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
    }

    [Fact]
    public async Task With_a_key_any_name_and_any_page_is_served()
    {
        await using var keyed = await TestHost.StartAsync([("LocalFunctionsHost__FunctionKey", "key")], cancellationToken: Cancelled);
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/keyed?code=key")
        {
            Headers = { { "Host", "example.com" }, { "Origin", "https://example.com" } },
        };

        using var response = await keyed.Client.SendAsync(request, Cancelled);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private async Task<HttpStatusCode> StatusAsync(string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/plain");
        request.Headers.TryAddWithoutValidation(header, value).ShouldBeTrue();
        using var response = await host.Client.SendAsync(request, Cancelled);
        return response.StatusCode;
    }
}
