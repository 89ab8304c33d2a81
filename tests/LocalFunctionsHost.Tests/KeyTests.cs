using System.Net;
using System.Text;

namespace LocalFunctionsHost.Tests;

public sealed class KeyTests
{
    private const string FunctionKey = "function-key-1";
    private const string AdminKey = "admin-key-1";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    // Nothing configured: nothing is asked for.
    [InlineData(false, false, "api/keyed", null, true)]
    [InlineData(false, false, "api/admin-only", null, true)]
    // Both.
    [InlineData(true, true, "api/keyed", null, false)]
    [InlineData(true, true, "api/keyed", FunctionKey, true)]
    [InlineData(true, true, "api/keyed", AdminKey, true)]
    [InlineData(true, true, "api/admin-only", null, false)]
    [InlineData(true, true, "api/admin-only", FunctionKey, false)]
    [InlineData(true, true, "api/admin-only", AdminKey, true)]
    [InlineData(true, true, "api/plain", null, true)]
    // The function key alone closes what asks for the admin key.
    [InlineData(true, false, "api/keyed", FunctionKey, true)]
    [InlineData(true, false, "api/admin-only", null, false)]
    [InlineData(true, false, "api/admin-only", FunctionKey, false)]
    [InlineData(true, false, "api/admin-only", AdminKey, false)]
    // The admin key alone opens both.
    [InlineData(false, true, "api/keyed", null, false)]
    [InlineData(false, true, "api/keyed", FunctionKey, false)]
    [InlineData(false, true, "api/keyed", AdminKey, true)]
    [InlineData(false, true, "api/admin-only", AdminKey, true)]
    // What is nearly the key.
    [InlineData(true, true, "api/keyed", "function-key-", false)]
    [InlineData(true, true, "api/keyed", "function-key-12", false)]
    [InlineData(true, true, "api/keyed", "Function-Key-1", false)]
    [InlineData(true, true, "api/keyed", "", false)]
    public async Task A_function_asks_for_the_key_of_its_level(bool functionKey, bool adminKey, string path, string? presented, bool let)
    {
        await using var host = await StartAsync(functionKey, adminKey);
        using var inHeader = new HttpRequestMessage(HttpMethod.Get, path);
        if (presented is not null)
        {
            inHeader.Headers.TryAddWithoutValidation("x-functions-key", presented);
        }

        using var byHeader = await host.Client.SendAsync(inHeader, Cancelled);
        using var byQuery = await host.Client.GetAsync(presented is null ? path : $"{path}?code={presented}", Cancelled);

        foreach (var response in (HttpResponseMessage[])[byHeader, byQuery])
        {
            response.StatusCode.ShouldBe(let ? HttpStatusCode.OK : HttpStatusCode.Unauthorized);
            if (!let)
            {
                (await response.Content.ReadAsByteArrayAsync(Cancelled)).ShouldBeEmpty();
                (response.Headers.CacheControl?.NoStore).ShouldBe(true, "no cache may answer it to who brings the key");
            }
        }
    }

    [Theory]
    [InlineData($"code={FunctionKey}&code=other", HttpStatusCode.OK)]
    [InlineData($"code=other&code={FunctionKey}", HttpStatusCode.Unauthorized)]
    [InlineData($"code=&code={FunctionKey}", HttpStatusCode.Unauthorized)]
    public async Task Of_several_in_the_address_the_first_is_the_key(string query, HttpStatusCode status)
    {
        await using var host = await StartAsync(functionKey: true, adminKey: false);

        using var response = await host.Client.GetAsync($"api/keyed?{query}", Cancelled);

        response.StatusCode.ShouldBe(status);
    }

    [Theory]
    [InlineData(true, true, FunctionKey, HttpStatusCode.Unauthorized)]
    [InlineData(true, true, AdminKey, HttpStatusCode.Accepted)]
    [InlineData(true, false, FunctionKey, HttpStatusCode.Unauthorized)]
    [InlineData(false, true, FunctionKey, HttpStatusCode.Unauthorized)]
    [InlineData(false, false, "any", HttpStatusCode.Accepted)]
    public async Task Admin_asks_for_the_admin_key(bool functionKey, bool adminKey, string presented, HttpStatusCode status)
    {
        await using var host = await StartAsync(functionKey, adminKey);

        using var content = new StringContent("{}", Encoding.UTF8, "application/json");
        using var response = await host.Client.PostAsync($"admin/functions/Tick?code={presented}", content, Cancelled);
        using var unknown = await host.Client.GetAsync($"ADMIN/host/keys?code={presented}", Cancelled);

        response.StatusCode.ShouldBe(status);
        unknown.StatusCode.ShouldBe(status == HttpStatusCode.Unauthorized ? status : HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task No_log_line_holds_a_key_whatever_the_levels_are()
    {
        // The app's host.json asks for ASP.NET Core's Trace.
        await using var host = await StartAsync(functionKey: true, adminKey: true);

        using (await host.Client.GetAsync($"api/keyed?code={FunctionKey}", Cancelled))
        using (await host.Client.GetAsync($"api/nothing?code={FunctionKey}", Cancelled))
        using (await host.Client.GetAsync($"api/throws/now?code={FunctionKey}", Cancelled))
        {
            await host.Logs.HaveAsync("It failed now.");
        }

        host.Logs.Count(FunctionKey).ShouldBe(0, host.Logs.ToString());
        host.Logs.Count("Request starting").ShouldBe(0);
    }

    private static Task<TestHost> StartAsync(bool functionKey, bool adminKey)
    {
        List<(string, string)> settings = [("Tick__Schedule", "0 0 0 1 1 *")];
        if (functionKey)
        {
            settings.Add(("LocalFunctionsHost__FunctionKey", FunctionKey));
        }

        if (adminKey)
        {
            settings.Add(("LocalFunctionsHost__AdminKey", AdminKey));
        }

        return TestHost.StartAsync(settings, cancellationToken: Cancelled);
    }
}
