using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Baloan.Browser.Tests;

/// <summary>Lists that are searched, and left and come back to; receipts; loans; webhooks.</summary>
public sealed class ListTests(ConsoleFixture fixture) : ConsoleTests(fixture)
{
    [Theory]
    [InlineData("en", "Rejected", Explicit = true)]
    [InlineData("fa", "رد شد")]
    public async Task Filters_stand_in_the_address_and_are_there_again_on_the_way_back(string language, string rejected)
    {
        var page = await OpenAsync("settlements", language);
        // Other tests have settlements refused as well.
        var rows = page.Locator("table.cards tbody tr");
        var (own, other) = (rows.Filter(new() { HasText = Fixture.Rejected.Code }), rows.Filter(new() { HasText = Fixture.Settled.Code }));
        await page.Locator(".choices").GetByText(rejected, new() { Exact = true }).ClickAsync();
        await Expect(other).ToHaveCountAsync(0);
        await Expect(own).ToHaveCountAsync(1);
        page.Url.ShouldContain("status=rejected");
        await own.GetByRole(AriaRole.Link).First.ClickAsync();
        await Expect(page.Locator("h1")).ToContainTextAsync(Fixture.Rejected.Code);

        await page.GoBackAsync();

        await Expect(page.Locator(".choices a[aria-current]")).ToHaveTextAsync(rejected);
        await Expect(own).ToHaveCountAsync(1);
        await Expect(other).ToHaveCountAsync(0);
        await page.Locator(".sizes a").GetByText(language == "fa" ? "۵۰" : "50").ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("status=rejected&top=50"));
    }

    [Theory]
    [InlineData("en", Explicit = true)]
    [InlineData("fa")]
    public async Task Settlements_are_found_by_the_beginning_of_the_code_the_customer_and_the_days(string language)
    {
        var page = await OpenAsync("settlements", language);
        var rows = page.Locator("table.cards tbody tr");
        await page.Locator("#code").FillAsync("TLC-11111");
        await page.Locator("#customer").FillAsync(language == "fa" ? Persian(Fixture.Rejected.Customer) : Fixture.Rejected.Customer);
        await page.Keyboard.PressAsync("Enter");
        await Expect(rows).ToHaveCountAsync(1);
        await Expect(rows).ToContainTextAsync(Fixture.Rejected.Code);
        page.Url.ShouldNotContain(Fixture.Rejected.Customer);
        page.Url.ShouldNotContain(Uri.EscapeDataString(Persian(Fixture.Rejected.Customer)));

        await page.Locator("#clear").ClickAsync();
        await Expect(page.Locator("#customer")).ToHaveValueAsync("");
        await page.Locator("#from").FillAsync(language == "fa" ? "۱۴۰۱/۰۱/۰۱" : "2022-03-21");
        await page.Locator("#to").FillAsync(language == "fa" ? "۱۴۰۱/۰۱/۰۲" : "2022-03-22");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".empty")).ToBeVisibleAsync();
        await Expect(rows).ToHaveCountAsync(0);

        // What is wrong with what was searched is said by the field's name.
        Expected.Add("400");
        await page.Locator("#from").FillAsync("yesterday");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync(language == "fa" ? "از روز: " : "From day: ");
    }

    [Fact]
    public async Task Codes_and_amounts_are_copied_by_a_click()
    {
        var page = await OpenAsync($"settlements?status=rejected&code={Fixture.Rejected.Code}");
        var row = page.Locator("table.cards tbody tr");
        await row.GetByLabel($"Copy {Fixture.Rejected.Code}").ClickAsync();
        await Expect(page.Locator("#announcement")).ToHaveTextAsync("Copied");
        (await page.EvaluateAsync<string>("navigator.clipboard.readText()")).ShouldBe(Fixture.Rejected.Code);
        await row.GetByText("2,004,021").ClickAsync();
        (await page.EvaluateAsync<string>("navigator.clipboard.readText()")).ShouldBe("2004021");
        await Expect(page.Locator("table.cards tfoot")).ToContainTextAsync("2,004,021 Toman");
    }

    [Theory]
    [InlineData("en", false, Explicit = true)]
    [InlineData("fa", true)]
    public async Task The_oldest_come_first_beyond_the_page_or_it_is_said_that_they_do_not(string language, bool isMuch)
    {
        var page = await OpenAsync("nowhere", language);
        await page.RouteAsync(
            "**/api/merchant/settlements?*",
            route =>
            {
                var isSecond = route.Request.Url.Contains("continuation=next", StringComparison.Ordinal);
                var codes =
                    isMuch ? Enumerable.Range(0, 100).Select(number => $"TLC-{999 - number}")
                    : isSecond ? ["TLC-1"]
                    : ["TLC-3", "TLC-2"];
                return route.FulfillAsync(
                    new()
                    {
                        ContentType = "application/json",
                        Body = System.Text.Json.JsonSerializer.Serialize(
                            new
                            {
                                items = codes.Select(code => new
                                {
                                    code,
                                    status = code == "TLC-1" ? "rejected" : "settled",
                                    known_by = "baloan",
                                    national_identifier = "******3650",
                                    total = 1_000,
                                    attempts = 1,
                                    created_at = "2026-11-30T08:00:00Z",
                                }),
                                continuation = isMuch || !isSecond ? "next" : null,
                            }
                        ),
                    }
                );
            }
        );
        await page.GotoAsync($"{Fixture.App.BaseAddress}api/console#/settlements?sort=oldest");

        var rows = page.Locator("table.cards tbody tr");
        await Expect(rows.First).ToContainTextAsync(isMuch ? "TLC-900" : "TLC-1");
        await Expect(rows.Last).ToContainTextAsync(isMuch ? "TLC-999" : "TLC-3");
        await Expect(page.Locator(".notice")).ToHaveCountAsync(isMuch ? 1 : 0);
        await Expect(page.Locator("thead [aria-sort=ascending]")).ToBeVisibleAsync();
        if (!isMuch)
        {
            // What was refused is in no sum of what was settled.
            await Expect(page.Locator("tfoot")).ToContainTextAsync("Settled (2): 2,000 Toman");
            await Expect(page.Locator("tfoot")).ToContainTextAsync("Rejected (1): 1,000 Toman");
        }
    }

    [Theory]
    [InlineData("en", "roll", Explicit = true)]
    [InlineData("fa", "a4")]
    public async Task A_receipt_is_printed_without_what_is_around_it(string language, string paper)
    {
        var page = await OpenAsync($"receipt/{Fixture.Settled.Code}", language);
        await page.Locator($"input[value={paper}]").CheckAsync();
        await page.EmulateMediaAsync(new() { Media = Media.Print });

        await Expect(page.Locator("header")).ToBeHiddenAsync();
        await Expect(page.Locator("#print")).ToBeHiddenAsync();
        await Expect(page.Locator("footer")).ToBeHiddenAsync();
        await Expect(page.Locator(".receipt")).ToContainTextAsync(ConsoleFixture.ShopName);
        await Expect(page.Locator(".receipt")).ToContainTextAsync(Fixture.Settled.Code);
        (await page.Locator(".receipt").TextContentAsync()).ShouldNotBeNull().ShouldNotContain(Fixture.Settled.Customer);
        await KeepPictureAsync(page, $"receipt-print-{language}-{paper}");
    }

    [Theory]
    [InlineData(
        "en",
        "Not settled: this is no receipt of a payment",
        "Not known to be settled: this is no receipt of a payment",
        Explicit = true
    )]
    [InlineData("fa", "تسویه نشده است: این برگه رسید پرداخت نیست", "تسویهٔ آن قطعی نیست: این برگه رسید پرداخت نیست")]
    public async Task What_was_not_settled_has_no_receipt_of_a_payment(string language, string heading, string notKnown)
    {
        var page = await OpenAsync($"receipt/{Fixture.Rejected.Code}", language);
        await Expect(page.Locator(".receipt h2")).ToHaveTextAsync(heading);

        await page.GotoAsync($"{Fixture.App.BaseAddress}api/console#/receipt/{Fixture.InReview.Code}");
        await Expect(page.Locator(".receipt h2")).ToHaveTextAsync(notKnown);
    }

    [Theory]
    [InlineData("en", "Failed for good", "2 will be sent again.", Explicit = true)]
    [InlineData("fa", "ناموفقِ نهایی", "۲ مورد دوباره ارسال می‌شود.")]
    public async Task Webhooks_that_failed_for_good_are_sent_again_by_a_click(string language, string failed, string again)
    {
        var page = await OpenAsync("nowhere", language);
        var failures = 2;
        await page.RouteAsync(
            "**/api/subscriptions",
            route =>
                route.FulfillAsync(
                    new()
                    {
                        ContentType = "application/json",
                        Body = $$"""
                        {"items":[{"id":"a1","host":"hooks.example.com","allowed":true,"events":["settlement","loan_state"],"states":["loan_paid"],"signed":true,"created_at":"2026-11-01T08:00:00Z",
                        "last_delivery":{"at":"2026-11-30T08:00:00Z","status":500},"waiting":1,"failed":{{failures}}}]}
                        """,
                    }
                )
        );
        await page.RouteAsync(
            "**/api/subscriptions/a1/redeliver",
            route =>
            {
                failures = 0;
                return route.FulfillAsync(
                    new()
                    {
                        Status = 202,
                        ContentType = "application/json",
                        Body = "{}",
                    }
                );
            }
        );
        await page.GotoAsync($"{Fixture.App.BaseAddress}api/console#/subscriptions");
        await Expect(page.Locator("table.cards .badge")).ToHaveTextAsync(failed);
        await NothingIsCutAsync(page);
        await IsAccessibleAsync(page);
        await KeepPictureAsync(page, $"webhooks-{language}");

        await page.Locator("#redeliver-a1").ClickAsync();

        await Expect(page.Locator("main")).ToContainTextAsync(again);
        await Expect(page.Locator("#redeliver-a1")).ToHaveCountAsync(0);
        await NarrowAsync(page);
        await NothingIsCutAsync(page);
    }
}
