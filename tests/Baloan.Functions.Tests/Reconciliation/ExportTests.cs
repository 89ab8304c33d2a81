using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Baloan.Core.Calendar;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;

namespace Baloan.Functions.Tests.Reconciliation;

public sealed class ExportTests(StorageAccounts storage) : ApiTests(storage)
{
    // The day after as well: Tehran's midnight may go by meanwhile.
    private static readonly string From = Day(0);
    private static readonly string To = Day(1);

    [Fact]
    public async Task The_attempts_that_ended_in_the_days_are_lines_of_a_table_that_is_saved_and_never_run()
    {
        var formula = new SettlementForm { Code = $"=cmd|'/c calc'!A{Random.Shared.Next(1_000_000_000)}", Otp = "99999" };
        await Api.AcceptedAsync(formula);
        (await Api.EndedAsync(formula.Code)).SettlementStatus.ShouldBe("rejected");
        // The next attempt of the same code.
        await Api.AcceptedAsync(formula with { Otp = MagicNumbers.Otp });
        (await Api.EndedAsync(formula.Code)).SettlementStatus.ShouldBe("settled");

        using var http = new HttpClient { BaseAddress = Apps.Second.App.BaseAddress };
        http.DefaultRequestHeaders.Add("x-functions-key", RunningApps.FunctionKey);
        using var answer = await http.GetAsync($"api/merchant/settlements.csv?from={From}&to={To}", Cancel);

        answer.StatusCode.ShouldBe(System.Net.HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.ToString().ShouldBe("text/csv; charset=utf-8");
        answer
            .Content.Headers.ContentDisposition!.ToString()
            .ShouldBe($"attachment; filename=settlements-{From}-{To}.csv; filename*=UTF-8''settlements-{From}-{To}.csv");
        answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        answer.Headers.GetValues("Content-Security-Policy").ShouldBe(["sandbox; default-src 'none'"]);
        answer.Headers.CacheControl!.ToString().ShouldBe("no-store");
        var bytes = await answer.Content.ReadAsByteArrayAsync(Cancel);
        bytes[..3].ShouldBe(Encoding.UTF8.GetPreamble());
        var lines = Encoding.UTF8.GetString(bytes[3..]).Split("\r\n");
        lines[0].ShouldBe("code,outcome,known_by,total,customer,accepted,sent,ended,error,attempts,note,by");
        lines[^1].ShouldBeEmpty();
        var own = lines.Where(line => line.Contains(formula.Code[4..], StringComparison.Ordinal)).Select(line => line.Split(',')).ToList();
        own.Select(line => (line[0], line[1], line[2], line[3], line[4], line[9]))
            .ShouldBe([
                ($"'{formula.Code}", "rejected", "baloan", $"{formula.Total}", $"******{formula.NationalIdentifier![^4..]}", "1"),
                ($"'{formula.Code}", "settled", "baloan", $"{formula.Total}", $"******{formula.NationalIdentifier![^4..]}", "2"),
            ]);
        own[1][7].ShouldMatch("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\+03:30$");
        own[0][8].ShouldNotBeEmpty();
    }

    [Fact]
    public async Task What_a_person_decided_is_there_with_who_and_why_as_text()
    {
        var form = await Api.AcceptedAsync(new SettlementForm { Total = MagicNumbers.For(Fault.CutBeforeEffect).Total });
        var credit = 40_000_000;
        ApiAnswer? answer = null;
        await Until.TrueAsync(async () =>
        {
            Baloan.Books.SetCredit(form.NationalIdentifier!, ++credit);
            answer = await Api.GetAsync($"api/merchant/settlements/{form.Code}");
            return answer.Status == 200;
        });
        answer!.SettlementStatus.ShouldBe("needs_review");
        (
            await Api.PostAsync(
                $"api/merchant/settlements/{form.Code}/resolve",
                new JsonObject
                {
                    ["outcome"] = "settled",
                    ["note"] = "asked;=HYPERLINK(\"http://x\")",
                    ["by"] = "@سارا",
                }
            )
        ).Status.ShouldBe(200);

        var table = await Api.GetAsync($"api/merchant/settlements.csv?from={From}&to={To}");

        var line = table.Text.Split("\r\n").Single(line => line.Contains(form.Code, StringComparison.Ordinal));
        line.ShouldContain("settled,person,");
        line.ShouldEndWith(",\"asked;'=HYPERLINK(\"\"http://x\"\")\",'@سارا");
    }

    [Fact]
    public async Task Sums_by_outcome_and_by_how_it_is_known_follow_where_they_are_asked_for()
    {
        var form = new SettlementForm();
        await Api.AcceptedAsync(form);
        (await Api.EndedAsync(form.Code)).SettlementStatus.ShouldBe("settled");

        var table = await Api.GetAsync($"api/merchant/settlements.csv?from={From}&to={To}&sums=true");

        var lines = LinesOf(table.Text);
        var first = lines.FindIndex(line => line[0] == "sum");
        lines[first..]
            .Select(line => (line[0], line[1], line[2], line[3], line[9], line.Length))
            .ShouldBe(
                lines[..first]
                    .GroupBy(line => (Outcome: line[1], KnownBy: line[2]))
                    .OrderBy(kind => kind.Key)
                    .Select(kind =>
                        (
                            "sum",
                            kind.Key.Outcome,
                            kind.Key.KnownBy,
                            kind.Sum(line => long.Parse(line[3], CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture),
                            kind.Count().ToString(CultureInfo.InvariantCulture),
                            12
                        )
                    )
            );
        (await Api.GetAsync($"api/merchant/settlements.csv?from={From}&to={To}&sums=yes")).ShouldBeProblem(400, "invalid_request", "sums");
    }

    [Theory]
    [InlineData("", "from", "to")]
    [InlineData("?from=2026-11-01", "to")]
    [InlineData("?from=2026-13-01&to=yesterday", "from", "to")]
    [InlineData("?from=2026-11-02&to=2026-11-01", "to")]
    [InlineData("?from=2025-01-01&to=2026-11-01", "to")]
    public async Task Days_that_are_none_or_too_many_are_refused(string query, params string[] fields) =>
        (await Api.GetAsync($"api/merchant/settlements.csv{query}")).ShouldBeProblem(400, "invalid_request", fields);

    [Fact]
    public async Task Days_without_settlements_are_a_table_without_lines()
    {
        var empty = await Api.GetAsync("api/merchant/settlements.csv?from=1404/01/01&to=۱۴۰۴-۰۱-۰۲");

        empty.Status.ShouldBe(200, empty.Text);
        empty.Text.TrimStart('\uFEFF').Split("\r\n").Length.ShouldBe(2);
    }

    /// <summary>The lines below the head: codes and notes of other tests have commas and line breaks in their quotes.</summary>
    private static List<string[]> LinesOf(string table) =>
        [.. SplitAt("\r\n", table).Skip(1).Where(line => line.Length > 0).Select(line => SplitAt(",", line))];

    private static string[] SplitAt(string separator, string text) =>
        Regex.Split(text, $"{separator}(?=([^\"]*\"[^\"]*\")*[^\"]*$)", RegexOptions.ExplicitCapture, TimeSpan.FromMinutes(1));

    private static string Day(int later) =>
        TehranDays.DayOf(DateTimeOffset.UtcNow).AddDays(later).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
