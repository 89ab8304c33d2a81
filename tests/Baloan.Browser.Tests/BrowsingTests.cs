using Microsoft.Playwright;

namespace Baloan.Browser.Tests;

/// <summary>From view to view: languages, pages of lists, searching, and texts of others.</summary>
public sealed class BrowsingTests(ConsoleFixture fixture) : ConsoleTests(fixture)
{
    [Fact]
    public async Task The_page_comes_in_the_browsers_language_and_stays_in_the_one_that_was_chosen()
    {
        var page = await OpenAsync("counter", "fa");
        await Expect(page.Locator("h1")).ToHaveTextAsync("صندوق");

        await page.GetByRole(AriaRole.Button, new() { Name = "English" }).ClickAsync();

        await Expect(page.Locator("h1")).ToHaveTextAsync("Counter");
        (await page.Locator("html").GetAttributeAsync("lang")).ShouldBe("en");
        await page.ReloadAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Counter");
        await page.GetByRole(AriaRole.Button, new() { Name = "فارسی" }).ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("صندوق");
        (await page.Locator("html").GetAttributeAsync("dir")).ShouldBe("rtl");
    }

    [Fact]
    public async Task Lists_are_read_in_pages_and_by_state_and_searched()
    {
        var page = await OpenAsync("loans");
        var rows = page.Locator("tbody tr");
        await Expect(rows).ToHaveCountAsync(20);
        var first = await rows.First.InnerTextAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "Older" }).ClickAsync();
        await Expect(rows.First).Not.ToHaveTextAsync(first);
        await Expect(page.Locator("h1")).ToBeFocusedAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Newest" }).ClickAsync();
        await Expect(rows).ToHaveCountAsync(20);

        await page.GetByRole(AriaRole.Link, new() { Name = "Blocked" }).ClickAsync();
        await Expect(rows).ToHaveCountAsync(1);
        await Expect(rows).ToContainTextAsync(Fixture.HostileLoan.ToString());

        await page.GetByLabel("Open by uuid").FillAsync(Guid.NewGuid().ToString());
        await page.Keyboard.PressAsync("Enter");
        Expected.Add("404");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Nothing of that name is recorded");
    }

    [Fact]
    public async Task What_others_wrote_is_shown_as_it_is_and_does_nothing()
    {
        var page = await OpenAsync($"settlements/{Uri.EscapeDataString(Fixture.HostileOrder.Code)}");
        await LoadedAsync(page);
        await Expect(page.Locator("h1 bdi")).ToHaveTextAsync(Fixture.HostileOrder.Code);
        (await page.Locator("h1 bdi").EvaluateAsync<string>("(element) => getComputedStyle(element).unicodeBidi")).ShouldBe("isolate");

        foreach (
            var route in new[]
            {
                "settlements",
                $"loans/{Fixture.HostileLoan}",
                $"settlements/{Uri.EscapeDataString("%3Cimg src=x onerror=alert(1)>")}",
                "loans?state=<b>",
                "%E0%A4%A",
                "nowhere/else",
                "",
            }
        )
        {
            Expected.AddRange(["404", "400"]);
            await page.GotoAsync($"{Fixture.App.BaseAddress}api/console#/{route}");
            await LoadedAsync(page);
            if (route.Contains(Fixture.HostileLoan.ToString(), StringComparison.Ordinal))
            {
                await Expect(page.Locator("main")).ToContainTextAsync(ConsoleFixture.Hostile);
                await Expect(page.Locator(".mark").First).ToHaveTextAsync("U+202E");
                await Expect(page.Locator("main")).ToContainTextAsync("Unknown state");
                await KeepPictureAsync(page, "hostile");
            }

            (await page.Locator("main img, main script, main b b").CountAsync()).ShouldBe(0);
            (await page.EvaluateAsync<bool>("'taken' in window")).ShouldBeFalse();
        }
    }
}
