using System.Text.Json;

namespace Baloan.Browser.Tests;

/// <summary>Amounts as people type them, and as a receipt writes them out. All in one page: these are functions without one.</summary>
public sealed class FigureTests(ConsoleFixture fixture) : ConsoleTests(fixture)
{
    [Fact]
    public async Task Amounts_are_written_in_words()
    {
        (long Amount, string Persian, string English)[] amounts =
        [
            (0, "صفر", "zero"),
            (1_000, "هزار", "one thousand"),
            (1_001_000, "یک میلیون و هزار", "one million one thousand"),
            (
                12_345_678,
                "دوازده میلیون و سیصد و چهل و پنج هزار و ششصد و هفتاد و هشت",
                "twelve million three hundred and forty-five thousand six hundred and seventy-eight"
            ),
            (2_000_000_019, "دو میلیارد و نوزده", "two billion nineteen"),
        ];
        var page = await OpenAsync("nowhere");
        var words = await page.EvaluateAsync<string[][]>(
            "async (amounts) => { const { inWords } = await import('./console/in-words.js'); return amounts.map((amount) => "
                + "[inWords(amount, true), inWords(amount, false)]); }",
            amounts.Select(one => one.Amount)
        );

        words.ShouldBe(amounts.Select(one => new[] { one.Persian, one.English }));
    }

    [Fact]
    public async Task What_is_typed_is_read_as_the_amount_that_was_meant_or_not_at_all()
    {
        Dictionary<string, long?> amounts = new()
        {
            ["1250000"] = 1_250_000,
            ["1,250,000"] = 1_250_000,
            ["1.250.000"] = 1_250_000,
            [" 1 250 000 "] = 1_250_000,
            ["۱۲٬۳۴۵٬۰۰۰"] = 12_345_000,
            ["١٬٢٣٤"] = 1_234,
            // Never a hundred times as much.
            ["1250000.00"] = null,
            ["1,250,000.50"] = null,
            ["1250.5"] = null,
            ["1,25"] = null,
            ["۱۲٫۵"] = null,
            ["1e6"] = null,
            ["-5"] = null,
            [""] = null,
        };
        var page = await OpenAsync("nowhere");
        var read = await page.EvaluateAsync<JsonElement>(
            "async (typed) => { const { wholeNumber } = await import('./console/format.js'); return typed.map(wholeNumber); }",
            amounts.Keys
        );

        read.EnumerateArray()
            .Select(one => one.ValueKind == JsonValueKind.Null ? (long?)null : one.GetInt64())
            .ShouldBe(amounts.Values, string.Join(" | ", amounts.Keys.Zip(read.EnumerateArray())));
    }
}
