using Baloan.EndToEnd.Tests;
using Baloan.Sandbox;
using Microsoft.Playwright;

namespace Baloan.Browser.Tests;

/// <summary>What a cashier does at the counter.</summary>
public sealed class CounterTests(ConsoleFixture fixture) : ConsoleTests(fixture)
{
    [Fact]
    public async Task A_purchase_is_settled_in_Persian_with_Persian_digits()
    {
        var order = Order.New(12_345_000) with { Code = "TLC-220011" };
        var page = await OpenAsync("counter", "fa", width: Phone);
        await page.GetByLabel("کد ملی").FillAsync(Persian(order.Customer));
        await page.GetByRole(AriaRole.Button, new() { Name = "استعلام اعتبار" }).ClickAsync();
        await Expect(page.Locator("main")).ToContainTextAsync("اعتبار: ۱۰۰٬۰۰۰٬۰۰۰ تومان");

        await page.GetByLabel("مبلغ به تومان").FillAsync("۱۲٬۳۴۵٬۰۰۰");
        await page.GetByLabel("کد خرید").FillAsync(order.Code);
        await page.Locator("#file")
            .SetInputFilesAsync(
                new FilePayload
                {
                    Name = "فاکتور.pdf",
                    MimeType = "application/pdf",
                    Buffer = order.Invoice,
                }
            );
        await page.GetByRole(AriaRole.Button, new() { Name = "ارسال کد یک‌بارمصرف با پیامک" }).ClickAsync();
        await Expect(page.Locator("main")).ToContainTextAsync("ارسال شد.");
        await page.GetByLabel("کد یک‌بارمصرف", new() { Exact = true }).FillAsync("۱۱۱۱۱");
        await NothingIsCutAsync(page);
        await KeepPictureAsync(page, "console-counter-fa-phone", forReadme: true);
        await page.GetByRole(AriaRole.Button, new() { Name = "تسویهٔ ۱۲٬۳۴۵٬۰۰۰ تومان" }).ClickAsync();

        await Expect(page.Locator("main")).ToContainTextAsync("مبلغ تسویه شد. کالا را تحویل دهید.");
        await Expect(page.Locator("main")).ToContainTextAsync("۸۷٬۶۵۵٬۰۰۰ تومان");
        await IsAccessibleAsync(page);
        await KeepPictureAsync(page, "counter-settled-fa");
        Fixture.Books.ShouldHaveMovedOnce(order);
    }

    [Fact]
    public async Task A_purchase_is_settled_by_keyboard_alone()
    {
        var order = Order.New();
        var page = await OpenAsync();
        await LoadedAsync(page);
        await TabToAsync(page, "a[href='#/counter']");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("h1")).ToBeFocusedAsync();

        await TypeAsync("#customer", order.Customer);
        await TabToAsync(page, "#check");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("main")).ToContainTextAsync("Credit: 100,000,000 Toman");
        await TypeAsync("#total", "1,250,000");
        await TypeAsync("#code", order.Code);
        await TabToAsync(page, "#file");
        // The system's own dialog cannot be reached from here.
        await page.Locator("#file")
            .SetInputFilesAsync(
                new FilePayload
                {
                    Name = "invoice.pdf",
                    MimeType = "application/pdf",
                    Buffer = order.Invoice,
                }
            );
        await TabToAsync(page, "#send-otp");
        await page.Keyboard.PressAsync("Space");
        await Expect(page.Locator("main")).ToContainTextAsync("Sent.");
        await TypeAsync("#otp", MagicNumbers.Otp);
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.Locator("main")).ToContainTextAsync("Hand over the goods.");
        await Expect(page.Locator("#announcement")).ToHaveTextAsync("Status: Settled");
        Fixture.Books.ShouldHaveMovedOnce(order);
        await TabToAsync(page, "#next");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#customer")).ToHaveValueAsync("");
        await Expect(page.Locator("#code")).Not.ToHaveValueAsync(order.Code);

        async Task TypeAsync(string field, string text)
        {
            await TabToAsync(page, field);
            await page.Keyboard.PressAsync("Control+A");
            await page.Keyboard.TypeAsync(text);
        }
    }

    [Fact]
    public async Task What_is_missing_or_wrong_is_said_at_its_field_and_nothing_is_sent()
    {
        var page = await OpenAsync("counter");
        await page.Locator("#code").FillAsync("");

        await page.GetByRole(AriaRole.Button, new() { Name = "Settle", Exact = true }).ClickAsync();

        await Expect(page.Locator("#customer")).ToBeFocusedAsync();
        await Expect(page.Locator("[aria-invalid]")).ToHaveCountAsync(5);
        await IsAccessibleAsync(page);
        await KeepPictureAsync(page, "counter-faults");

        // Each fault goes as soon as its field is right.
        await page.Locator("#customer").FillAsync(Order.NewCustomer());
        await Expect(page.Locator("#customer-error")).ToBeEmptyAsync();
        await Expect(page.Locator("[aria-invalid]")).ToHaveCountAsync(4);

        // What only the app sees.
        Expected.AddRange(["415", "422"]);
        var order = await FillAsync(page, Order.New() with { Invoice = "no PDF"u8.ToArray() });
        await page.Locator("#settle").ClickAsync();
        await Expect(page.Locator("#file-error")).Not.ToBeEmptyAsync();
        Fixture.Books.ShouldNotHaveMoved(order);
    }

    [Fact]
    public async Task An_answer_that_got_lost_is_asked_for_again_under_the_same_code()
    {
        Expected.AddRange(["ERR_FAILED", "422"]);
        var page = await OpenAsync("counter");
        var lost = 0;
        await page.RouteAsync(
            "**/api/merchant/settlements",
            async route =>
            {
                if (Interlocked.Increment(ref lost) == 1)
                {
                    // It arrives, and its answer does not come back.
                    await route.FetchAsync();
                    await route.AbortAsync();
                }
                else
                {
                    await route.ContinueAsync();
                }
            }
        );
        var order = await FillAsync(page, Order.New());

        await page.Locator("#settle").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("the same code never moves the money twice");
        await Expect(page.Locator("#code")).ToHaveValueAsync(order.Code);

        // An OTP that is refused now says nothing of the money of the first time.
        await page.Locator("#otp").FillAsync("99999");
        await page.Locator("#settle").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("the money may have been moved");
        await Expect(page.GetByRole(AriaRole.Alert)).Not.ToContainTextAsync("Nothing was sent");
        await Expect(page.Locator("#look")).ToHaveAttributeAsync("href", $"#/counter/{order.Code}");
        await page.Locator("#send-otp").ClickAsync();
        await Expect(page.Locator("main")).ToContainTextAsync("Sent.");
        await page.Locator("#otp").FillAsync(MagicNumbers.Otp);
        await page.Locator("#settle").ClickAsync();

        await Expect(page.Locator("main")).ToContainTextAsync("Hand over the goods.");
        lost.ShouldBe(2);
        Fixture.Books.ShouldHaveMovedOnce(order);
    }

    [Fact]
    public async Task A_key_that_does_not_let_settle_is_said_and_leaves_nothing_unknown()
    {
        Expected.Add("401");
        var page = await OpenAsync("counter");
        await FillAsync(page, Order.New());
        await AnswerAsync(page, "merchant/settlements", new { }, status: 401);

        await page.Locator("#settle").ClickAsync();

        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Your key does not let this.");
        await Expect(page.GetByRole(AriaRole.Alert)).Not.ToContainTextAsync("It is not known");
    }

    [Theory]
    [InlineData("en", "Baloan does not take this OTP.", "Send a new OTP and try again", Explicit = true)]
    [InlineData("fa", "بالون این کد یک‌بارمصرف را نمی‌پذیرد.", "کد یک‌بارمصرف تازه‌ای ارسال کنید")]
    public async Task A_wrong_OTP_is_said_at_once_and_the_sale_goes_on_from_there(string language, string refused, string advice)
    {
        Expected.Add("422");
        var page = await OpenAsync("counter", language);
        var order = await FillAsync(page, Order.New());
        await page.Locator("#otp").FillAsync("99999");

        await page.Locator("#settle").ClickAsync();

        await Expect(page.Locator("#otp-error")).ToHaveTextAsync(refused);
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync(advice);
        await IsAccessibleAsync(page);
        await Expect(page.Locator("#customer")).ToHaveValueAsync(order.Customer);
        await Expect(page.Locator("#code")).ToHaveValueAsync(order.Code);
        Fixture.Books.ShouldNotHaveMoved(order);
        (await Fixture.App.GetSettlementAsync(order)).Status.ShouldBe(404);

        await page.Locator("#send-otp").ClickAsync();
        await page.Locator("#otp").FillAsync(MagicNumbers.Otp);
        await Expect(page.Locator("#otp-error")).ToBeEmptyAsync();
        await page.Locator("#settle").ClickAsync();
        await Expect(page.Locator("#receipt")).ToBeVisibleAsync();
        Fixture.Books.ShouldHaveMovedOnce(order);
    }

    [Theory]
    [InlineData("en", "Baloan refused. No money was moved.", "Try again with a new OTP", "Attempt 2", Explicit = true)]
    [InlineData("fa", "بالون نپذیرفت. مبلغی تسویه نشد.", "تلاش دوباره با کد یک‌بارمصرف تازه", "تلاش ۲")]
    public async Task A_refused_purchase_is_tried_again_under_the_same_code(string language, string told, string repeat, string attempt)
    {
        var page = await OpenAsync("counter", language);
        var order = await FillAsync(page, Order.New(5_004_021));
        await page.Locator("#settle").ClickAsync();
        await Expect(page.Locator("main")).ToContainTextAsync(told);
        await KeepPictureAsync(page, $"counter-rejected-{language}");

        await page.GetByRole(AriaRole.Button, new() { Name = repeat }).ClickAsync();

        await Expect(page.Locator("#code")).ToHaveValueAsync(order.Code);
        await Expect(page.Locator("#customer")).ToHaveValueAsync(order.Customer);
        await Expect(page.Locator(".chosen")).ToContainTextAsync("invoice.pdf");
        await Expect(page.Locator("#otp")).ToHaveValueAsync("");
        await page.Locator("#send-otp").ClickAsync();
        await page.Locator("#otp").FillAsync(MagicNumbers.Otp);
        await page.Locator("#settle").ClickAsync();
        await Expect(page.Locator(".timeline")).ToContainTextAsync(attempt);
        Fixture.Books.ShouldNotHaveMoved(order);
    }

    [Theory]
    [InlineData("en", "Credit: 100,000,000 Toman", "Sent.", "above the customer’s credit", Explicit = true)]
    [InlineData("fa", "اعتبار: ۱۰۰٬۰۰۰٬۰۰۰ تومان", "ارسال شد.", "بیش از اعتبار مشتری است")]
    public async Task What_was_asked_of_one_customer_is_never_shown_of_another(string language, string credit, string sent, string tooMuch)
    {
        var page = await OpenAsync("counter", language);
        await page.Locator("#customer").FillAsync(Order.NewCustomer());
        await page.Locator("#check").ClickAsync();
        await Expect(page.Locator("main")).ToContainTextAsync(credit);
        await page.Locator("#send-otp").ClickAsync();
        await Expect(page.Locator("main")).ToContainTextAsync(sent);
        await page.Locator("#otp").FillAsync(MagicNumbers.Otp);
        await page.Locator("#total").FillAsync("100,000,001");
        await Expect(page.Locator("main")).ToContainTextAsync(tooMuch);
        await KeepPictureAsync(page, $"counter-too-much-{language}");

        await page.Locator("#customer").FillAsync(Order.NewCustomer());

        await Expect(page.Locator("main")).Not.ToContainTextAsync(credit);
        await Expect(page.Locator("main")).Not.ToContainTextAsync(sent);
        await Expect(page.Locator("main")).Not.ToContainTextAsync(tooMuch);
        await Expect(page.Locator("#otp")).ToHaveValueAsync("");
        await Expect(page.Locator(".checks .done")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task An_answer_about_a_customer_who_is_no_longer_in_the_field_is_not_shown()
    {
        var page = await OpenAsync("counter");
        var answer = new TaskCompletionSource();
        await page.RouteAsync(
            "**/api/merchant/credit-check",
            async route =>
            {
                await answer.Task;
                await route.ContinueAsync();
            }
        );
        await page.Locator("#customer").FillAsync(Order.NewCustomer());
        await page.Locator("#check").ClickAsync();
        await page.Locator("#customer").FillAsync(Order.NewCustomer());

        answer.SetResult();

        await Expect(page.Locator("#check")).ToBeEnabledAsync();
        await Expect(page.Locator("main")).Not.ToContainTextAsync("100,000,000");
    }

    [Theory]
    [InlineData("en", "Leave without saving?", "Stay here", "Leave", Explicit = true)]
    [InlineData("fa", "بدون ذخیره خارج می‌شوید؟", "ماندن در صفحه", "خروج")]
    public async Task What_was_typed_is_not_lost_without_being_asked(string language, string question, string stay, string leave)
    {
        var page = await OpenAsync("counter", language);
        await page.Locator("#total").FillAsync("250000");

        await page.Locator("header nav a[href='#/settlements']").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync(question);
        await page.GetByRole(AriaRole.Button, new() { Name = stay, Exact = true }).ClickAsync();
        await Expect(page.Locator("#total")).ToHaveValueAsync("250000");
        page.Url.ShouldEndWith("#/counter");

        await page.Locator("header nav a[href='#/settlements']").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = leave, Exact = true }).ClickAsync();
        await Expect(page.Locator("table.cards")).ToBeVisibleAsync();
    }

    private async Task<Order> FillAsync(IPage page, Order order)
    {
        await Fixture.App.SendOtpAsync(order.Customer);
        await page.Locator("#customer").FillAsync(order.Customer);
        await page.Locator("#total").FillAsync($"{order.Total}");
        await page.Locator("#code").FillAsync(order.Code);
        await page.Locator("#file")
            .SetInputFilesAsync(
                new FilePayload
                {
                    Name = "invoice.pdf",
                    MimeType = "application/pdf",
                    Buffer = order.Invoice,
                }
            );
        await page.Locator("#otp").FillAsync(MagicNumbers.Otp);
        return order;
    }

    private static async Task TabToAsync(IPage page, string selector)
    {
        for (var presses = 0; presses < 60; presses++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (await page.Locator(selector).EvaluateAsync<bool>("(element) => element === document.activeElement"))
            {
                return;
            }
        }

        Assert.Fail($"Tab does not lead to {selector}.");
    }
}
