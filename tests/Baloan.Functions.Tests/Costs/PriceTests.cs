using System.Globalization;
using System.Text.RegularExpressions;

namespace Baloan.Functions.Tests.Costs;

/// <summary>What docs/costs.md says that things cost, reckoned from the counts and the prices of the same page.</summary>
public sealed partial class PriceTests
{
    private const int DaysOfMonth = 30;

    // The page's columns of what is counted, with the price of each. Executions are paid for by their time.
    private static readonly (int Column, string Price)[] Storage =
    [
        (1, "blob written, ZRS"),
        (2, "blob read"),
        (3, "queue call"),
        (4, "table: row written"),
        (5, "table: transaction"),
        (6, "table: row deleted"),
        (7, "table: row read"),
        (8, "table: range read"),
        (9, "vault call"),
    ];

    [Fact]
    public async Task Every_price_is_what_the_counts_cost()
    {
        var doc = await File.ReadAllLinesAsync(Path.Combine(CostTests.DocsFolder, "costs.md"), TestContext.Current.CancellationToken);
        var prices = CostTests.RowsUnder(doc, "| what | price | region |").Select(Cells).ToDictionary(cells => cells[0], cells => cells[1]);
        decimal PriceOf(string what, int number = 0) =>
            prices[what] == "free"
                ? 0
                : decimal.Parse(Dollars().Matches(prices[what])[number].Groups[1].Value, CultureInfo.InvariantCulture);

        var many = CostTests
            .RowsUnder(doc, "| | executions | blobs written |")
            .Select(Cells)
            .SkipWhile(cells => cells[0] != "10,000 settlements, version 2")
            .Select(cells => (What: cells[0], Counts: cells[1..].Select(Number).ToArray()))
            .ToList();
        var priced = many.Select(row => new Priced(
                row.What,
                Cents(Storage.Sum(one => row.Counts[one.Column] * PriceOf(one.Price) / 10_000)),
                // A second each, at 2 GB.
                Cents(row.Counts[0] * 2 * PriceOf("execution time, on demand"))
            ))
            .ToList();

        // What the page says of Azure's host.
        var timers = many.Where(row => row.What.Contains("every ", StringComparison.Ordinal)).Sum(row => row.Counts[0]);
        var looks = 3L * DaysOfMonth * 24 * 60 * 60 / 2;
        var text = string.Join('\n', doc);
        text.ShouldContain($"After each run of a timer the host writes a blob: {timers:N0} in 30 days.");
        text.ShouldContain($"Three queues asked all the time are {looks:N0} queue calls in 30 days");
        priced.Add(new("the host's blobs for the timers, 30 days", Cents(timers * PriceOf("blob written, ZRS") / 10_000), 0));
        priced.Add(new("three queues asked without end, 30 days", Cents(looks * PriceOf("queue call") / 10_000), 0));

        var rules = await AlertRulesAsync();
        var (often, seldom) = (rules.Count(rule => rule.Every == "PT5M"), rules.Count(rule => rule.Every == "PT15M"));
        (often + seldom).ShouldBe(rules.Count, "there is a price for these two alone");
        decimal PriceOfRules(Func<string, bool> isMeant) =>
            rules.Where(rule => isMeant(rule.Name)).Sum(rule => PriceOf("alert on log lines", rule.Every == "PT5M" ? 0 : 1));
        var alerts = PriceOfRules(_ => true);
        var ofLoans = PriceOfRules(name =>
            name.StartsWith("loan-", StringComparison.Ordinal) || name.StartsWith("callback-", StringComparison.Ordinal)
        );
        var idle = priced.Skip(many.FindIndex(row => row.What.StartsWith("the sweep", StringComparison.Ordinal))).ToList();
        var nothing = new Priced(
            "**a month in which nothing happens**: the five above",
            idle.Sum(one => one.Storage),
            idle.Sum(one => one.Time)
        );
        string[] expected =
        [
            .. priced.Select(one => one.Row()),
            $"| alerts: {often} rules every 5 minutes, {seldom} every 15 | | | {Dollar(alerts)} |",
            nothing.Row(alerts),
        ];
        var said = CostTests.RowsUnder(doc, "| | storage | execution time at the most | together |");
        said.SequenceEqual(expected).ShouldBeTrue($"docs/costs.md should say:\n{string.Join('\n', expected)}\n");

        var first = doc.First(line => line.StartsWith("Short: ", StringComparison.Ordinal));
        var month = nothing.Storage + nothing.Time + alerts;
        first.ShouldContain($"some {Whole(month)} a month");
        first.ShouldContain(
            $"{Whole(alerts)} for alerts, {Whole(nothing.Storage)} for storage and up to {Whole(nothing.Time)} for execution time"
        );
        first.ShouldContain($"without loans, {Whole(ofLoans)} of the {Whole(alerts)}");
        text.ShouldContain($"begin with `loan-` and `callback-`, {Dollar(ofLoans)} a month");
    }

    /// <summary>How often each alert rule is looked at; as infra/alerts.bicep has it where the rule does not say.</summary>
    private static async Task<IReadOnlyList<(string Name, string Every)>> AlertRulesAsync()
    {
        var lines = await File.ReadAllLinesAsync(
            Path.Combine(CostTests.DocsFolder, "..", "infra", "alerts.yaml"),
            TestContext.Current.CancellationToken
        );
        return
        [
            .. string.Join('\n', lines)
                .Split("\n- name: ")
                .Skip(1)
                .Select(rule =>
                    (
                        rule[..rule.IndexOf('\n', StringComparison.Ordinal)],
                        Every().Match(rule) is { Success: true } every ? every.Groups[1].Value : "PT5M"
                    )
                ),
        ];
    }

    private static string[] Cells(string row) => row.Split('|', StringSplitOptions.TrimEntries)[1..^1];

    private static long Number(string cell) => long.Parse(cell, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    private static decimal Cents(decimal dollars) => Math.Round(dollars, 2, MidpointRounding.AwayFromZero);

    private static string Dollar(decimal dollars) => dollars.ToString("$0.00", CultureInfo.InvariantCulture);

    private static string Whole(decimal dollars) =>
        Math.Round(dollars, MidpointRounding.AwayFromZero).ToString("$0", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\$([0-9.]*[0-9])")]
    private static partial Regex Dollars();

    [GeneratedRegex(@"^  every: (\S+)", RegexOptions.Multiline)]
    private static partial Regex Every();

    private sealed record Priced(string What, decimal Storage, decimal Time)
    {
        public string Row(decimal more = 0) =>
            $"| {What} | {Dollar(Storage)} | {(Time == 0 ? "" : Dollar(Time) + " ")}| {Dollar(Storage + Time + more)} |";
    }
}
