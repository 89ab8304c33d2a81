using Microsoft.Playwright;

namespace Baloan.Browser.Tests;

/// <summary>Each view, in both languages, wide and narrow, light and dark.</summary>
public sealed class ViewTests(ConsoleStage stage) : ConsoleTests(stage)
{
    public static TheoryData<string, string, string> Views => new()
    {
        { "overview", "en", "a decision|Settled|Needs review|Conflicts|invoices|Valid for" },
        { "overview", "fa", "تسویه منتظر تعیین تکلیف است|تسویه شد|نیازمند بررسی|متناقض|ساعت اعتبار دارد" },
        { "settlements", "en", "TLC-111111|Settled|1,250,000 Toman|Rejected|Needs review" },
        { "settlements", "fa", "TLC-111111|تسویه شد|۱٬۲۵۰٬۰۰۰ تومان|رد شد|نیازمند بررسی|۱۴۰" },
        { "settlement", "en", "TLC-111113|4,509,001 Toman|Needs review|What does Baloan say?|Invoice|byte" },
        { "settlement", "fa", "TLC-111113|۴٬۵۰۹٬۰۰۱ تومان|نیازمند بررسی|بالون چه می‌گوید؟|بایت" },
        { "rejected", "en", "TLC-111112|Rejected|No money was moved|Reason:|Attempt 1|Attempt 2" },
        { "rejected", "fa", "TLC-111112|رد شد|پولی جابه‌جا نشد|علت:|تلاش ۱|تلاش ۲" },
        { "loans", "en", "Paid|10,000,000 Toman|12 months|Blocked" },
        { "loans", "fa", "پرداخت شد|۱۰٬۰۰۰٬۰۰۰ تومان|۱۲ ماه|مسدود" },
        { "loan", "en", "Paid|10,000,000 Toman|Monthly instalment|Late|Conflict|The customer asked for it." },
        { "loan", "fa", "پرداخت شد|۱۰٬۰۰۰٬۰۰۰ تومان|قسط ماهانه|دیررسیده|متناقض" },
        { "counter", "en", "1. Customer|Check credit|Send OTP by SMS|Invoice (PDF)" },
        { "counter", "fa", "۱. مشتری|استعلام اعتبار|ارسال رمز با پیامک|فاکتور (PDF)" },
    };

    [Theory]
    [MemberData(nameof(Views))]
    public async Task A_view_shows_its_data_wide_and_narrow_and_to_everyone(string view, string language, string texts)
    {
        var page = await OpenAsync(RouteOf(view), language);
        await LoadedAsync(page);

        (await page.Locator("html").GetAttributeAsync("dir")).ShouldBe(language == "fa" ? "rtl" : "ltr");
        foreach (var text in texts.Split('|'))
        {
            await Expect(page.Locator("main")).ToContainTextAsync(text);
        }

        await NothingIsCutAsync(page);
        await IsAccessibleAsync(page);
        await KeepPictureAsync(page, $"console-{view}-{language}", forReadme: language == "en" && view is ("overview" or "settlement"));
        await NarrowAsync(page);
        await KeepPictureAsync(page, $"console-{view}-{language}-phone", forReadme: language == "fa" && view == "overview", screen: view == "overview");
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await NothingIsCutAsync(page);
        await IsAccessibleAsync(page);
    }

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
        await Expect(rows).ToContainTextAsync(Stage.HostileLoan.ToString());

        await page.GotoAsync($"{Stage.App.BaseAddress}api/console#/settlements");
        await page.GetByLabel("Code", new() { Exact = true }).FillAsync("no-such-code");
        await page.Keyboard.PressAsync("Enter");
        Expected.Add("404");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Nothing of that name is recorded");
        await page.GoBackAsync();
        await page.GetByLabel("Code", new() { Exact = true }).FillAsync(Stage.Settled.Code);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("main")).ToContainTextAsync("The money was moved");
    }

    [Fact]
    public async Task What_others_wrote_is_shown_as_it_is_and_does_nothing()
    {
        var page = await OpenAsync($"settlements/{Uri.EscapeDataString(Stage.HostileOrder.Code)}");
        await LoadedAsync(page);
        await Expect(page.Locator("h1 bdi")).ToHaveTextAsync(Stage.HostileOrder.Code);
        (await page.Locator("h1 bdi").EvaluateAsync<string>("(element) => getComputedStyle(element).unicodeBidi")).ShouldBe("isolate");

        foreach (var route in new[] { "settlements", $"loans/{Stage.HostileLoan}", $"settlements/{Uri.EscapeDataString("%3Cimg src=x onerror=alert(1)>")}", "loans?state=<b>", "%E0%A4%A", "nowhere/else", "" })
        {
            Expected.AddRange(["404", "400"]);
            await page.GotoAsync($"{Stage.App.BaseAddress}api/console#/{route}");
            await LoadedAsync(page);
            if (route.Contains(Stage.HostileLoan.ToString(), StringComparison.Ordinal))
            {
                await Expect(page.Locator("main")).ToContainTextAsync(ConsoleStage.Hostile);
                await Expect(page.Locator("main")).ToContainTextAsync("Unknown state");
                await KeepPictureAsync(page, "hostile");
            }

            (await page.Locator("main img, main script, main b b").CountAsync()).ShouldBe(0);
            (await page.EvaluateAsync<bool>("'taken' in window")).ShouldBeFalse();
        }
    }

    private string RouteOf(string view) => view switch
    {
        "overview" => "",
        "settlement" => $"settlements/{Stage.InReview.Code}",
        "rejected" => $"settlements/{Stage.Rejected.Code}",
        "loan" => $"loans/{Stage.Loan}",
        _ => view,
    };
}
