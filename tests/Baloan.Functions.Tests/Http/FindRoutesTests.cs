using System.Globalization;
using Baloan.Core.Calendar;
using Baloan.Functions.Tests.Fixtures;

namespace Baloan.Functions.Tests.Http;

public sealed class FindRoutesTests(StorageAccounts storage) : ApiTests(storage)
{
    private const string Route = "api/merchant/settlements";

    [Fact]
    public async Task A_settlement_is_found_by_each_filter_in_the_forms_that_people_write()
    {
        var form = await Api.AcceptedAsync(new SettlementForm());
        var accepted = (await Api.EndedAsync(form.Code)).Json["created_at"]!.GetValue<DateTimeOffset>();
        var day = TehranDays.DayOf(accepted);
        var calendar = new PersianCalendar();
        var noon = day.ToDateTime(new TimeOnly(12, 0));
        var jalali = string.Create(
            CultureInfo.InvariantCulture,
            $"{calendar.GetYear(noon)}/{calendar.GetMonth(noon)}/{calendar.GetDayOfMonth(noon)}"
        );
        var persian = string.Concat(jalali.Select(c => char.IsAsciiDigit(c) ? (char)('۰' + (c - '0')) : c));

        await FindsAsync($"code={Uri.EscapeDataString(form.Code)}&from={day.AddDays(-1):yyyy-MM-dd}");
        await FindsAsync($"customer={form.NationalIdentifier}&from={Uri.EscapeDataString(persian)}&status=settled");
        await FindsAsync(
            $"customer={form.NationalIdentifier}&from={Uri.EscapeDataString(jalali)}"
                + $"&to={day.AddDays(1):yyyy-MM-dd}&code={Uri.EscapeDataString(form.Code[..^1])}"
        );
        (await Api.GetAsync($"{Route}?customer={form.NationalIdentifier}&to={day.AddDays(-2):yyyy-MM-dd}")).Json["items"]!
            .AsArray()
            .ShouldBeEmpty();

        async Task FindsAsync(string query)
        {
            var answer = await Api.GetAsync($"{Route}?{query}");
            answer.Json["items"]!.AsArray().ShouldHaveSingleItem(answer.Text)!["code"]!.GetValue<string>().ShouldBe(form.Code);
        }
    }

    [Fact]
    public async Task A_search_by_code_may_stand_behind_the_key_in_the_address()
    {
        var form = await Api.AcceptedAsync(new SettlementForm());
        using var anybody = Apps.Second.NewClient(null);

        var found = await anybody.GetAsync($"{Route}?code={Uri.EscapeDataString(RunningApps.FunctionKey)}&code={form.Code}");

        found.Json["items"]!.AsArray().ShouldHaveSingleItem(found.Text)!["code"]!.GetValue<string>().ShouldBe(form.Code);
    }

    [Fact]
    public async Task All_faults_of_a_search_are_told_at_once_in_both_languages()
    {
        var faults = await Api.GetAsync($"{Route}?status=lost&from=1405-13-01&to=yesterday&customer=12&code=100%25&top=0&continuation=x");

        faults.ShouldBeProblem(400, "invalid_request", "status", "from", "to", "customer", "code", "top", "continuation");
        faults.Json["errors"]!["from"]![0]!.GetValue<string>().ShouldBe("Must be a day: Gregorian as 2026-11-30 or Jalali as 1405-09-09.");

        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Route}?from=2026-11-30&to=2026-11-29");
        request.Headers.AcceptLanguage.ParseAdd("fa");
        var persian = (await Api.SendAsync(request)).ShouldBeProblem(400, "invalid_request", "to");
        persian.Json["errors"]!["to"]![0]!.GetValue<string>().ShouldBe("نباید پیش از «from» باشد.");
    }
}
