using System.Net;
using Baloan.Functions.Tests.Fixtures;

namespace Baloan.Functions.Tests.Console;

/// <summary>Whoever opens the bare address in a browser is led to the console.</summary>
public sealed class RootTests(StorageAccounts storage) : ApiTests(storage)
{
    [Theory]
    [InlineData("api")]
    [InlineData("api/")]
    [InlineData("api?code=a-key")]
    public async Task The_bare_address_of_the_API_leads_to_the_console_without_a_key(string path)
    {
        var address = Apps.Second.App.BaseAddress;
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = address };

        using var answer = await http.GetAsync(path, Cancel);

        answer.StatusCode.ShouldBe(HttpStatusCode.Found);
        answer.Headers.Location.ShouldBe(new Uri(address, "api/console"));
    }

    [Fact]
    public async Task The_front_of_the_host_leads_to_the_API()
    {
        using var http = new HttpClient { BaseAddress = Apps.Second.App.BaseAddress };

        (await http.GetStringAsync("", Cancel)).ShouldContain("href=\"/api\"");
    }
}
