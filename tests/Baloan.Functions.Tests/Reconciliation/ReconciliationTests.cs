using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Data.Tables;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;

namespace Baloan.Functions.Tests.Reconciliation;

public sealed class ReconciliationTests(StorageAccounts storage) : ApiTests(storage)
{
    private const string Route = "api/merchant/reconciliations";

    [Fact]
    public async Task A_statement_is_held_against_the_books_by_code_and_total()
    {
        // The statement has the day on which this begins and that on which it was written: Tehran's midnight may go by meanwhile.
        var began = DateTimeOffset.UtcNow;
        var same = await SettledAsync();
        var other = await SettledAsync();
        var twice = await SettledAsync();
        var ours = await SettledAsync();
        var refused = new SettlementForm { Otp = "99999" };
        await Api.AcceptedAsync(refused);
        (await Api.EndedAsync(refused.Code)).SettlementStatus.ShouldBe("rejected");
        var unknown = Given.Code();
        var written = DateTimeOffset.UtcNow;
        var statement = new StringBuilder("گزارش تسویه\nشماره سفارش;مبلغ (ریال);تاریخ;شماره پیگیری\n");
        var reference = 1000;
        foreach (
            var (code, toman) in new[]
            {
                (same.Code, same.Total),
                (other.Code, other.Total + 1),
                (twice.Code, twice.Total),
                (twice.Code, twice.Total),
                (refused.Code, refused.Total),
                (unknown, 5),
            }
        )
        {
            statement.Append(
                CultureInfo.InvariantCulture,
                $"{code};{toman * 10:N0};{Jalali(reference % 2 == 0 ? began : written)};{reference++}\n"
            );
        }

        statement.Append("جمع کل;99,999,999;;\n");

        var answer = await ReconcileAsync(statement.ToString());

        answer.Status.ShouldBe(200, answer.Text);
        answer.Json["matched"]!.GetValue<int>().ShouldBe(1);
        Codes(answer, "theirs_not_ours").ShouldBe([refused.Code, unknown]);
        Codes(answer, "different_total").ShouldBe([other.Code]);
        Codes(answer, "moved_twice").ShouldBe([twice.Code]);
        Codes(answer, "ours_not_theirs").ShouldContain(ours.Code);
        Codes(answer, "ours_not_theirs").ShouldNotContain(same.Code);
        Item(answer, "theirs_not_ours", refused.Code)["status"]!.GetValue<string>().ShouldBe("rejected");
        Item(answer, "theirs_not_ours", unknown)["status"].ShouldBeNull();
        var different = Item(answer, "different_total", other.Code);
        (different["theirs"]!.GetValue<long>(), different["ours"]!.GetValue<long>(), different["known_by"]!.GetValue<string>()).ShouldBe(
            (other.Total + 1, other.Total, "baloan")
        );
        different["lines"]![0]!["line"]!.GetValue<long>().ShouldBe(4);
        answer.Json["totals"]!["theirs"]!.GetValue<long>().ShouldBe((5 * Given.Total) + 1 + 5);
        answer.Json["totals"]!["ours"]!.GetValue<long>().ShouldBeGreaterThanOrEqualTo(4 * Given.Total);
        var columns = answer.Json["columns"]!;
        (columns["code"]!.GetValue<string>(), columns["total"]!.GetValue<string>(), columns["total_unit"]!.GetValue<string>()).ShouldBe(
            ("شماره سفارش", "مبلغ (ریال)", "rial")
        );
        answer.Json["period"]!["from"]!.GetValue<string>().ShouldBe(Day(began));
        answer.Json["warnings"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_statement_without_dates_is_compared_in_the_days_of_its_codes()
    {
        var form = await SettledAsync();
        var sent = (await Api.EndedAsync(form.Code)).Json["sent_at"]!.GetValue<DateTimeOffset>();

        var answer = await ReconcileAsync($"code,total\n{form.Code},{form.Total}\n{Given.Code()},bad\n");

        answer.Json["matched"]!.GetValue<int>().ShouldBe(1, answer.Text);
        answer.Json["period"]!["to"]!.GetValue<string>().ShouldBe(Day(sent));
        answer.Json["bad_lines"]![0]!["line"]!.GetValue<int>().ShouldBe(3);
        answer.Json["warnings"]!.AsArray().Count.ShouldBe(2);
        var none = await ReconcileAsync($"code,total (toman)\n{Given.Code()},5\n");
        none.Json["period"].ShouldBeNull();
        (await ReconcileAsync($"code,total (toman)\n{Given.Code()},5\n", ("from", "1405/01/01"), ("to", "۱۴۰۵/۰۱/۰۲"))).Json["period"]!
            .ToJsonString()
            .ShouldBe("""{"from":"2026-03-21","to":"2026-03-22"}""");
    }

    [Fact]
    public async Task What_is_not_clear_is_asked_about_by_the_name_of_the_field_and_in_both_languages()
    {
        var form = await SettledAsync();
        var unit = await ReconcileAsync($"code,total\n{form.Code},{form.Total * 10}\n");
        unit.ShouldBeProblem(400, "invalid_request", "total_unit");
        (await ReconcileAsync($"code,total\n{form.Code},{form.Total * 10}\n", ("total_unit", "rial"))).Json["matched"]!
            .GetValue<int>()
            .ShouldBe(1);

        var columns = await ReconcileAsync("order,invoice,total\nA,B,5\n");
        columns.ShouldBeProblem(400, "invalid_request", "code_column");
        columns.Text.ShouldContain("“order”, “invoice”");
        (await ReconcileAsync("order,invoice,total\nA,B,5\n", ("code_column", "invoice"))).Status.ShouldBe(200);
        var persian = await Api.PostAsync(Route, Form("name,price per unit\nA,5\n"), "fa");
        persian.ShouldBeProblem(400, "invalid_request", "code_column");
        persian.Text.ShouldContain("ستونی");
    }

    [Fact]
    public async Task What_cannot_be_read_is_a_problem_document()
    {
        (await Api.PostAsync(Route, Form([1, 2, 0, 0, 3, 0]))).ShouldBeProblem(415, "unsupported_file_type", "file");
        (await Api.PostAsync(Route, Form([.. "PK\x03\x04"u8, 1, 2, 3]))).ShouldBeProblem(400, "invalid_request", "file");
        (await Api.PostAsync(Route, Form(new byte[11 * 1024 * 1024]))).ShouldBeProblem(413, "file_too_large");
        (
            await Api.PostAsync(
                Route,
                new MultipartFormDataContent
                {
                    { new StringContent("x"), "from" },
                    { new StringContent("2026-01-02"), "to" },
                    { new StringContent("x"), "total_unit" },
                }
            )
        ).ShouldBeProblem(400, "invalid_request", "file", "from", "total_unit");
        (await ReconcileAsync("code,total\nA,5\n", ("from", "2026-01-02"), ("to", "2026-01-01"))).ShouldBeProblem(
            400,
            "invalid_request",
            "to"
        );
    }

    [Fact]
    public async Task Nothing_is_kept_of_a_statement()
    {
        var (secret, tables) = ($"SECRET-{Guid.NewGuid():N}", new TableServiceClient(Apps.Second.ConnectionString));
        await ReconcileAsync($"code,total (toman)\n{secret},5\n");

        await foreach (var table in tables.QueryAsync(cancellationToken: Cancel))
        {
            await foreach (var row in tables.GetTableClient(table.Name).QueryAsync<TableEntity>(cancellationToken: Cancel))
            {
                row.Select(column => column.Value).OfType<string>().ShouldAllBe(value => !value.Contains(secret, StringComparison.Ordinal));
            }
        }

        Apps.Second.App.LogLines.ShouldAllBe(line => !line.Contains(secret, StringComparison.Ordinal));
    }

    private static string Day(DateTimeOffset moment) => moment.ToOffset(new(3, 30, 0)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Jalali(DateTimeOffset moment)
    {
        var (calendar, there) = (new PersianCalendar(), moment.ToOffset(new(3, 30, 0)).DateTime);
        return $"{calendar.GetYear(there)}/{calendar.GetMonth(there):D2}/{calendar.GetDayOfMonth(there):D2}";
    }

    private static List<string> Codes(ApiAnswer answer, string list) =>
        [.. answer.Json[list]!.AsArray().Select(item => item!["code"]!.GetValue<string>())];

    private static JsonNode Item(ApiAnswer answer, string list, string code) =>
        answer.Json[list]!.AsArray().Single(item => item!["code"]!.GetValue<string>() == code)!;

    private static MultipartFormDataContent Form(string statement, params (string Name, string Value)[] fields) =>
        Form(Encoding.UTF8.GetBytes(statement), fields);

    private static MultipartFormDataContent Form(byte[] statement, params (string Name, string Value)[] fields)
    {
        var form = new MultipartFormDataContent { { new ByteArrayContent(statement), "file", "statement.csv" } };
        foreach (var (name, value) in fields)
        {
            form.Add(new StringContent(value), name);
        }

        return form;
    }

    private async Task<ApiAnswer> ReconcileAsync(string statement, params (string Name, string Value)[] fields)
    {
        ApiAnswer? answer = null;
        // Two at once are compared, and others are told to come again.
        await Until.TrueAsync(async () => (answer = await Api.PostAsync(Route, Form(statement, fields))).Status != 429);
        return answer!;
    }

    private async Task<SettlementForm> SettledAsync()
    {
        var form = await Api.AcceptedAsync(new SettlementForm());
        (await Api.EndedAsync(form.Code)).SettlementStatus.ShouldBe("settled");
        return form;
    }
}
