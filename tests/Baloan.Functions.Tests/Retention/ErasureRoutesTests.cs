using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Data.Tables;
using Baloan.Core.Storage;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Tests.Retention;

/// <summary>What callers see of what is erased, with an app whose clock and storage are days ahead.</summary>
public sealed class ErasureRoutesTests(StorageAccounts storage) : ApiTests(storage)
{
    private const string Route = "api/customers/erasures";
    private static int numbers;

    [Fact]
    public async Task What_is_old_is_erased_and_a_POST_of_its_code_still_says_what_became_of_it()
    {
        var time = new AheadTime();
        await using var app = await AppAsync(time, days: 30);
        using var api = app.NewClient();
        var settled = await SettledAsync(api);
        var rejected = await api.AcceptedAsync(new SettlementForm { Otp = "99999" });
        (await api.EndedAsync(rejected.Code)).SettlementStatus.ShouldBe("rejected");

        time.Ahead = TimeSpan.FromDays(40);
        await SweepUntilErasedAsync(app, settled.Code);
        await SweepUntilErasedAsync(app, rejected.Code);

        var row = (await api.GetAsync($"api/merchant/settlements/{settled.Code}")).Is(200);
        Text(row, "national_identifier").ShouldBe("");
        (row["total"]!.GetValue<long>(), Text(row, "status"), Text(row, "known_by")).ShouldBe((settled.Total, "settled", "baloan"));
        row["evidence"]!.ToJsonString().ShouldBe("""{"credit_before":null,"credit_after":null,"sendings":[]}""");
        row["invoice"]!.ToJsonString().ShouldBe("""{"blob":"","name":null,"size":0,"sha256":""}""");
        (await api.GetAsync($"api/merchant/settlements/{settled.Code}/invoice")).ShouldBeProblem(404, "not_found");
        (await api.GetAsync($"api/merchant/settlements?customer={settled.NationalIdentifier}")).Is(200)["items"]!.AsArray().ShouldBeEmpty();

        // The same again, another customer and another total; a form and JSON whose blob is gone.
        (await api.SettleAsync(settled))
            .Is(200)["erased_at"]
            .ShouldNotBeNull();
        var json = new JsonObject
        {
            ["national_identifier"] = settled.NationalIdentifier,
            ["otp"] = settled.Otp,
            ["data"] = JsonNode.Parse(settled.DataText()),
            ["invoice_blob"] = "gone.pdf",
        };
        (await api.PostAsync("api/merchant/settlements", json)).Is(200);
        Conflict(await api.SettleAsync(settled with { NationalIdentifier = Given.Customer() })).ShouldBe(["customer"]);
        Conflict(await api.SettleAsync(settled with { Total = settled.Total + 1 })).ShouldBe(["total"]);
        Baloan.Books.Settlements.Count(moved => moved.Code == settled.Code).ShouldBe(1);

        // What did not settle is a new attempt.
        await api.AcceptedAsync(rejected with { Otp = MagicNumbers.Otp });
        (await api.EndedAsync(rejected.Code)).SettlementStatus.ShouldBe("settled");

        // The books of its day still have it.
        var day = DateTimeOffset.UtcNow.ToOffset(new(3, 30, 0));
        var (from, to) = (Day(day.AddDays(-1)), Day(day.AddDays(41)));
        (await api.GetAsync($"api/merchant/settlements.csv?from={from}&to={to}")).Text.ShouldContain(
            $"{settled.Code},settled,baloan,{settled.Total},,"
        );
        var statement = new MultipartFormDataContent
        {
            { new ByteArrayContent(Encoding.UTF8.GetBytes($"code,total (toman)\n{settled.Code},{settled.Total}\n")), "file", "s.csv" },
            { new StringContent(from), "from" },
            { new StringContent(to), "to" },
        };
        (await api.PostAsync("api/merchant/reconciliations", statement)).Is(200)["matched"]!.GetValue<int>().ShouldBe(1);
    }

    [Fact]
    public async Task A_customer_is_erased_with_settlements_and_loans_and_the_answer_says_what_is_not()
    {
        var time = new AheadTime();
        await using var app = await AppAsync(time, days: null);
        using var api = app.NewClient();
        using var admin = app.NewClient(RunningApps.AdminKey);
        var settled = await SettledAsync(api);
        var (loan, key) = (ALoan(settled.NationalIdentifier!), Guid.NewGuid().ToString("N"));
        var opened = await OpenAsync(api, loan, key);
        var over = Text(opened.Is(201), "uuid");
        (await api.PostAsync($"api/loans/{over}/cancel", (HttpContent?)null)).Is(200);
        await CallBackAsync(api, over, "canceled", "Sara Ahmadi asked for it");
        var running = Text((await OpenAsync(api, loan, Guid.NewGuid().ToString("N"))).Is(201), "uuid");
        var whom = new JsonObject
        {
            ["national_identifier"] = settled.NationalIdentifier,
            ["phone_number"] = loan["phone_number"]!.GetValue<string>(),
        };

        var early = (await admin.PostAsync(Route, whom)).Is(200);
        Reasons(early).ShouldBe(["loan_opening ended_lately", "loan_opening ended_lately", "settlement ended_lately"]);
        early["attempts"]!.GetValue<int>().ShouldBe(0);
        early["kept"]![0]!["not_before"]!.GetValue<DateTimeOffset>().ShouldBeGreaterThan(DateTimeOffset.UtcNow.AddDays(7));

        await MoveOnAsync(api, time, TimeSpan.FromDays(9));
        var answer = (await admin.PostAsync(Route, whom)).Is(200);

        answer["settlements"]!.AsArray().ShouldHaveSingleItem()!.GetValue<string>().ShouldBe(settled.Code);
        answer["loans"]!.AsArray().ShouldHaveSingleItem()!.GetValue<string>().ShouldBe(over);
        (answer["loan_openings"]!.GetValue<int>(), answer["complete"]!.GetValue<bool>()).ShouldBe((1, true));
        Reasons(answer).ShouldBe(["loan_opening under_way"]);
        answer["remains"]!.AsArray().Count.ShouldBe(3);
        var persian = await admin.PostAsync(Route, new StringContent(whom.ToJsonString(), null, "application/json"), "fa");
        persian.Is(200)["remains"]![0]!.GetValue<string>().ShouldContain("تسویه");

        // What was erased is nowhere, and what comes late brings nothing back.
        await CallBackAsync(api, over, "canceled", "Sara Ahmadi asked for it");
        await CallBackAsync(api, over, "loan_paid", "Paid to Sara Ahmadi");
        await CallBackAsync(api, over, "nobody_knows", "Sara Ahmadi");
        var shown = (await api.GetAsync($"api/loans/{over}")).Is(200);
        (Text(shown, "state"), shown["reason"]).ShouldBe(("canceled", null));
        shown["history"]!
            .AsArray()
            .Select(entry => $"{Text(entry!, "state")} {entry!["note"]}")
            .ShouldBe(["canceled ", "loan_paid conflict", "nobody_knows unknown_state"]);
        shown["history"]!.AsArray().ShouldAllBe(entry => entry!["reason"] == null);
        (await DumpAsync(app)).ShouldNotContain("Ahmadi");
        (await OpenAsync(api, loan, key)).Text.ShouldBe(opened.Text);
        Baloan.Loans.All.Count(booked => booked.NationalIdentifier == settled.NationalIdentifier).ShouldBe(2);

        // What was kept goes once it has ended.
        await CallBackAsync(api, running, "canceled", null);
        Reasons((await admin.PostAsync(Route, whom)).Is(200)).ShouldBe(["loan_opening ended_lately"]);
        await MoveOnAsync(api, time, TimeSpan.FromDays(20));
        (await admin.PostAsync(Route, new JsonObject { ["phone_number"] = whom["phone_number"]!.GetValue<string>() })).Is(200)["loans"]!
            .AsArray()
            .ShouldHaveSingleItem()!
            .GetValue<string>()
            .ShouldBe(running);
        (await DumpAsync(app)).ShouldNotContain("4567");
    }

    [Fact]
    public async Task Erasing_takes_the_admin_key_and_a_customer()
    {
        using var admin = Apps.Second.NewClient(RunningApps.AdminKey);
        var customer = new JsonObject { ["national_identifier"] = Given.Customer() };

        (await Api.PostAsync(Route, customer.DeepClone())).Status.ShouldBe(401, "a function key is not enough");
        (await admin.PostAsync(Route, new JsonObject())).ShouldBeProblem(400, "invalid_request", "national_identifier");
        (await admin.PostAsync(Route, new JsonObject { ["phone_number"] = "x" })).ShouldBeProblem(400, "invalid_request", "phone_number");
        var nobody = (await admin.PostAsync(Route, customer)).Is(200);
        (nobody["attempts"]!.GetValue<int>(), nobody["kept"]!.AsArray().Count).ShouldBe((0, 0));
    }

    // The app goes by the clock of the storage service, as an answer last told it.
    private static async Task MoveOnAsync(ApiClient api, AheadTime time, TimeSpan ahead)
    {
        time.Ahead = ahead;
        (await api.GetAsync("api/merchant/settlements")).Is(200);
    }

    private static string Day(DateTimeOffset day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Text(JsonNode node, string field) => node[field]!.GetValue<string>();

    private static IEnumerable<string> Reasons(JsonNode answer) =>
        answer["kept"]!.AsArray().Select(kept => $"{Text(kept!, "kind")} {Text(kept!, "reason")}").Order(StringComparer.Ordinal);

    private static IEnumerable<string> Conflict(ApiAnswer answer)
    {
        answer.ShouldBeProblem(409, "settlement_conflict");
        return answer.Json["conflict"]!.AsArray().Select(name => name!.GetValue<string>());
    }

    private static JsonObject ALoan(string customer) =>
        new()
        {
            ["phone_number"] = string.Create(CultureInfo.InvariantCulture, $"0912{Interlocked.Increment(ref numbers):D3}4567"),
            ["national_identifier"] = customer,
            ["birth_date"] = "1991-04-12",
            ["amount"] = 20_000_000,
            ["loan_due"] = 12,
            ["store"] = 1,
        };

    private static Task<ApiAnswer> OpenAsync(ApiClient api, JsonObject loan, string key)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "api/loans")
        {
            Content = new StringContent(loan.ToJsonString(), null, "application/json"),
        };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return api.SendAsync(request);
    }

    private static async Task CallBackAsync(ApiClient api, string uuid, string state, string? reason) =>
        (
            await api.PostAsync(
                "api/callbacks/loan-state",
                new JsonObject
                {
                    ["uuid"] = uuid,
                    ["state"] = state,
                    ["reason"] = reason,
                }
            )
        ).Is(200);

    private static async Task<SettlementForm> SettledAsync(ApiClient api)
    {
        var form = await api.AcceptedAsync(new SettlementForm());
        (await api.EndedAsync(form.Code)).SettlementStatus.ShouldBe("settled");
        return form;
    }

    private static async Task SweepUntilErasedAsync(ServedApp app, string code)
    {
        using var admin = app.NewClient(RunningApps.AdminKey);
        using var api = app.NewClient();
        await Until.TrueAsync(
            $"{code} is erased",
            async () =>
            {
                (await admin.PostAsync("admin/functions/VerifySettlements", new JsonObject { ["input"] = "" })).Status.ShouldBe(202);
                return (await api.GetAsync($"api/merchant/settlements/{code}")).Json["erased_at"] is not null;
            }
        );
    }

    /// <summary>All that the tables of loans hold, bodies of callbacks as text.</summary>
    private static async Task<string> DumpAsync(ServedApp app)
    {
        var (tables, all) = (new TableServiceClient(app.ConnectionString), new StringBuilder());
        foreach (var name in new[] { StorageSetup.LoansTable, StorageSetup.LoanOpeningsTable, StorageSetup.LoanIndexTable })
        {
            await foreach (var row in tables.GetTableClient(name).QueryAsync<TableEntity>(cancellationToken: Cancel))
            {
                all.AppendJoin(
                    ' ',
                    row.Select(column => column.Value).Select(value => value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : $"{value}")
                );
                all.AppendLine();
            }
        }

        return all.ToString();
    }

    private Task<ServedApp> AppAsync(AheadTime time, int? days) =>
        ServedApp.StartAsync(
            Baloan,
            NewStorage(),
            replace: services => services.AddSingleton<TimeProvider>(time).AddServiceDate(time),
            settings: [new("Retention__Days", days?.ToString(CultureInfo.InvariantCulture))]
        );

    /// <summary>A clock that is ahead of all others.</summary>
    private sealed class AheadTime : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
    }
}

file static class Answers
{
    public static JsonObject Is(this ApiAnswer answer, int status)
    {
        answer.Status.ShouldBe(status, answer.Text);
        return answer.Json;
    }
}
