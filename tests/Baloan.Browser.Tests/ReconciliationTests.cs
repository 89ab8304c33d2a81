using System.Globalization;
using System.Text;
using Microsoft.Playwright;

namespace Baloan.Browser.Tests;

/// <summary>Baloan's statement held against the books.</summary>
public sealed class ReconciliationTests(ConsoleFixture fixture) : ConsoleTests(fixture)
{
    [Theory]
    [InlineData("en", "In the statement, not settled here|Moved twice|Another total|Settled here, not in the statement", Explicit = true)]
    [InlineData("fa", "در صورت‌حساب هست، در برنامه تسویه نشده|تسویهٔ تکراری|مبلغ متفاوت|در برنامه تسویه شده، در صورت‌حساب نیست")]
    public async Task Differences_are_shown_first_and_can_be_saved(string language, string texts)
    {
        var page = await OpenAsync("reconciliation", language);
        await page.Locator("#compare").ClickAsync();
        await Expect(page.Locator("#statement-error")).Not.ToBeEmptyAsync();
        await AnswerAsync(
            page,
            "merchant/reconciliations",
            new
            {
                period = new { from = "2026-11-29", to = "2026-11-30" },
                matched = 12,
                totals = new { theirs = 20_000_000, ours = 18_000_000 },
                columns = new
                {
                    code = "کد سفارش",
                    total = "مبلغ (ریال)",
                    total_unit = "rial",
                    date = "تاریخ",
                    names = new[] { "کد سفارش", "مبلغ (ریال)", "تاریخ", "شرح" },
                },
                theirs_not_ours = new[] { Difference("=cmd|'/c calc'!A1", 500_000, null, null) },
                ours_not_theirs = new[] { Difference(Fixture.Settled.Code, null, 1_250_000, "settled") },
                different_total = new[] { Difference("TLC-9", 100_000, 1_000_000, "settled") },
                moved_twice = new[] { Difference("TLC-8", 2_000_000, 1_000_000, "settled") },
                bad_lines = new[]
                {
                    new
                    {
                        sheet = (string?)null,
                        line = 7,
                        code = (string?)null,
                        text = "There is no amount.",
                    },
                },
                repeated_lines = Array.Empty<object>(),
                warnings = new[] { "One line was kept out." },
            }
        );
        await ChooseAsync(page);
        await page.Locator("#compare").ClickAsync();

        foreach (var text in texts.Split('|'))
        {
            await Expect(page.Locator("main")).ToContainTextAsync(text);
        }

        // Of a period nobody has to guess the year.
        await Expect(page.Locator("main")).ToContainTextAsync(language == "fa" ? "۸ آذر ۱۴۰۵ تا ۹ آذر ۱۴۰۵" : "29 Nov 2026 to 30 Nov 2026");
        await page.Locator("#columns summary").ClickAsync();
        await Expect(page.Locator("#total_column")).ToHaveValueAsync("مبلغ (ریال)");
        await Expect(page.Locator("#total_unit")).ToHaveValueAsync("rial");
        await NothingIsCutAsync(page);
        await IsAccessibleAsync(page);
        await KeepPictureAsync(page, $"reconciliation-{language}");
        var saving = page.WaitForDownloadAsync();
        await page.Locator("#save-result").ClickAsync();
        var saved = await File.ReadAllTextAsync(await (await saving).PathAsync(), Cancel);
        saved.Split("\r\n").Length.ShouldBe(5);
        saved.ShouldContain("\"'=cmd|");
        await NarrowAsync(page);
        await NothingIsCutAsync(page);
    }

    [Theory]
    [InlineData("en", Explicit = true)]
    [InlineData("fa")]
    public async Task A_statement_is_held_against_the_books_of_the_app_itself(string language)
    {
        var page = await OpenAsync("reconciliation", language);
        await ChooseAsync(page, $"کد سفارش,مبلغ (تومان)\n{Fixture.Settled.Code},{Fixture.Settled.Total}\nNOT-OURS,500000\n");
        await page.Locator("#compare").ClickAsync();

        await Expect(page.Locator("table.cards").First).ToContainTextAsync("NOT-OURS");
        await Expect(page.Locator("#code_column")).ToHaveValueAsync("کد سفارش");
        await Expect(page.Locator("table.cards").First).Not.ToContainTextAsync(Fixture.Settled.Code);
        await Expect(page.Locator("#total_unit")).ToHaveValueAsync("toman");

        // Another statement is read by its own columns and in its own unit, also the second time.
        await ChooseAsync(page, $"شماره فاکتور,مبلغ (ریال)\n{Fixture.Settled.Code},{Fixture.Settled.Total}0\nNOT-OURS-2,5000000\n");
        for (var times = 0; times < 2; times++)
        {
            await page.Locator("#compare").ClickAsync();
            await Expect(page.Locator("table.cards").First).ToContainTextAsync("NOT-OURS-2");
            await Expect(page.Locator("#total_unit")).ToHaveValueAsync("rial");
            await Expect(page.Locator("#code_column")).ToHaveValueAsync("شماره فاکتور");
            await Expect(page.Locator("main")).Not.ToContainTextAsync(Fixture.Settled.Code);
        }
    }

    [Fact]
    public async Task The_days_settlements_and_an_invoice_are_saved()
    {
        // The day on which it ended, whichever it is by now.
        var ended = (await Fixture.App.GetSettlementAsync(Fixture.Settled)).ShouldBe(200)["ended_at"]!.GetValue<DateTimeOffset>();
        var day = ended.ToOffset(new(3, 30, 0)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var page = await OpenAsync($"settlements?from={day}&to={day}");
        var saving = page.WaitForDownloadAsync();
        await page.Locator("#export").ClickAsync();
        var table = await File.ReadAllBytesAsync(await (await saving).PathAsync(), Cancel);
        table[..3].ShouldBe(Encoding.UTF8.Preamble.ToArray());
        Encoding.UTF8.GetString(table).ShouldContain(Fixture.Settled.Code);

        await page.GotoAsync($"{Fixture.App.BaseAddress}api/console#/settlements/{Fixture.Settled.Code}");
        saving = page.WaitForDownloadAsync();
        await page.Locator("#invoice").ClickAsync();
        var invoice = await saving;
        invoice.SuggestedFilename.ShouldBe($"{Fixture.Settled.Code}.pdf");
        (await File.ReadAllBytesAsync(await invoice.PathAsync(), Cancel)).ShouldBe(Fixture.Settled.Invoice);
    }

    private static object Difference(string code, long? theirs, long? ours, string? status) =>
        new
        {
            code,
            theirs,
            ours,
            status,
            known_by = status is null ? null : "baloan",
            sent_at = (string?)null,
            ended_at = (string?)null,
            lines = new[] { new { sheet = (string?)null, line = 3 } },
        };

    private static Task ChooseAsync(IPage page, string content = "code,total\nTLC-1,1\n") =>
        page.Locator("#statement")
            .SetInputFilesAsync(
                new FilePayload
                {
                    Name = "statement.csv",
                    MimeType = "text/csv",
                    Buffer = Encoding.UTF8.GetBytes(content),
                }
            );
}
