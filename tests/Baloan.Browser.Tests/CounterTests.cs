using Baloan.EndToEnd.Tests;
using Baloan.Sandbox;
using Microsoft.Playwright;

namespace Baloan.Browser.Tests;

/// <summary>What a cashier does at the counter, and what a person decides in a review.</summary>
public sealed class CounterTests(ConsoleStage stage) : ConsoleTests(stage)
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
        await page.Locator("#file").SetInputFilesAsync(new FilePayload { Name = "فاکتور.pdf", MimeType = "application/pdf", Buffer = order.Invoice });
        await page.GetByRole(AriaRole.Button, new() { Name = "ارسال رمز با پیامک" }).ClickAsync();
        await Expect(page.Locator("main")).ToContainTextAsync("ارسال شد.");
        await page.GetByLabel("رمز پیامک‌شده").FillAsync("۱۱۱۱۱");
        await NothingIsCutAsync(page);
        await KeepPictureAsync(page, "console-counter-fa-phone", forReadme: true);
        await page.GetByRole(AriaRole.Button, new() { Name = "تسویهٔ ۱۲٬۳۴۵٬۰۰۰ تومان" }).ClickAsync();

        await Expect(page.Locator("main")).ToContainTextAsync("پول جابه‌جا شد. کالا را تحویل دهید.");
        await Expect(page.Locator("main")).ToContainTextAsync("اعتبار: ۸۷٬۶۵۵٬۰۰۰ تومان");
        await IsAccessibleAsync(page);
        await KeepPictureAsync(page, "counter-settled-fa");
        Stage.Books.ShouldHaveMovedOnce(order);
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
        await page.Locator("#file").SetInputFilesAsync(new FilePayload { Name = "invoice.pdf", MimeType = "application/pdf", Buffer = order.Invoice });
        await TabToAsync(page, "#send-otp");
        await page.Keyboard.PressAsync("Space");
        await Expect(page.Locator("main")).ToContainTextAsync("Sent.");
        await TypeAsync("#otp", MagicNumbers.Otp);
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.Locator("main")).ToContainTextAsync("Hand over the goods.");
        await Expect(page.Locator("#announcement")).ToHaveTextAsync("Status: Settled");
        Stage.Books.ShouldHaveMovedOnce(order);
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

        // What only the app sees.
        Expected.AddRange(["415", "422"]);
        var order = await FillAsync(page, Order.New() with { Invoice = "no PDF"u8.ToArray() });
        await page.Locator("button.primary").ClickAsync();
        await Expect(page.Locator("#file-error")).Not.ToBeEmptyAsync();
        Stage.Books.ShouldNotHaveMoved(order);
    }

    [Fact]
    public async Task A_refusal_of_Baloans_ends_at_the_counter_with_its_reason()
    {
        var page = await OpenAsync("counter");
        var order = await FillAsync(page, Order.New(5_004_021));

        await page.Locator("button.primary").ClickAsync();

        await Expect(page.Locator("main")).ToContainTextAsync("Baloan refused. No money was moved.");
        await Expect(page.Locator("main")).ToContainTextAsync("Reason:");
        Stage.Books.ShouldNotHaveMoved(order);
    }

    [Fact]
    public async Task An_answer_that_got_lost_is_asked_for_again_under_the_same_code()
    {
        Expected.Add("ERR_FAILED");
        var page = await OpenAsync("counter");
        var lost = 0;
        await page.RouteAsync("**/api/merchant/settlements", async route =>
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
        });
        var order = await FillAsync(page, Order.New());

        await page.Locator("button.primary").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("the same code never moves the money twice");
        await Expect(page.Locator("#code")).ToHaveValueAsync(order.Code);
        await page.Locator("button.primary").ClickAsync();

        await Expect(page.Locator("main")).ToContainTextAsync("Hand over the goods.");
        lost.ShouldBe(2);
        Stage.Books.ShouldHaveMovedOnce(order);
    }

    [Fact]
    public async Task A_review_is_decided_after_amount_and_code_were_shown_once_more()
    {
        var order = Stage.ToDecide;
        var page = await OpenAsync($"settlements/{order.Code}");
        await page.GetByLabel("The money was moved").CheckAsync();
        await page.GetByLabel("Note").FillAsync("Baloan’s desk, by phone.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Go on" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await Expect(dialog).ToContainTextAsync("3,009,001 Toman");
        await Expect(dialog).ToContainTextAsync(order.Code);
        await IsAccessibleAsync(page);
        await KeepPictureAsync(page, "confirm");

        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        (await Stage.App.GetSettlementAsync(order)).ShouldBe(200).Text("status").ShouldBe("needs_review");
        await page.GetByRole(AriaRole.Button, new() { Name = "Go on" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Yes, it was moved" }).ClickAsync();

        await Expect(page.Locator("main")).ToContainTextAsync("A person decided that the money was moved:");
        (await Stage.App.GetSettlementAsync(order)).ShouldBe(200).Text("status").ShouldBe("settled");
    }

    private async Task<Order> FillAsync(IPage page, Order order)
    {
        await Stage.App.SendOtpAsync(order.Customer);
        await page.Locator("#customer").FillAsync(order.Customer);
        await page.Locator("#total").FillAsync($"{order.Total}");
        await page.Locator("#code").FillAsync(order.Code);
        await page.Locator("#file").SetInputFilesAsync(new FilePayload { Name = "invoice.pdf", MimeType = "application/pdf", Buffer = order.Invoice });
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

    private static string Persian(string digits) => string.Concat(digits.Select(digit => (char)('۰' + (digit - '0'))));
}
