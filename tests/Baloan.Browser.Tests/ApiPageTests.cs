using System.Text.Json.Nodes;
using Microsoft.Playwright;

namespace Baloan.Browser.Tests;

/// <summary>
/// The API's page: under its closed policy it shows every call, and tries them. That nothing comes from elsewhere is looked at for every
/// page.
/// </summary>
public sealed class ApiPageTests(ConsoleFixture fixture) : ConsoleTests(fixture)
{
    [Fact]
    public async Task Every_operation_is_listed_and_a_call_is_tried_with_the_key_that_the_console_has()
    {
        var page = await OpenDocsAsync(ConsoleFixture.FunctionKey);
        var described = (await Fixture.App.GetAsync("api/openapi.json")).ShouldBe(200)["paths"]!
            .AsObject()
            .Sum(path => path.Value!.AsObject().Count);

        await Expect(page.Locator(".opblock")).ToHaveCountAsync(described);
        var operation = await UnfoldAsync(page, "CheckCredit");
        await operation.GetByRole(AriaRole.Button, new() { Name = "Execute" }).ClickAsync();

        await Expect(operation.Locator(".live-responses-table .response-col_status").Last).ToContainTextAsync("200");
        await Expect(operation.Locator(".live-responses-table")).ToContainTextAsync("user_credit");
        await Expect(operation.Locator(".curl")).ToContainTextAsync("x-functions-key: YOUR-KEY");
        (await page.ContentAsync()).ShouldNotContain("key/with+what", Case.Sensitive, "whoever copies the line would pass on the key");
        await KeepPictureAsync(page, "api-page", screen: true);
    }

    [Fact]
    public async Task Without_a_key_a_call_is_refused()
    {
        Expected.Add("401");
        var page = await OpenDocsAsync(key: null);

        var operation = await UnfoldAsync(page, "CheckCredit");
        await operation.GetByRole(AriaRole.Button, new() { Name = "Execute" }).ClickAsync();

        await Expect(operation.Locator(".live-responses-table .response-col_status").Last).ToContainTextAsync("401");
    }

    [Fact]
    public async Task The_form_of_a_settlement_begins_with_examples_and_takes_a_file()
    {
        var page = await OpenDocsAsync(ConsoleFixture.FunctionKey);

        var operation = await UnfoldAsync(page, "CreateSettlement");

        await Expect(operation.Locator("input[type=file]")).ToHaveCountAsync(1);
        (
            await operation
                .Locator("input[type=text], textarea")
                .EvaluateAllAsync<string[]>("(fields) => fields.map((field) => field.value)")
        ).ShouldContain(value => value.Contains("TLC-111111", StringComparison.Ordinal));
    }

    private async Task<IPage> OpenDocsAsync(string? key)
    {
        // By way of the console's address, for the key is kept by its origin.
        var page = await OpenAsync("nowhere", key: key);
        if (key is null)
        {
            // The console asks for one before it lets anything be clicked.
            await page.GotoAsync($"{Fixture.App.BaseAddress}api/docs");
        }
        else
        {
            await page.Locator("footer").GetByRole(AriaRole.Link, new() { Name = "API" }).ClickAsync();
        }

        await Expect(page.Locator(".opblock").First).ToBeVisibleAsync(new() { Timeout = 30_000 });
        return page;
    }

    private static async Task<ILocator> UnfoldAsync(IPage page, string id)
    {
        var operation = page.Locator($"[id$='-{id}']");
        await operation.Locator(".opblock-summary-control").ClickAsync();
        await Expect(operation.Locator(".opblock-body")).ToBeVisibleAsync();
        return operation;
    }
}
