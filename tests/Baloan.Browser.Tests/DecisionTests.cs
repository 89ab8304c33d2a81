using Baloan.EndToEnd.Tests;
using Microsoft.Playwright;

namespace Baloan.Browser.Tests;

/// <summary>What a person sees before deciding a review, and what everyone sees of it afterwards.</summary>
public sealed class DecisionTests(ConsoleFixture fixture) : ConsoleTests(fixture)
{
    [Fact]
    public async Task A_review_is_decided_after_amount_and_code_were_shown_once_more()
    {
        var order = Fixture.ToDecide;
        var page = await OpenAsync($"settlements/{order.Code}");
        await page.Locator("#decide").ClickAsync();
        await Expect(page.Locator("main")).ToContainTextAsync("Choose what Baloan says.");
        await page.GetByLabel("Baloan says the money was moved").CheckAsync();
        await Expect(page.Locator("#decide")).ToHaveTextAsync("Record as settled");
        await page.Locator("#decide").ClickAsync();
        await Expect(page.Locator("#note-error")).Not.ToBeEmptyAsync();
        await Expect(page.Locator("#by-error")).Not.ToBeEmptyAsync();
        await page.GetByLabel("Note").FillAsync("Baloan’s desk, by \u202Ephone.");
        await page.Locator("#by").FillAsync("Sara");
        await page.Locator("#decide").ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await Expect(dialog).ToContainTextAsync("Baloan says the money was moved");
        await Expect(dialog).ToContainTextAsync("3,009,001 Toman");
        await Expect(dialog).ToContainTextAsync(order.Code);
        await IsAccessibleAsync(page);
        await KeepPictureAsync(page, "confirm");

        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        (await Fixture.App.GetSettlementAsync(order)).ShouldBe(200).Text("status").ShouldBe("needs_review");
        await page.Locator("#decide").ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Record as settled" }).ClickAsync();

        await Expect(page.Locator(".verdict")).ToContainTextAsync("A person decided that the money was moved.");
        await Expect(page.Locator(".verdict")).ToContainTextAsync("Sara");
        await Expect(page.Locator(".verdict .mark")).ToHaveTextAsync("U+202E");
        await Expect(page.Locator("main")).Not.ToContainTextAsync("Baloan confirmed it");
        await Expect(page.Locator(".timeline")).ToContainTextAsync("Put before a person");
        await Expect(page.Locator(".timeline")).ToContainTextAsync("Decided by a person");
        await Expect(page.Locator("#who")).ToHaveTextAsync("Sara");
        await KeepPictureAsync(page, "decided");
        (await Fixture.App.GetSettlementAsync(order)).ShouldBe(200).Text("status").ShouldBe("settled");
    }

    [Fact]
    public async Task The_decision_that_can_make_a_customer_pay_twice_looks_dangerous_in_Persian()
    {
        var order = Fixture.ToDecideInPersian;
        var page = await OpenAsync($"settlements/{Uri.EscapeDataString(order.Code)}", "fa");
        await page.GetByLabel("بالون اعلام کرده که مبلغی تسویه نشده است").CheckAsync();
        await Expect(page.Locator("#decide")).ToHaveTextAsync("ثبت به عنوان تسویه‌نشده");
        await Expect(page.Locator("#decide")).ToHaveClassAsync("danger");
        await page.GetByLabel("یادداشت").FillAsync("پشتیبانی بالون، تلفنی");
        await page.Locator("#by").FillAsync("سارا");
        await page.Locator("#decide").ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await Expect(dialog).ToContainTextAsync("مشتری دو بار پرداخت خواهد کرد");
        await Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "انصراف" })).ToBeFocusedAsync();
        await KeepPictureAsync(page, "confirm-fa");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "ثبت به عنوان تسویه‌نشده" }).ClickAsync();

        await Expect(page.Locator(".verdict")).ToContainTextAsync("کاربر تعیین کرد که مبلغی تسویه نشده است.");
        await Expect(page.Locator(".verdict")).ToContainTextAsync("سارا");
        await IsAccessibleAsync(page);
        (await Fixture.App.GetSettlementAsync(order)).ShouldBe(200).Text("status").ShouldBe("failed");
    }

    [Theory]
    [InlineData("en", "Code: TLC-111113\nTotal: 4,509,001", Explicit = true)]
    [InlineData("fa", "کد خرید: TLC-111113\nمبلغ: ۴٬۵۰۹٬۰۰۱")]
    public async Task What_to_quote_to_Baloan_is_copied_by_a_click(string language, string quote)
    {
        var page = await OpenAsync($"settlements/{Fixture.InReview.Code}", language);
        await page.Locator(".quote + .copy").ClickAsync();

        await Expect(page.Locator("#announcement")).Not.ToBeEmptyAsync();
        (await page.EvaluateAsync<string>("navigator.clipboard.readText()")).ShouldStartWith(quote);
    }

    [Fact]
    public async Task What_was_typed_in_a_review_asks_before_it_is_lost()
    {
        var page = await OpenAsync($"settlements/{Fixture.InReview.Code}");
        await page.GetByLabel("Note").FillAsync("Half a sentence");
        await page.Locator("header nav a[href='#/counter']").ClickAsync();

        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("Leave without saving?");
        await page.GetByRole(AriaRole.Button, new() { Name = "Leave", Exact = true }).ClickAsync();
        await Expect(page.Locator("#customer")).ToBeVisibleAsync();
    }
}
