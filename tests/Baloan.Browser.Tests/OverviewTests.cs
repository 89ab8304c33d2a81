using Microsoft.Playwright;

namespace Baloan.Browser.Tests;

/// <summary>What the overview says first, and that it says nothing that is not so.</summary>
public sealed class OverviewTests(ConsoleFixture fixture) : ConsoleTests(fixture)
{
    private static readonly DateTime Now = new(2026, 11, 30, 10, 40, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData(
        "en",
        "1 webhook does not arrive|2 messages of queue invoices failed for good|3 callbacks were refused|1 loan opening of unknown "
            + "outcome|A settlement has been verifying for",
        Explicit = true
    )]
    [InlineData(
        "fa",
        "۱ وب‌هوک تحویل نمی‌شود|۲ پیام صف invoices ناموفقِ نهایی شد|۳ اعلان بالون پذیرفته نشد|نتیجهٔ تشکیل ۱ پروندهٔ وام مشخص نیست|است "
            + "که در حال استعلام است"
    )]
    public async Task Everything_that_needs_a_person_is_counted(string language, string texts)
    {
        var page = await OpenAsync("nowhere", language);
        await AnswerAsync(page, "stats", Stats(poison: 2, refused: 3, verifyingSince: Now.AddHours(-2)));
        await AnswerAsync(
            page,
            "subscriptions",
            new
            {
                items = new[]
                {
                    new
                    {
                        id = "1",
                        host = "a.example",
                        allowed = true,
                        events = new[] { "settlement" },
                        failed = 4,
                        waiting = 0,
                    },
                },
            }
        );
        await AnswerAsync(page, "loan-openings", new { items = new[] { new { id = "1" } }, continuation = (string?)null });
        await GoAsync(page, "");

        foreach (var text in texts.Split('|'))
        {
            await Expect(page.Locator(".needs")).ToContainTextAsync(text);
        }

        await Expect(page.Locator(".calm")).ToHaveCountAsync(0);
        await NothingIsCutAsync(page);
        await IsAccessibleAsync(page);
        await KeepPictureAsync(page, $"needs-{language}");
    }

    [Theory]
    [InlineData("en", "Nothing needs a person right now.", Explicit = true)]
    [InlineData("fa", "اکنون موردی نیازمند رسیدگی نیست.")]
    public async Task Nothing_needs_a_person_only_where_all_was_looked_at(string language, string calm)
    {
        Expected.Add("503");
        var page = await OpenAsync("nowhere", language);
        await AnswerAsync(page, "stats", Stats());
        await AnswerAsync(page, "subscriptions", new { items = Array.Empty<object>() });
        await GoAsync(page, "");
        await Expect(page.Locator(".calm")).ToHaveTextAsync(calm);

        await AnswerAsync(page, "loan-openings", new { detail = "Storage is away." }, status: 503);
        await page.Locator("main button").First.ClickAsync();

        await Expect(page.Locator(".calm")).Not.ToHaveTextAsync(calm);
    }

    [Theory]
    [InlineData(
        "en",
        "Settled today|12,345,000 Toman|Yesterday: 9,000,000 Toman|said by Baloan: 5|inferred from the credit: 1|decided by a person: 1",
        Explicit = true
    )]
    [InlineData(
        "fa",
        "تسویه‌شدهٔ امروز|۱۲٬۳۴۵٬۰۰۰ تومان|دیروز: ۹٬۰۰۰٬۰۰۰ تومان|به اعلام بالون: ۵|از روی اعتبار مشتری: ۱|به تصمیم کاربر: ۱"
    )]
    public async Task Money_comes_first_and_says_how_it_is_known(string language, string texts)
    {
        var page = await OpenAsync("nowhere", language);
        await AnswerAsync(page, "stats", Stats(withSums: true));
        await GoAsync(page, "");

        foreach (var text in texts.Split('|'))
        {
            await Expect(page.Locator(".money-first")).ToContainTextAsync(text);
        }

        await IsAccessibleAsync(page);
        await KeepPictureAsync(page, $"money-{language}");
        await NarrowAsync(page);
        await NothingIsCutAsync(page);
        await KeepPictureAsync(page, $"money-{language}-phone");
    }

    [Fact]
    public async Task An_app_that_tells_no_sums_is_shown_without_money_that_nobody_knows()
    {
        var page = await OpenAsync("nowhere");
        await AnswerAsync(page, "stats", Stats());
        await GoAsync(page, "");

        await Expect(page.Locator(".hero")).ToContainTextAsync("Accepted");
        await Expect(page.Locator(".hero")).Not.ToContainTextAsync("Toman");
    }

    [Theory]
    [InlineData("en", Explicit = true)]
    [InlineData("fa")]
    public async Task A_bar_opens_the_list_of_its_hours(string language)
    {
        var page = await OpenAsync("", language);
        // The bar of the time in which it was accepted, which is the last one only until the next full hour.
        await page.Locator($"a.column[href*='hour={await BarOfSettledAsync()}']").ClickAsync();

        await Expect(page.Locator("#from")).Not.ToHaveValueAsync("");
        await Expect(page.Locator("table.cards")).ToContainTextAsync(Fixture.Settled.Code);
        var link = page.Locator("#settlements-table a");
        await page.GoBackAsync();
        await page.Locator("#settlements-summary").ClickAsync();
        await Expect(link.Last).ToHaveAttributeAsync("href", new System.Text.RegularExpressions.Regex("settlements.from="));
    }

    [Theory]
    [InlineData("en", "18:00|to 19:00", Explicit = true)]
    [InlineData("fa", "۱۸:۰۰|تا ۱۹:۰۰")]
    public async Task Bars_begin_at_the_full_hours_of_the_shops_clock(string language, string bar)
    {
        var page = await OpenAsync("nowhere", language);
        await AnswerAsync(page, "stats", Stats(inHalves: true));
        await GoAsync(page, "");
        var columns = page.Locator(".chart").First.Locator("a.column");

        await Expect(columns).ToHaveCountAsync(24);
        // Of the seven settled from 7:00 to 8:00 UTC, four in its first half and three in the second, which is another hour in Tehran.
        var first = columns.And(page.Locator("[href*='hour=2026-11-30T06:30']"));
        await first.HoverAsync();
        await Expect(page.Locator(".legend").First).ToContainTextAsync(language == "fa" ? "تسویه شد ۴" : "Settled 4");
        var next = columns.And(page.Locator("[href*='hour=2026-11-30T07:30']"));
        await next.HoverAsync();
        await Expect(page.Locator(".legend").First).ToContainTextAsync(language == "fa" ? "تسویه شد ۳" : "Settled 3");
        foreach (var text in bar.Split('|'))
        {
            (await columns.And(page.Locator("[href*='hour=2026-11-29T14:30']")).GetAttributeAsync("title"))
                .ShouldNotBeNull()
                .ShouldContain(text);
        }

        await Expect(columns.Last)
            .ToHaveAttributeAsync("href", new System.Text.RegularExpressions.Regex("hour=2026-11-30T10:30.*hours=1$"));
    }

    [Fact]
    public async Task Bars_of_what_an_older_app_has_counted_begin_where_it_counted()
    {
        var page = await OpenAsync("nowhere");
        await AnswerAsync(page, "stats", Stats());
        await GoAsync(page, "");

        await Expect(page.Locator("a.column[href*='hour=2026-11-30T07:00']"))
            .ToHaveAttributeAsync("title", new System.Text.RegularExpressions.Regex("10:30 to 11:30"));
    }

    [Theory]
    [InlineData("en", "Unknown", Explicit = true)]
    [InlineData("fa", "نامشخص")]
    public async Task Loans_of_an_unknown_state_have_a_bar_that_opens_their_list(string language, string unknown)
    {
        var page = await OpenAsync("", language);
        await page.Locator("#loans-unknown").ClickAsync();

        var rows = page.Locator("table.cards tbody tr");
        await Expect(rows).ToHaveCountAsync(1);
        await Expect(rows).ToContainTextAsync(Fixture.UnknownLoan.ToString());
        await Expect(page.Locator(".choices a[aria-current]")).ToHaveTextAsync(unknown);
        await page.Locator(".choices a").Nth(1).ClickAsync();
        await Expect(page.Locator(".choices a[aria-current]")).Not.ToHaveTextAsync(unknown);
        page.Url.ShouldNotContain("unknown_state");
    }

    [Fact]
    public async Task A_bar_across_midnight_opens_the_list_of_both_days()
    {
        var page = await OpenAsync("nowhere");
        await AnswerAsync(page, "stats", Stats());
        await GoAsync(page, "");

        await Expect(page.Locator("a.column[href*='hour=2026-11-29T20:00']"))
            .ToHaveAttributeAsync("href", new System.Text.RegularExpressions.Regex("from=2026-11-29&to=2026-11-30&"));
    }

    /// <summary>Where the bar begins that has the fixture's settled one.</summary>
    private async Task<string> BarOfSettledAsync()
    {
        var accepted = (await Fixture.App.GetSettlementAsync(Fixture.Settled)).ShouldBe(200)["created_at"]!.GetValue<DateTime>();
        // Hours of Tehran begin at half past those of UTC.
        return accepted.AddMinutes(-30).ToString("yyyy-MM-ddTHH:30", System.Globalization.CultureInfo.InvariantCulture);
    }

    private Task GoAsync(IPage page, string route) => page.GotoAsync($"{Fixture.App.BaseAddress}api/console#/{route}");

    private static object Stats(
        int poison = 0,
        int refused = 0,
        DateTime? verifyingSince = null,
        bool withSums = false,
        bool inHalves = false
    )
    {
        var counts = new
        {
            accepted = 8,
            settled = 7,
            rejected = 1,
            failed = 0,
            needs_review = 0,
        };
        var sums = new
        {
            accepted = 13_000_000,
            settled = 12_345_000,
            rejected = 655_000,
            failed = 0,
            needs_review = 0,
        };
        var none = new
        {
            accepted = 0,
            settled = 0,
            rejected = 0,
            failed = 0,
            needs_review = 0,
        };
        var nothing = new { count = 0, oldest_at = (DateTime?)null };
        var token = new { configured = true, expires_at = Now.AddHours(5) };
        withSums |= inHalves;
        return new
        {
            generated_at = Now,
            hours = Enumerable
                .Range(inHalves ? -1 : 0, inHalves ? 25 : 24)
                .Select(hour => new
                {
                    hour = new DateTime(2026, 11, 29, 11, 0, 0, DateTimeKind.Utc).AddHours(hour),
                    settlements = hour == 20 ? counts : none,
                    sums = withSums
                        ? hour == 20
                            ? sums
                            : none
                        : null,
                    known_by = withSums
                        ? hour == 20
                            ? new
                            {
                                baloan = 5,
                                credit = 1,
                                person = 1,
                            }
                            : new
                            {
                                baloan = 0,
                                credit = 0,
                                person = 0,
                            }
                        : null,
                    callbacks = 2,
                    conflicts = 0,
                    refused_callbacks = hour == 3 ? refused : 0,
                    second_half = inHalves
                        ? new
                        {
                            settlements = hour == 20 ? counts with { accepted = 3, settled = 3, rejected = 0 } : none,
                            sums = none,
                            known_by = new
                            {
                                baloan = 0,
                                credit = 0,
                                person = 0,
                            },
                            callbacks = 1,
                            conflicts = 0,
                            refused_callbacks = 0,
                        }
                        : null,
                }),
            time_to_settle = new
            {
                count = 7,
                median_seconds = 2.5,
                p95_seconds = 40.0,
            },
            waiting = new
            {
                queued = nothing,
                submitting = nothing,
                verifying = new { count = verifyingSince is null ? 0 : 1, oldest_at = verifyingSince },
                needs_review = nothing,
            },
            loans = new
            {
                created = 1,
                cheque_verified = 0,
                send_loan_to_bank = 0,
                loan_paid = 4,
                blocked = 0,
                canceled = 0,
            },
            queues = new[]
            {
                new
                {
                    name = "invoices",
                    messages = 0,
                    poison,
                },
            },
            tokens = new { merchant = token, partnership = token },
            days = withSums
                ? new
                {
                    today = new { settlements = counts, sums },
                    yesterday = new { settlements = counts, sums = sums with { settled = 9_000_000 } },
                    same_weekday_last_week = new { settlements = none, sums = none },
                }
                : null,
        };
    }
}
