using System.Reflection;
using Baloan.EndToEnd.Tests;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Baloan.Browser.Tests;

/// <summary>
/// Opens the console as a reader does, and holds what every page has to keep: no error, no other host, no key in an address.
/// </summary>
public abstract class ConsoleTests(ConsoleFixture fixture) : IAsyncLifetime
{
    protected const int Phone = 360;

    private readonly List<string> faults = [];
    private readonly List<IBrowserContext> contexts = [];

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected ConsoleFixture Fixture => fixture;

    /// <summary>Faults that a test means to make: messages of the browser's console that contain one of these are none.</summary>
    protected List<string> Expected { get; } = [];

    public ValueTask InitializeAsync()
    {
        Assert.SkipWhen(
            Chromium.Path is null,
            "There is no Chromium here ('apt-get install chromium-headless-shell', or BALOAN_CHROMIUM); the console is not tried."
        );
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var context in contexts)
        {
            await context.DisposeAsync();
        }

        GC.SuppressFinalize(this);
        faults.Where(fault => !Expected.Any(expected => fault.Contains(expected, StringComparison.Ordinal))).ShouldBeEmpty();
    }

    /// <summary>Opens the console.</summary>
    /// <param name="route">What comes after <c>#/</c>.</param>
    /// <param name="language">That the browser prefers.</param>
    /// <param name="key">That was given before; null for none.</param>
    /// <param name="width">Of the window, in pixels.</param>
    /// <param name="dark">Whether the reader prefers dark colors.</param>
    /// <param name="app">Another app than the fixture's.</param>
    protected async Task<IPage> OpenAsync(
        string route = "",
        string language = "en",
        string? key = ConsoleFixture.FunctionKey,
        int width = 1280,
        bool dark = false,
        RunningApp? app = null
    )
    {
        var context = await fixture.Browser.NewContextAsync(
            new()
            {
                Locale = language == "fa" ? "fa-IR" : "en-GB",
                TimezoneId = "Asia/Tehran",
                ViewportSize = new() { Width = width, Height = 800 },
                ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
                // What moves is drawn anew all the time, and shows no test anything.
                ReducedMotion = ReducedMotion.Reduce,
                Permissions = ["clipboard-read", "clipboard-write"],
                AcceptDownloads = true,
            }
        );
        contexts.Add(context);
        if (key is not null)
        {
            await context.AddInitScriptAsync(
                $"if (location.host && !sessionStorage.getItem('tried')) {{ sessionStorage.setItem('tried', 1); "
                    + $"sessionStorage.setItem('baloan-console-key', '{key}'); }}"
            );
        }

        var page = await context.NewPageAsync();
        var host = (app ?? fixture.App).BaseAddress;
        page.SetDefaultTimeout(90_000);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                faults.Add($"{message.Text} {message.Location}");
            }
        };
        page.PageError += (_, error) => faults.Add(error);
        page.Request += (_, request) =>
        {
            var address = new Uri(request.Url);
            if (
                address.Scheme is not ("data" or "blob")
                && (address.Authority != host.Authority || request.Url.Contains("function", StringComparison.Ordinal))
            )
            {
                faults.Add($"It asked for {request.Url}.");
            }
        };
        await page.GotoAsync(new Uri(host, $"api/console#/{route}").ToString());
        return page;
    }

    protected static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);

    /// <summary>Waits until a view has all its data, and its typeface.</summary>
    protected static async Task LoadedAsync(IPage page)
    {
        await Expect(page.Locator("h1")).ToBeVisibleAsync();
        await Expect(page.Locator("[aria-busy=true]")).ToHaveCountAsync(0);
        await page.EvaluateAsync("document.fonts.ready");
    }

    /// <summary>The number of pixels by which something sticks out of the window; and what is cut off inside it.</summary>
    protected static async Task NothingIsCutAsync(IPage page)
    {
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth")).ShouldBeLessThanOrEqualTo(0);
        (
            await page.EvaluateAsync<string[]>(
                """
                [...document.querySelectorAll('main *, header *')]
                  .filter((element) => element.clientWidth > 0 && !element.closest('.chart, .visually-hidden, thead, input') && getComputedStyle(element).display !== 'inline' && getComputedStyle(element).textOverflow !== 'ellipsis' && element.scrollWidth > element.clientWidth + 1)
                  .map((element) => element.outerHTML.slice(0, 200))
                """
            )
        ).ShouldBeEmpty();
    }

    /// <summary>What axe-core finds that is serious.</summary>
    protected static async Task IsAccessibleAsync(IPage page)
    {
        var found = await page.RunAxe(new AxeRunOptions { ResultTypes = [ResultType.Violations] });
        found
            .Violations.Where(violation => violation.Impact is "serious" or "critical")
            .SelectMany(violation => violation.Nodes.Select(node => $"{violation.Id}: {violation.Help}: {node.Html}"))
            .ShouldBeEmpty();
    }

    /// <summary>
    /// Where <c>BALOAN_SCREENSHOTS</c> is set, keeps a picture to look at beside the tests, and those of the README in
    /// <c>docs/images</c>: each picture costs as much as the rest of many a test.
    /// </summary>
    /// <param name="page">Where it is.</param>
    /// <param name="name">Of the file.</param>
    /// <param name="forReadme">Whether the README shows it.</param>
    /// <param name="screen">Only what a screen shows of it, where it is far longer than one.</param>
    protected static async Task KeepPictureAsync(IPage page, string name, bool forReadme = false, bool screen = false)
    {
        if (Environment.GetEnvironmentVariable("BALOAN_SCREENSHOTS") is null or "")
        {
            return;
        }

        var picture = await page.ScreenshotAsync(new() { FullPage = !screen, Animations = ScreenshotAnimations.Disabled });
        var folders = new List<string> { Path.Combine(AppContext.BaseDirectory, "screenshots") };
        if (forReadme)
        {
            folders.Add(
                typeof(ConsoleTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(one => one.Key == "Images").Value!
            );
        }

        foreach (var folder in folders)
        {
            Directory.CreateDirectory(folder);
            await File.WriteAllBytesAsync(Path.Combine(folder, $"{name}.png"), picture, Cancel);
        }
    }

    /// <summary>Answers a call of the page in the app's place, with what an app in trouble would say.</summary>
    protected static Task AnswerAsync(IPage page, string path, object answer, int status = 200) =>
        page.RouteAsync(
            address => address.Contains($"/api/{path}", StringComparison.Ordinal),
            route =>
                route.FulfillAsync(
                    new()
                    {
                        Status = status,
                        ContentType = "application/json",
                        Body = System.Text.Json.JsonSerializer.Serialize(answer),
                    }
                )
        );

    /// <summary>The digits that a Persian reader types and sees.</summary>
    protected static string Persian(string digits) =>
        string.Concat(digits.Select(digit => char.IsAsciiDigit(digit) ? (char)('۰' + (digit - '0')) : digit));

    /// <summary>Makes the window as wide as a narrow phone.</summary>
    protected static async Task NarrowAsync(IPage page)
    {
        await page.SetViewportSizeAsync(Phone, 800);
        // The charts follow the window, one frame later.
        await page.EvaluateAsync("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
    }
}
