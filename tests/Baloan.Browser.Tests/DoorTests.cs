using Microsoft.Playwright;

namespace Baloan.Browser.Tests;

/// <summary>The key, what is loaded from where, and an app that is away.</summary>
public sealed class DoorTests(ConsoleFixture fixture) : ConsoleTests(fixture)
{
    [Fact]
    public async Task The_key_is_asked_for_once_a_wrong_one_is_said_and_it_stays_in_its_tab()
    {
        // The console looks up what a key lets, a settlement that is not there among it.
        Expected.AddRange(["401", "404"]);
        var page = await OpenAsync(key: null);
        var dialog = page.GetByRole(AriaRole.Dialog);
        await Expect(dialog).ToContainTextAsync("Function key");
        await IsAccessibleAsync(page);

        await page.GetByLabel("Key", new() { Exact = true }).FillAsync("not the key");
        await page.Keyboard.PressAsync("Enter");
        await Expect(dialog).ToContainTextAsync("The app does not take this key.");
        await page.GetByLabel("Key", new() { Exact = true }).FillAsync("کلید");
        await page.Keyboard.PressAsync("Enter");
        await Expect(dialog).ToContainTextAsync("The app does not take this key.");
        await page.GetByLabel("Key", new() { Exact = true }).FillAsync(ConsoleFixture.FunctionKey);
        await page.Keyboard.PressAsync("Enter");

        await Expect(dialog).ToHaveCountAsync(0);
        await Expect(page.Locator("main")).ToContainTextAsync("Updated at");
        await page.GetByRole(AriaRole.Link, new() { Name = "Loans", Exact = true }).ClickAsync();
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(20);
        await Expect(dialog).ToHaveCountAsync(0);
        (await page.EvaluateAsync<string>("JSON.stringify(localStorage)")).ShouldNotContain("function key");
        page.Url.ShouldNotContain("key");

        // A tab of its own asks again; and so does this one when the key is to be forgotten.
        var other = await page.Context.NewPageAsync();
        await other.GotoAsync(page.Url);
        await Expect(other.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await page.Locator("#who").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove key" }).ClickAsync();
        await Expect(dialog).ToContainTextAsync("Function key");
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert).First).ToContainTextAsync("needs a function key");
    }

    [Theory]
    [InlineData("en", Explicit = true)]
    [InlineData("fa")]
    public async Task The_first_view_is_small_and_comes_from_the_app_alone(string language)
    {
        var page = await OpenAsync("nowhere", language);
        await Expect(page.Locator("h1")).ToBeVisibleAsync();
        var sizes = new System.Collections.Concurrent.ConcurrentBag<(string Url, int Size)>();
        var pending = new System.Collections.Concurrent.ConcurrentBag<Task>();

        await page.GotoAsync("about:blank");
        await page.Context.ClearCookiesAsync();
        var session = await page.Context.NewCDPSessionAsync(page);
        await session.SendAsync("Network.clearBrowserCache");
        // From here on: what the first view was still waiting for is none of this one's.
        page.RequestFinished += (_, request) => pending.Add(MeasureAsync(request));
        await page.GotoAsync($"{Fixture.App.BaseAddress}api/console");
        await Expect(page.Locator(".overview .chart").First).ToBeVisibleAsync();
        await page.EvaluateAsync("document.fonts.ready");
        await Task.WhenAll(pending);

        var list = string.Join('\n', sizes.OrderByDescending(one => one.Size).Select(one => $"{one.Size, 7} {one.Url}"));
        TestContext.Current.TestOutputHelper!.WriteLine(list);
        sizes.Count.ShouldBeGreaterThan(10, list);
        sizes.Count(one => one.Url.EndsWith(".woff2", StringComparison.Ordinal)).ShouldBe(language == "fa" ? 2 : 1, list);
        sizes.Sum(one => one.Size).ShouldBeLessThan(150 * 1024, list);

        async Task MeasureAsync(IRequest request)
        {
            var size = await request.SizesAsync();
            sizes.Add((request.Url, size.ResponseBodySize + size.ResponseHeadersSize));
        }
    }

    [Fact]
    public async Task A_script_that_got_into_the_page_would_not_run()
    {
        Expected.Add("Content Security Policy");
        var page = await OpenAsync("counter");
        await Expect(page.Locator("h1")).ToBeVisibleAsync();

        await page.EvaluateAsync(
            """
            () => {
              const script = document.createElement('script');
              script.textContent = 'window.taken = 1';
              const button = document.createElement('button');
              button.setAttribute('onclick', 'window.taken = 1');
              document.body.append(script, button);
              button.click();
              return fetch('https://example.com/').catch(() => {});
            }
            """
        );

        (await page.EvaluateAsync<bool>("'taken' in window")).ShouldBeFalse();
    }

    [Fact]
    public async Task An_app_that_is_away_is_said_plainly_and_old_numbers_are_marked_old()
    {
        Expected.AddRange(["ERR_CONNECTION", "ERR_INTERNET", "ERR_FAILED", "ERR_EMPTY"]);
        var app = await Fixture.StartAppAsync(functionKey: ConsoleFixture.FunctionKey);
        var page = await OpenAsync(app: app);
        await Expect(page.Locator("main")).ToContainTextAsync("Updated at");
        var content = page.Locator(".overview");
        var refresh = page.GetByRole(AriaRole.Button, new() { Name = "Refresh now" });

        await page.Context.SetOfflineAsync(true);
        await refresh.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The app cannot be reached");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The numbers below are old");
        await Expect(content).ToHaveClassAsync(new System.Text.RegularExpressions.Regex("old"));
        await IsAccessibleAsync(page);
        await KeepPictureAsync(page, "unreachable");

        await page.Context.SetOfflineAsync(false);
        await refresh.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToBeEmptyAsync();
        await Expect(content).Not.ToHaveClassAsync(new System.Text.RegularExpressions.Regex("old"));

        await app.Process.KillAsync();
        await refresh.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The app cannot be reached");
        await page.GetByRole(AriaRole.Link, new() { Name = "Settlements", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The app cannot be reached");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Try again" })).ToBeVisibleAsync();
    }
}
