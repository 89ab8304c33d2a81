using Baloan.EndToEnd.Tests;
using Baloan.Sandbox;
using Microsoft.Playwright;

namespace Baloan.Browser.Tests;

/// <summary>What a cashier pastes from a messenger or a spreadsheet, with signs in it that nobody sees.</summary>
public sealed class PastedTests(ConsoleFixture fixture) : ConsoleTests(fixture)
{
    [Fact]
    public async Task Invisible_signs_in_what_is_pasted_do_no_harm()
    {
        var order = Order.New(2_400_000);
        var page = await OpenAsync("counter");
        await page.Locator("#customer").FillAsync($"\u202A{order.Customer}\u202C\u200F");
        await page.Locator("#total").FillAsync("\u200E2,400,000\uFEFF");
        await page.Locator("#code").FillAsync($"\u200F{order.Code[..3]}\u200C{order.Code[3..]}\u00AD");
        await page.Locator("#file")
            .SetInputFilesAsync(
                new FilePayload
                {
                    Name = "invoice.pdf",
                    MimeType = "application/pdf",
                    Buffer = order.Invoice,
                }
            );
        await page.Locator("#send-otp").ClickAsync();
        await Expect(page.Locator("main")).ToContainTextAsync("Sent.");
        await page.Locator("#otp").FillAsync($"{MagicNumbers.Otp[..2]}\u200B{MagicNumbers.Otp[2..]}\u2069");
        await page.Locator("#settle").ClickAsync();

        await Expect(page.Locator("main")).ToContainTextAsync("Hand over the goods.");
        Fixture.Books.ShouldHaveMovedOnce(order);
    }
}
