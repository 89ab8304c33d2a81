using System.Net;
using Baloan.Functions.Tests.Fixtures;

namespace Baloan.Functions.Tests.ApiDescription;

/// <summary>How the API's page is sent. What it does is tried in a browser, in <c>Baloan.Browser.Tests</c>.</summary>
public sealed class ApiPageTests(StorageAccounts storage) : ApiTests(storage)
{
    [Fact]
    public async Task The_page_needs_no_key_and_allows_nothing_but_its_own_files()
    {
        using var http = new HttpClient { BaseAddress = Apps.Second.App.BaseAddress };

        using var page = await http.GetAsync("api/docs", Cancel);

        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        page.Headers.GetValues("Content-Security-Policy")
            .Single()
            .ShouldStartWith("default-src 'none'; script-src 'self'; style-src 'self';");
        var html = await page.Content.ReadAsStringAsync(Cancel);
        html.ShouldNotContain("://");
        html.ShouldNotContain("<style");
        foreach (var file in new[] { "swagger-ui.css", "docs.css", "swagger-ui-bundle.js", "docs.js", "LICENSE.txt", "NOTICE.txt" })
        {
            (await http.GetAsync($"api/docs/{file}", Cancel)).StatusCode.ShouldBe(HttpStatusCode.OK, file);
        }

        (await http.GetAsync("api/docs/docs.html", Cancel)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await http.GetAsync("api/docs/index.html", Cancel)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public void Forms_begin_with_examples_and_events_come_with_ones_that_fit()
    {
        var document = Description.OpenApi();
        var form = document.Operations.Single(operation => operation.Id == "CreateSettlement").Body!["multipart/form-data"]!["schema"]![
            "properties"
        ]!;
        form["data"]!["example"]!.GetValue<string>().ShouldContain("\"code\"");
        form["otp"]!["example"]!.GetValue<string>().ShouldBe("11111");

        var content = document.Json["paths"]!["/subscriptions"]!["post"]!["callbacks"]!["event"]!.AsObject().Single().Value!["post"]![
            "requestBody"
        ]!["content"]!["application/json"]!;
        var schemas = document.Json["components"]!["schemas"]!;
        document.Schemas.Faults(content["examples"]!["loan_state"]!["value"], schemas["LoanStateEvent"]!).ShouldBeEmpty();
        document.Schemas.Faults(content["examples"]!["settlement"]!["value"], schemas["SettlementEvent"]!).ShouldBeEmpty();
    }
}
