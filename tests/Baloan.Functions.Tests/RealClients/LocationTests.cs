using System.Text.Json.Nodes;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;

namespace Baloan.Functions.Tests.RealClients;

/// <summary>Where answers lead, behind gateways and under strange hosts; and what browsers and monitors ask besides.</summary>
public sealed class LocationTests(StorageAccounts storage) : ApiTests(storage)
{
    [Fact]
    public async Task A_key_that_comes_twice_in_the_address_keeps_the_first()
    {
        var answer = await Api.PostAsync($"{Sent.Settlements}?code=first&code=second", new SettlementForm { Otp = "99999" }.ToContent());

        answer.Location.Query.ShouldBe("?code=first", answer.Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("evil.example/path")]
    [InlineData("a@b")]
    [InlineData("a b")]
    [InlineData("<script>")]
    public async Task A_host_that_can_be_none_gives_a_relative_Location(string host)
    {
        using var connection = await RawConnection.OpenAsync(Apps.Second.App.BaseAddress, Cancel);
        var body = new SettlementForm { Otp = "99999" };
        var content = body.ToContent();
        var bytes = await content.ReadAsByteArrayAsync(Cancel);
        await connection.SendAsync(
            $"POST /api/merchant/settlements?code=x HTTP/1.1\r\nHost: {host}\r\nx-functions-key: "
                + $"{RunningApps.FunctionKey}\r\nContent-Type: {content.Headers.ContentType}\r\nContent-Length: {bytes.Length}\r\n\r\n",
            Cancel
        );
        await connection.SendAsync(bytes, Cancel);

        var answer = (await connection.ReadAsync(Cancel)).ShouldNotBeNull();

        // What the server in front refuses does not come here.
        if (answer.Status != 400)
        {
            answer.Status.ShouldBe(202, answer.Body);
            answer.Headers["Location"].ShouldBe($"/api/merchant/settlements/{body.Code}?code=x");
        }
    }

    [Fact(Explicit = true)]
    public async Task A_front_is_believed_where_the_setting_names_it()
    {
        await using var app = await RunningApp.StartAsync(
            Baloan,
            NewStorage(),
            settings: new KeyValuePair<string, string?>("Http__TrustedFronts", "api.shop.example; other.example:8443")
        );
        using var api = app.NewClient();

        (await LocationAsync(api, ("X-Forwarded-Host", "api.shop.example"), ("X-Forwarded-Proto", "https"))).ShouldStartWith(
            "https://api.shop.example/api/merchant/settlements/"
        );
        (await LocationAsync(api, ("X-Forwarded-Host", "api.shop.example"))).ShouldStartWith("https://api.shop.example/");
        (
            await LocationAsync(api, ("X-Forwarded-Host", "api.shop.example, inner.example"), ("X-Forwarded-Proto", "http, https"))
        ).ShouldStartWith("http://api.shop.example/");
        (await LocationAsync(api, ("X-Forwarded-Host", "other.example:8443"), ("X-Forwarded-Proto", "https"))).ShouldStartWith(
            "https://other.example:8443/"
        );
        (await LocationAsync(api, ("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "https"))).ShouldStartWith(
            app.App.BaseAddress.AbsoluteUri
        );
        (await LocationAsync(Api, ("X-Forwarded-Host", "api.shop.example"), ("X-Forwarded-Proto", "https"))).ShouldStartWith(
            Apps.Second.App.BaseAddress.AbsoluteUri
        );
    }

    [Fact]
    public async Task A_monitors_HEAD_is_answered_as_GET_without_a_body()
    {
        using var http = new HttpClient { BaseAddress = Apps.Second.App.BaseAddress };
        using var get = await http.GetAsync("api/health", Cancel);
        using var head = await http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "api/health"), Cancel);

        head.StatusCode.ShouldBe(get.StatusCode);
        head.Content.Headers.ContentType.ShouldBe(get.Content.Headers.ContentType);
        head.Content.Headers.ContentLength.ShouldBe(get.Content.Headers.ContentLength);
        (await head.Content.ReadAsByteArrayAsync(Cancel)).ShouldBeEmpty();
    }

    [Fact(Explicit = true)]
    public async Task Pages_of_other_origins_may_call_only_where_the_setting_lists_them()
    {
        await using var app = await RunningApp.StartAsync(
            Baloan,
            NewStorage(),
            settings: new KeyValuePair<string, string?>("Http__CorsOrigins", "https://shop.example;http://localhost:3000")
        );
        using var http = new HttpClient { BaseAddress = app.App.BaseAddress };
        using var closed = new HttpClient { BaseAddress = Apps.Second.App.BaseAddress };

        using var preflight = await http.SendAsync(Preflight("https://shop.example"), Cancel);
        ((int)preflight.StatusCode, One(preflight, "Access-Control-Allow-Origin")).ShouldBe((204, "https://shop.example"));
        One(preflight, "Access-Control-Allow-Methods").ShouldContain("POST");
        One(preflight, "Access-Control-Allow-Headers").ShouldContain("x-functions-key");
        preflight.Headers.Contains("Access-Control-Allow-Credentials").ShouldBeFalse();

        var call = new HttpRequestMessage(HttpMethod.Get, "api/merchant/settlements/none");
        call.Headers.Add("Origin", "http://localhost:3000");
        call.Headers.Add("x-functions-key", RunningApps.FunctionKey);
        using var answer = await http.SendAsync(call, Cancel);
        (One(answer, "Access-Control-Allow-Origin"), One(answer, "Vary"), One(answer, "Access-Control-Expose-Headers")).ShouldBe(
            ("http://localhost:3000", "Origin", "Location, Retry-After")
        );

        foreach (
            var (client, origin) in new[]
            {
                (http, "https://evil.example"),
                (http, "https://shop.example.evil.example"),
                (http, "null"),
                (closed, "https://shop.example"),
            }
        )
        {
            using var refused = await client.SendAsync(Preflight(origin), Cancel);
            ((int)refused.StatusCode, await refused.Content.ReadAsStringAsync(Cancel)).ShouldBe((404, ""));
            refused.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse();
        }

        HttpRequestMessage Preflight(string origin)
        {
            var request = new HttpRequestMessage(HttpMethod.Options, "api/merchant/credit-check");
            request.Headers.Add("Origin", origin);
            request.Headers.Add("Access-Control-Request-Method", "POST");
            return request;
        }

        static string One(HttpResponseMessage answer, string header) => answer.Headers.GetValues(header).Single();
    }

    [Theory(Explicit = true)]
    [InlineData("Http__CorsOrigins", "*")]
    [InlineData("Http__CorsOrigins", "shop.example")]
    [InlineData("Http__CorsOrigins", "https://shop.example/page")]
    [InlineData("Http__TrustedFronts", "https://shop.example/x")]
    [InlineData("Settlements__LargestTotal", "much")]
    public async Task A_setting_that_cannot_be_used_ends_the_start_with_its_name(string setting, string value)
    {
        var settings = new FunctionAppSettings(Apps.Second.ConnectionString, Baloan.BaseAddress)
        {
            More = new Dictionary<string, string?> { [setting] = value },
        };

        (await Should.ThrowAsync<SandboxException>(() => FunctionApp.StartAsync(settings, Cancel))).Message.ShouldContain(setting);
    }

    [Fact(Explicit = true)]
    public async Task Times_in_the_log_are_ISO_whatever_the_machines_culture()
    {
        var more = new Dictionary<string, string?>
        {
            ["LANG"] = "fa_IR.UTF-8",
            ["LC_ALL"] = "fa_IR.UTF-8",
            ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "false",
        };
        await using var app = await FunctionApp.StartAsync(
            new FunctionAppSettings(NewStorage(), Baloan.BaseAddress) { More = more },
            Cancel
        );
        using var api = new ApiClient(app.BaseAddress, key: null);
        await api.PostTextAsync("api/callbacks/loan-state", "{");

        await Until.TrueAsync(() => app.LogLines.Any(line => line.Contains("callback was refused", StringComparison.Ordinal)));
        var logged = app.LogLines.Single(line => line.Contains("callback was refused", StringComparison.Ordinal));
        logged[..24].ShouldMatch($"^{DateTimeOffset.UtcNow.Year}-[0-9]{{2}}-[0-9]{{2}}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}\\.[0-9]{{3}}Z$");
        await app.KillAsync();
    }

    private static async Task<string> LocationAsync(ApiClient api, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Sent.Settlements)
        {
            Content = new SettlementForm { Otp = "99999" }.ToContent(),
        };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return (await api.SendAsync(request)).Location.OriginalString;
    }
}
