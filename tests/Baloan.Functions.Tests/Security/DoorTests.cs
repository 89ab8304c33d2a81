using System.Globalization;
using System.Text;
using Baloan.Functions.Tests.ApiDescription;
using Baloan.Functions.Tests.Fixtures;

namespace Baloan.Functions.Tests.Security;

/// <summary>Every route of the description that the app serves, without the key that it asks for, and around it.</summary>
public sealed class DoorTests(StorageAccounts storage) : ApiTests(storage)
{
    private const string NoKey = "";

    /// <summary>What people send who hope that something behind reads it.</summary>
    private static readonly string[] Smuggled =
    [
        "X-HTTP-Method-Override: POST",
        "X-HTTP-Method: POST",
        "X-Method-Override: DELETE",
        "X-Original-URL: /api/health",
        "X-Rewrite-URL: /api/health",
        "X-Original-Url: /api/openapi.json",
        "X-Forwarded-Host: localhost",
        "X-Forwarded-For: 127.0.0.1",
        "X-Forwarded-Proto: https",
        "X-Forwarded-Prefix: /api/health",
        "X-Forwarded-Uri: /api/health",
        "Forwarded: for=127.0.0.1;host=localhost",
        "X-Real-IP: 127.0.0.1",
        "X-Custom-IP-Authorization: 127.0.0.1",
        "True-Client-IP: 127.0.0.1",
        "X-ARR-LOG-ID: x",
        "X-Site-Deployment-Id: app",
        "X-WAWS-Unencoded-URL: /api/health",
        "x-ms-site-restricted-token: x",
        "x-ms-client-principal: e30=",
        "x-ms-client-principal-id: admin",
        "x-functions-clientid: master",
        "Authorization: Bearer " + RunningApps.FunctionKey,
        "Cookie: code=" + RunningApps.FunctionKey,
        "x-functions-key:",
        "x-functions-key: null",
        "x-functions-key: *",
        $"x-functions-keys: {RunningApps.FunctionKey}",
        $"x_functions_key: {RunningApps.FunctionKey}",
        $"x-functions-key: {RunningApps.FunctionKey}\r\nx-functions-key: {RunningApps.FunctionKey}",
        $"x-functions-key: {RunningApps.FunctionKey},x",
        $"x-functions-key: {RunningApps.FunctionKey}x",
        $"x-functions-key: {RunningApps.FunctionKey[..^1]}",
        $"x-functions-key: {RunningApps.FunctionKey.ToUpperInvariant()}",
        "x-functions-key: key-of-another-function",
        "x-functions-key: ' or 1 eq 1 or '",
    ];

    [Fact]
    public async Task No_route_but_the_open_ones_is_entered_without_its_key()
    {
        using var connection = await RawConnection.OpenAsync(Apps.Second.App.BaseAddress, Cancel);
        var operations = new Description((await Api.GetAsync("api/openapi.json")).Text).Operations;
        operations
            .Where(operation => operation.IsAnonymous)
            .Select(operation => operation.Id)
            .ShouldBe(["Health", "GetOpenApi", "GetSwagger"], ignoreOrder: true);
        foreach (var operation in operations.Where(operation => !operation.IsAnonymous))
        {
            var path = $"/api{Path(operation)}";
            foreach (var header in Smuggled.Append(NoKey))
            {
                await RefusedAsync(operation.Method, path, header);
            }

            foreach (
                var query in new[]
                {
                    "?code=",
                    "?code=x",
                    "?Code[]=x",
                    $"?key={RunningApps.FunctionKey}",
                    $"?x-functions-key={RunningApps.FunctionKey}",
                    $"?code=x&code={RunningApps.FunctionKey}",
                }
            )
            {
                await RefusedAsync(operation.Method, path + query, NoKey);
            }

            // A header that is wrong is not made good by the query.
            await RefusedAsync(operation.Method, $"{path}?code={RunningApps.FunctionKey}", "x-functions-key: wrong");
        }

        // The admin's doors do not open to a function key.
        foreach (
            var path in new[]
            {
                "/api/tokens/refresh",
                "/api/customers/erasures",
                "/admin/functions/VerifySettlements",
                "/admin/functions/Invoices",
                "/admin/functions/nothing",
                "/admin/host/keys",
                "/admin",
                "/ADMIN/functions/RefreshTokens",
            }
        )
        {
            await RefusedAsync("POST", path, $"x-functions-key: {RunningApps.FunctionKey}");
            await RefusedAsync("POST", path, NoKey);
        }

        async Task RefusedAsync(string method, string path, string header)
        {
            var answer = await AskAsync(connection, method, path, header);
            (answer.Status, answer.Body).ShouldBe((401, ""), $"{method} {path} {header}");
        }
    }

    [Theory]
    [InlineData("/api/health/../loans")]
    [InlineData("/api/health/..%2floans")]
    [InlineData("/api/health/%2e%2e/loans")]
    [InlineData("/api/console/../loans")]
    [InlineData("/api/console/%2e%2e/loans")]
    [InlineData("/api/health%2f..%2floans")]
    [InlineData("/api/./loans")]
    [InlineData("//api/loans")]
    [InlineData("/api//loans")]
    [InlineData("/api/loans/")]
    [InlineData("/API/Loans")]
    [InlineData("/%61pi/loans")]
    [InlineData("/api/loan%73")]
    [InlineData("/api/loans;a=b")]
    [InlineData("/api/loans%20")]
    [InlineData("/api/loans%00")]
    [InlineData("/api/loans%3f")]
    [InlineData("/api/loans%23")]
    [InlineData("/api/loans%0d%0aX:%20y")]
    [InlineData("/api\\loans")]
    [InlineData("/api/health;/../loans")]
    [InlineData("/api/openapi.json/../../api/loans")]
    [InlineData("http://localhost/api/loans")]
    [InlineData("/api/health?/../loans")]
    [InlineData("/api/health/../../admin/functions/VerifySettlements")]
    [InlineData("/admin/../api/loans")]
    [InlineData("/.env")]
    [InlineData("/host.json")]
    [InlineData("/local.settings.json")]
    [InlineData("/api/../host.json")]
    [InlineData("/runtime/webhooks/durabletask")]
    public async Task No_spelling_of_a_path_leads_around_a_key(string path)
    {
        using var connection = await RawConnection.OpenAsync(Apps.Second.App.BaseAddress, Cancel);

        var answer = await AskAsync(connection, "GET", path, NoKey);

        if (answer.Status == 200)
        {
            // What the path says after all.
            answer.Body.ShouldStartWith("{\"status\":");
            path.ShouldStartWith("/api/health?");
        }
        else
        {
            answer.Status.ShouldBeOneOf(400, 401, 404);
            answer.Body.ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task What_a_header_says_about_method_path_and_host_changes_nothing()
    {
        using var connection = await RawConnection.OpenAsync(Apps.Second.App.BaseAddress, Cancel);
        var health = await AskAsync(connection, "GET", "/api/health", NoKey);
        foreach (
            var header in Smuggled
                .Where(header => !header.Contains("key", StringComparison.OrdinalIgnoreCase))
                .Concat(["X-Original-URL: /api/tokens/refresh", "X-Rewrite-URL: /admin/functions/Invoices"])
        )
        {
            (await AskAsync(connection, "GET", "/api/health", header)).Body.ShouldBe(health.Body, header);
        }

        var key = $"x-functions-key: {RunningApps.FunctionKey}";
        var openApi = await AskAsync(
            connection,
            "GET",
            "/api/openapi.json",
            "X-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: javascript\r\nX-Original-Host: evil.example"
        );
        openApi.Body.ShouldNotContain("evil.example");
        var form = await Api.AcceptedAsync(new SettlementForm());
        var polled = await AskAsync(
            connection,
            "GET",
            $"/api/merchant/settlements/{form.Code}",
            $"{key}\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: javascript\r\nX-HTTP-Method-Override: DELETE"
        );
        polled.Status.ShouldBeOneOf(200, 202);
        polled.Headers.GetValueOrDefault("Location", "").ShouldNotContain("evil.example");
    }

    [Fact]
    public async Task One_request_is_never_read_as_two()
    {
        const string Inner = "GET /api/loans HTTP/1.1\r\nHost: localhost\r\n\r\n";
        foreach (
            var head in new[]
            {
                "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
                "Transfer-Encoding: xchunked\r\n",
                "Transfer-Encoding : chunked\r\n",
                "Transfer-Encoding:\tchunked\r\nContent-Length: 4\r\n",
                "Content-Length: 5\r\nContent-Length: 50\r\n",
                "Content-Length: +5\r\n",
                "Content-Length: 5,5\r\n",
                "Content-Length: 0x5\r\n",
                "Content-Length: 5\r\nX: y\r\n Transfer-Encoding: chunked\r\n",
            }
        )
        {
            using var connection = await RawConnection.OpenAsync(Apps.Second.App.BaseAddress, Cancel);
            await connection.SendAsync(
                $"POST /api/merchant/otp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nx-functions-key: "
                    + $"{RunningApps.FunctionKey}\r\n{head}\r\n0\r\n\r\n{Inner}",
                Cancel
            );
            connection.EndSending();
            for (var answers = 0; await connection.ReadAsync(Cancel) is { } answer; answers++)
            {
                answers.ShouldBeLessThan(2, head);
                // What comes after the first is a request of its own, and brings no key.
                (answers == 0 ? answer.Status is 400 or 501 : answer.Status is 400 or 401).ShouldBeTrue(
                    $"{head} {answer.Status} {answer.Body}"
                );
            }
        }
    }

    private static string Path(Operation operation) =>
        operation
            .Of("path")
            .Aggregate(operation.Path, (path, name) => path.Replace($"{{{name}}}", Guid.Empty.ToString(), StringComparison.Ordinal));

    private static async Task<RawAnswer> AskAsync(RawConnection connection, string method, string path, string header)
    {
        await connection.SendAsync(
            Encoding.Latin1.GetBytes(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n{header}{(header.Length > 0 ? "\r\n" : "")}\r\n"
                )
            ),
            Cancel
        );
        return (await connection.ReadAsync(Cancel)).ShouldNotBeNull($"{method} {path} {header}");
    }
}
