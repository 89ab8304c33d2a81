using Microsoft.Playwright;

namespace Baloan.Browser.Tests;

/// <summary>
/// Each view in one language, wide and narrow, light and dark. A class for each language: classes run side by side. It is a sweep, and
/// what users do in each view is tried elsewhere: it runs with the tests that take long.
/// </summary>
public abstract class ViewTests(ConsoleFixture fixture, string language) : ConsoleTests(fixture)
{
    private const int Tablet = 800;

    protected async Task ShowsItsDataAsync(string view, string texts)
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
        await KeepPictureAsync(
            page,
            $"console-{view}-{language}-phone",
            forReadme: language == "fa" && view == "overview",
            screen: view == "overview"
        );
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await NothingIsCutAsync(page);
        await IsAccessibleAsync(page);
        await page.SetViewportSizeAsync(Tablet, 1024);
        await NothingIsCutAsync(page);
        // The head is one line.
        var tops = await page.Locator("header nav, .tools")
            .EvaluateAllAsync<double[]>("(parts) => parts.map((part) => part.getBoundingClientRect().top)");
        tops[1].ShouldBe(tops[0], 20);
        await KeepPictureAsync(page, $"console-{view}-{language}-tablet-dark");
    }

    /// <summary>Letters of double size, as a reader sets them: nothing is cut, and nobody has to scroll sideways.</summary>
    protected async Task HoldsLargeLettersAsync(string view)
    {
        var page = await OpenAsync(RouteOf(view), language);
        await LoadedAsync(page);
        await page.EvaluateAsync("document.documentElement.style.fontSize = '200%'");
        foreach (var width in new[] { 1280, Phone })
        {
            await page.SetViewportSizeAsync(width, 800);
            await page.EvaluateAsync("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
            await KeepPictureAsync(page, $"large-{view}-{language}-{width}");
            await NothingIsCutAsync(page);
        }

        // As large as the reader asked for, and not only in some places.
        (await page.Locator("h1").EvaluateAsync<double>("(title) => parseFloat(getComputedStyle(title).fontSize)")).ShouldBeGreaterThan(32);
        (await page.Locator("main").EvaluateAsync<double>("(main) => parseFloat(getComputedStyle(main).fontSize)")).ShouldBe(30);
    }

    private string RouteOf(string view) =>
        view switch
        {
            "overview" => "",
            "settlement" => $"settlements/{Fixture.InReview.Code}",
            "rejected" => $"settlements/{Fixture.Rejected.Code}",
            "loan" => $"loans/{Fixture.Loan}",
            "receipt" => $"receipt/{Fixture.Settled.Code}",
            _ => view,
        };
}

/// <summary>The views in English.</summary>
public sealed class EnglishViewTests(ConsoleFixture fixture) : ViewTests(fixture, "en")
{
    [Theory(Explicit = true)]
    [InlineData("overview", "a decision|Settled|Needs review|Conflicts|invoices|Valid for")]
    [InlineData("settlements", "TLC-111111|Settled|1,250,000 Toman|Rejected|Needs review")]
    [InlineData(
        "settlement",
        "TLC-111113|4,509,001 Toman|Needs review|What does Baloan say?|Baloan's desk, 021-0000|Before the sending|100,000,000 Toman|Put "
            + "before a person|Invoice|byte"
    )]
    [InlineData("rejected", "TLC-111112|Rejected|No money was moved|Reason:|Attempt 1|Attempt 2")]
    [InlineData("loans", "Paid|10,000,000 Toman|12 months|Blocked")]
    [InlineData("loan", "Paid|10,000,000 Toman|Monthly instalment|Late|Conflict|The customer asked for it.")]
    [InlineData("receipt", "Laleh|Receipt of a purchase on credit|one million two hundred and fifty thousand Toman|TLC-111111")]
    [InlineData("subscriptions", "Nobody has subscribed")]
    [InlineData("openings", "There is no opening of unknown outcome.")]
    [InlineData("loan-new", "Store|Date of birth (Gregorian)")]
    [InlineData("counter", "1Customer|Check credit|Send OTP by SMS|Invoice (PDF)")]
    public Task A_view_shows_its_data_wide_and_narrow_and_to_everyone(string view, string texts) => ShowsItsDataAsync(view, texts);

    [Theory(Explicit = true)]
    [InlineData("overview")]
    [InlineData("settlements")]
    [InlineData("settlement")]
    [InlineData("rejected")]
    [InlineData("loans")]
    [InlineData("loan")]
    [InlineData("receipt")]
    [InlineData("reconciliation")]
    [InlineData("subscriptions")]
    [InlineData("openings")]
    [InlineData("loan-new")]
    [InlineData("counter")]
    public Task A_view_holds_letters_of_double_size(string view) => HoldsLargeLettersAsync(view);
}

/// <summary>The views in Persian.</summary>
public sealed class PersianViewTests(ConsoleFixture fixture) : ViewTests(fixture, "fa")
{
    [Theory(Explicit = true)]
    [InlineData("overview", "تسویه در انتظار تعیین تکلیف است|تسویه شد|نیازمند بررسی|متناقض|ساعت اعتبار دارد")]
    [InlineData("settlements", "TLC-111111|تسویه شد|۱٬۲۵۰٬۰۰۰ تومان|رد شد|نیازمند بررسی|۱۴۰")]
    [InlineData("settlement", "TLC-111113|۴٬۵۰۹٬۰۰۱ تومان|نیازمند بررسی|بالون چه اعلام کرده است؟|پیش از ارسال|ارجاع برای تعیین تکلیف|بایت")]
    [InlineData("rejected", "TLC-111112|رد شد|مبلغی تسویه نشد|علت:|تلاش ۱|تلاش ۲")]
    [InlineData("loans", "پرداخت شد|۱۰٬۰۰۰٬۰۰۰ تومان|۱۲ ماه|مسدود")]
    [InlineData("loan", "پرداخت شد|۱۰٬۰۰۰٬۰۰۰ تومان|قسط ماهانه|دیررسیده|متناقض")]
    [InlineData("receipt", "Laleh|رسید خرید اعتباری|یک میلیون و دویست و پنجاه هزار تومان|TLC-111111")]
    [InlineData("subscriptions", "اشتراکی وجود ندارد")]
    [InlineData("openings", "پرونده‌ای با نتیجهٔ نامشخص وجود ندارد.")]
    [InlineData("loan-new", "فروشگاه|تاریخ تولد (میلادی)")]
    [InlineData("counter", "۱مشتری|استعلام اعتبار|ارسال کد یک‌بارمصرف با پیامک|فاکتور (PDF)")]
    public Task A_view_shows_its_data_wide_and_narrow_and_to_everyone(string view, string texts) => ShowsItsDataAsync(view, texts);

    [Theory(Explicit = true)]
    [InlineData("overview")]
    [InlineData("settlements")]
    [InlineData("settlement")]
    [InlineData("rejected")]
    [InlineData("loans")]
    [InlineData("loan")]
    [InlineData("receipt")]
    [InlineData("reconciliation")]
    [InlineData("subscriptions")]
    [InlineData("openings")]
    [InlineData("loan-new")]
    [InlineData("counter")]
    public Task A_view_holds_letters_of_double_size(string view) => HoldsLargeLettersAsync(view);
}
