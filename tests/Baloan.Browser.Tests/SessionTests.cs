using Microsoft.Playwright;

namespace Baloan.Browser.Tests;

/// <summary>Who is at the console, what a key lets, and the lock.</summary>
public sealed class SessionTests(ConsoleFixture fixture) : ConsoleTests(fixture)
{
    [Theory]
    [InlineData("en", "Function key", "Cancel", "Enter a key", Explicit = true)]
    [InlineData("fa", "کلید برنامه", "انصراف", "وارد کردن کلید")]
    public async Task A_question_for_the_key_that_was_declined_does_not_come_again_by_itself(
        string language,
        string title,
        string cancel,
        string enter
    )
    {
        Expected.AddRange(["401", "404"]);
        var page = await OpenAsync("", language, key: null);
        var dialog = page.GetByRole(AriaRole.Dialog);
        await Expect(dialog).ToContainTextAsync(title);
        await page.GetByRole(AriaRole.Button, new() { Name = cancel }).ClickAsync();
        await Expect(dialog).ToHaveCountAsync(0);

        await page.Locator("main .bar button").ClickAsync();
        await page.Locator("header nav a[href='#/settlements']").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await Expect(dialog).ToHaveCountAsync(0);

        await page.GetByRole(AriaRole.Button, new() { Name = enter }).ClickAsync();
        await page.Locator("#key").FillAsync(ConsoleFixture.FunctionKey);
        await page.Locator("#key-name").FillAsync("سارا");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("table.cards")).ToBeVisibleAsync();
        await Expect(page.Locator("#who")).ToHaveTextAsync("سارا");
    }

    [Fact]
    public async Task A_key_that_lets_only_some_functions_hides_the_rest()
    {
        Expected.AddRange(["401", "404"]);
        var page = await OpenAsync("nowhere", key: null);
        await AnswerAsync(page, "loans", new { }, status: 401);
        await AnswerAsync(page, "subscriptions", new { }, status: 401);
        await page.GotoAsync($"{Fixture.App.BaseAddress}api/console#/");
        await page.Locator("#key").FillAsync(ConsoleFixture.FunctionKey);
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.Locator(".overview .chart").First).ToBeVisibleAsync();
        await Expect(page.Locator("header nav a[href='#/loans']")).ToBeHiddenAsync();
        await Expect(page.Locator("header nav a[href='#/subscriptions']")).ToBeHiddenAsync();
        await Expect(page.Locator("header nav a[href='#/settlements']")).ToBeVisibleAsync();
        await Expect(page.Locator(".needs")).ToContainTextAsync("Not looked at: webhooks, loan openings.");
        await page.ReloadAsync();
        await Expect(page.Locator("header nav a[href='#/loans']")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_function_with_a_key_of_its_own_asks_for_that_one_alone()
    {
        Expected.AddRange(["401", "404"]);
        var page = await OpenAsync("settlements");
        await Expect(page.Locator("table.cards")).ToBeVisibleAsync();
        var keys = new List<string?>();
        await page.RouteAsync(
            "**/api/merchant/settlements/*/resolve",
            async route =>
            {
                (await route.Request.HeaderValueAsync("x-functions-key")).ShouldBe(ConsoleFixture.FunctionKey);
                keys.Add(await route.Request.HeaderValueAsync("x-baloan-key"));
                await route.FulfillAsync(
                    keys[^1] == "own"
                        ? new()
                        {
                            Status = 409,
                            ContentType = "application/json",
                            Body = """{"detail":"It was decided meanwhile."}""",
                        }
                        : new()
                        {
                            Status = 401,
                            ContentType = "application/problem+json",
                            Body = """{"code":"own_key_required"}""",
                        }
                );
            }
        );
        await page.GotoAsync($"{Fixture.App.BaseAddress}api/console#/settlements/{Fixture.InReview.Code}");
        Expected.Add("409");
        await page.GetByLabel("Baloan says no money was moved").CheckAsync();
        await page.GetByLabel("Note").FillAsync("By phone.");
        await page.Locator("#by").FillAsync("Sara");
        await page.Locator("#decide").ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Record as not settled" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("This needs a key of its own");
        await page.Locator("#key").FillAsync("own");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "It was decided meanwhile." })).ToBeVisibleAsync();
        keys.ShouldBe([null, "own"]);
    }

    [Theory]
    [InlineData("en", "The console is locked", Explicit = true)]
    [InlineData("fa", "کنسول قفل است")]
    public async Task The_console_locks_when_nobody_uses_it_and_keeps_what_was_typed(string language, string locked)
    {
        var page = await OpenAsync("nowhere", language);
        // Not under a running console: it would see the time jump, and lock at once.
        await page.GotoAsync("about:blank");
        await page.Clock.InstallAsync();
        await page.GotoAsync($"{Fixture.App.BaseAddress}api/console#/counter");
        await page.Locator("#total").FillAsync("250000");
        // Each look at the clock in its turn: a jump lets a timer fire once at the most.
        await page.Clock.RunForAsync("11:00");

        var dialog = page.GetByRole(AriaRole.Dialog);
        await Expect(dialog).ToContainTextAsync(locked);
        await Expect(page.Locator("main")).ToBeHiddenAsync();
        (await page.EvaluateAsync<string?>("sessionStorage.getItem('baloan-console-key')")).ShouldBeNull();
        await page.Keyboard.PressAsync("Escape");
        await Expect(dialog).ToBeVisibleAsync();
        await page.Locator("#key").FillAsync("another key");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#key-error")).Not.ToBeEmptyAsync();
        await page.Locator("#key").FillAsync(ConsoleFixture.FunctionKey);
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.Locator("#total")).ToHaveValueAsync("250000");
    }

    [Fact]
    public async Task Both_languages_say_the_same_things()
    {
        var page = await OpenAsync("nowhere");
        var keys = await page.EvaluateAsync<string[][]>(
            """
            () => Promise.all(['en', 'fa'].map(async (language) => {
              const { text } = await import(`./console/text-${language}.js`);
              const keys = (one, path) => Object.entries(one).flatMap(([key, value]) => value && typeof value === 'object' ? keys(value, `${path}.${key}`) : [`${path}.${key} ${typeof value}`]);
              return keys(text, '').sort();
            }))
            """
        );

        keys[0].ShouldBe(keys[1]);
        keys[0].Length.ShouldBeGreaterThan(200);
    }
}
