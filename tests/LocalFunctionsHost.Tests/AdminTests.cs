using System.Net;
using System.Text;

namespace LocalFunctionsHost.Tests;

public sealed class AdminTests : IAsyncLifetime
{
    private TestHost host = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        host = await TestHost.StartAsync([("Tick__Schedule", "0 0 0 1 1 *")], cancellationToken: Cancelled);

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Theory]
    [InlineData("Work", "{\"input\":\"one\"}", "work ended one")]
    [InlineData("work", "{\"input\":\"two\"}", "work ended two")]
    [InlineData("WorkMessage", "{\"input\":\"three\"}", "message three try 1")]
    [InlineData("WorkOrder", "{\"input\":\"{\\\"id\\\":4,\\\"name\\\":\\\"four\\\"}\"}", "order 4 four")]
    [InlineData("Tick", "{}", "tick")]
    [InlineData("Tick", "", "tick")]
    public async Task A_function_that_no_request_starts_is_fired_with_what_is_posted(string function, string body, string told)
    {
        (await PostAsync(function, body)).ShouldBe(HttpStatusCode.Accepted);

        await host.Probe.HaveAsync(told);
    }

    [Fact]
    public async Task The_answer_does_not_wait_for_the_function_nor_tell_of_its_failure()
    {
        (await PostAsync("Work", "{\"input\":\"fail\"}")).ShouldBe(HttpStatusCode.Accepted);

        await host.Logs.HaveAsync("Work failed");
    }

    [Theory]
    [InlineData("Nothing", "{}", HttpStatusCode.NotFound)]
    [InlineData("Plain", "{}", HttpStatusCode.NotFound)]
    [InlineData("Work", "input", HttpStatusCode.BadRequest)]
    [InlineData("Work", "[]", HttpStatusCode.BadRequest)]
    public async Task What_cannot_be_fired_is_refused(string function, string body, HttpStatusCode status) =>
        (await PostAsync(function, body)).ShouldBe(status);

    private async Task<HttpStatusCode> PostAsync(string function, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await host.Client.PostAsync($"admin/functions/{function}", content, Cancelled);
        return response.StatusCode;
    }
}
