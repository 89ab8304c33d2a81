using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;

namespace Baloan.Functions.Tests.Costs;

/// <summary>What the app is billed for, counted on the running app, and docs/costs.md, which says it.</summary>
public sealed class CostTests(StorageAccounts storage)
{
    internal const string Sweep = "a sweep with nothing to do";
    internal const string FifthSweep = "every fifth such sweep";
    internal const string Refresh = "a look at the access tokens with nothing to do";

    private const string Settlement = "a settlement, version 2";
    private const string SubscribedSettlement = "such a settlement, told to a subscriber";
    private const string FirstSettlement = "a settlement, version 1";
    private const string Upload = "an upload";
    private const string Loan = "a loan";
    private const string Callback = "a callback with a new state";
    private const string SubscribedCallback = "such a callback, told to a subscriber";
    private const string RepeatedCallback = "a callback that comes again";
    private const string Health = "a health check";

    private const int MinutesOfMonth = 30 * 24 * 60;

    private static readonly string[] LoanStates = ["created", "cheque_verified", "send_loan_to_bank", "loan_paid"];

    private static int phones;

    internal static string DocsFolder => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(BuildPaths.SampleInvoice)!, "../../../docs"));

    private static readonly string[] Order =
    [
        Settlement,
        SubscribedSettlement,
        FirstSettlement,
        Upload,
        Loan,
        Callback,
        SubscribedCallback,
        RepeatedCallback,
        Sweep,
        Refresh,
        Health,
    ];

    [Fact(Explicit = true)]
    public async Task Everything_costs_what_the_docs_say()
    {
        var halves = await Task.WhenAll(SecondVersionAsync(), FirstVersionAsync());
        var costs = halves.SelectMany(half => half).OrderBy(cost => Array.IndexOf(Order, cost.Key)).ToDictionary();
        costs.Keys.ShouldBe(Order);

        // The clock brings it; SweepCallTests has what it asks for.
        costs[Sweep].Cost.RangeReads.ShouldBe(SweepCallTests.EachMinute.Length);
        var fifthSweep = costs[Sweep].Cost with { RangeReads = SweepCallTests.EachFifth.Length };

        var doc = await File.ReadAllLinesAsync(Path.Combine(DocsFolder, "costs.md"), TestContext.Current.CancellationToken);
        string[] counts =
        [
            .. costs.SelectMany(cost =>
                cost.Key == Sweep ? [cost.Value.Cost.Row(cost.Key), fifthSweep.Row(FifthSweep)] : new[] { cost.Value.Cost.Row(cost.Key) }
            ),
            costs[Settlement].Cost.Row("10,000 settlements, version 2", 10_000),
            costs[SubscribedSettlement].Cost.Row("10,000 settlements, version 2, told to a subscriber", 10_000),
            costs[FirstSettlement].Cost.Row("10,000 settlements, version 1", 10_000),
            costs[Loan].Cost.Row("10,000 loans", 10_000),
            costs[Callback].Cost.Row("100,000 callbacks with a new state", 100_000),
            costs[SubscribedCallback].Cost.Row("100,000 callbacks with a new state, told to a subscriber", 100_000),
            Cost.Row("the sweep: every minute for 30 days", (costs[Sweep].Cost, MinutesOfMonth / 5 * 4), (fifthSweep, MinutesOfMonth / 5)),
            costs[Refresh].Cost.Row("the access tokens: every 5 minutes for 30 days", MinutesOfMonth / 5),
        ];
        string[] logs = [.. costs.Select(cost => cost.Value.Telemetry.Row(cost.Key))];
        string[] times =
        [
            TimeOf("10,000 settlements", costs[Settlement].Cost, 10_000),
            TimeOf("10,000 settlements, told", costs[SubscribedSettlement].Cost, 10_000),
            TimeOf("10,000 loans", costs[Loan].Cost, 10_000),
            TimeOf("100,000 callbacks", costs[Callback].Cost, 100_000),
            TimeOf("100,000 callbacks, told", costs[SubscribedCallback].Cost, 100_000),
            TimeOf("the sweep for 30 days", costs[Sweep].Cost, MinutesOfMonth),
            TimeOf("the access tokens for 30 days", costs[Refresh].Cost, MinutesOfMonth / 5),
        ];
        var found = $"docs/costs.md should say:\n{string.Join('\n', [.. counts, "", .. logs, "", .. times])}\n";
        RowsUnder(doc, "| | executions | blobs written |").SequenceEqual(counts).ShouldBeTrue(found);
        RowsUnder(doc, "| | executions | GB-s at 2048 MB | GB-s at 512 MB |").SequenceEqual(times).ShouldBeTrue(found);

        var said = RowsUnder(doc, "| | log lines |").Select(Telemetry.Read).ToList();
        said.Select(row => row.What).SequenceEqual(costs.Keys).ShouldBeTrue(found);
        foreach (var (what, telemetry) in said)
        {
            telemetry.IsAbout(costs[what].Telemetry).ShouldBeTrue(found);
        }
    }

    /// <summary>The most that executions of less than a second are billed for: a second each.</summary>
    private static string TimeOf(string what, Cost cost, int times) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"| {what} | {cost.Executions * times:N0} | {cost.Executions * times * 2:N0} | {cost.Executions * times / 2:N0} |"
        );

    private async Task<IReadOnlyDictionary<string, (Cost Cost, Telemetry Telemetry)>> SecondVersionAsync()
    {
        await using var subscriber = await Receiver.StartAsync();
        await using var fixture = await CostFixture.StartAsync(storage, "v2");
        var started = Stopwatch.StartNew();

        // What is got once in an instance's life: access tokens, the key that customers are told by.
        await SettleAsync(fixture, () => fixture.Storage.Calls, subscribed: false);
        await LoanAsync(fixture);

        await fixture.CountAsync(Settlement, calls => SettleAsync(fixture, calls, subscribed: false));
        await fixture.CountAsync(Upload, calls => UploadAsync(fixture, calls));
        await fixture.CountAsync(Loan, _ => LoanAsync(fixture));
        await fixture.CountAsync(Sweep, _ => fixture.RunTimerAsync("VerifySettlements"));
        await fixture.CountAsync(Refresh, _ => fixture.RunTimerAsync("RefreshTokens"));
        var opened = await KnownLoansAsync(fixture, 10);
        await fixture.CountAsync(Callback, _ => CallBackAsync(fixture, opened.Dequeue(), LoanStates[1]));
        await fixture.CountAsync(RepeatedCallback, _ => CallBackAsync(fixture, opened.Peek(), LoanStates[0]));
        // An answer is kept for five seconds, and the first was given when the app started.
        await Until.TrueAsync(() => started.Elapsed > TimeSpan.FromSeconds(6));
        await fixture.CountAsync(Health, async _ => (await fixture.Api.GetAsync("api/health")).Status.ShouldBe(200), times: 1);

        (await fixture.Api.PostAsync("api/subscriptions", new JsonObject { ["callback_url"] = subscriber.CallbackUrl })).Status.ShouldBe(
            201
        );
        await fixture.CountAsync(SubscribedSettlement, calls => SettleAsync(fixture, calls, subscribed: true));
        await fixture.CountAsync(
            SubscribedCallback,
            async calls =>
            {
                await CallBackAsync(fixture, opened.Dequeue(), LoanStates[1]);
                await DeliveredAsync(calls);
            }
        );
        return await fixture.EndAsync();
    }

    private async Task<IReadOnlyDictionary<string, (Cost Cost, Telemetry Telemetry)>> FirstVersionAsync()
    {
        await using var fixture = await CostFixture.StartAsync(storage, "v1");
        await SettleAsync(fixture, () => fixture.Storage.Calls, subscribed: false);
        await fixture.CountAsync(FirstSettlement, calls => SettleAsync(fixture, calls, subscribed: false));
        return await fixture.EndAsync();
    }

    /// <summary>As a shop does it: an OTP, the settlement, a look while it runs, and one when it has ended.</summary>
    private static async Task SettleAsync(CostFixture fixture, Func<IReadOnlyList<string>> calls, bool subscribed)
    {
        var form = await fixture.Api.AcceptedAsync(new SettlementForm());
        var path = $"api/merchant/settlements/{form.Code}";
        (await fixture.Api.GetAsync(path)).Status.ShouldBeOneOf(200, 202);
        await WorkedOffAsync(calls, "invoices");
        (await fixture.Api.GetAsync(path)).SettlementStatus.ShouldBe("settled");
        if (subscribed)
        {
            await DeliveredAsync(calls);
        }
    }

    private static async Task UploadAsync(CostFixture fixture, Func<IReadOnlyList<string>> calls)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(Given.Pdf()), "file", "contract.pdf" } };
        var path = (await fixture.Api.PostAsync("api/merchant/uploads", form)).Location;
        (await fixture.Api.GetAsync(path)).Status.ShouldBeOneOf(200, 202);
        await WorkedOffAsync(calls, "invoices");
        (await fixture.Api.GetAsync(path)).Field("status").ShouldBe("uploaded");
    }

    /// <summary>A loan from its opening until it is paid: four callbacks, the contract, its OTP and signature, a look at the end.</summary>
    private static async Task LoanAsync(CostFixture fixture)
    {
        var opened = await CountedAsync(
            fixture,
            () =>
                fixture.Api.PostAsync(
                    "api/loans",
                    new JsonObject
                    {
                        ["phone_number"] = string.Create(CultureInfo.InvariantCulture, $"0916{Interlocked.Increment(ref phones):D7}"),
                        ["national_identifier"] = Given.Customer(),
                        ["birth_date"] = "1999-02-14",
                        ["amount"] = 20_000_000,
                        ["loan_due"] = 12,
                        ["store"] = 1,
                    }
                )
        );
        opened.Status.ShouldBe(201, opened.Text);
        var uuid = opened.Field("uuid");
        await CallBackAsync(fixture, uuid, LoanStates[0]);
        fixture.Baloan.Loans.MoveOn(Guid.Parse(uuid));
        await CallBackAsync(fixture, uuid, LoanStates[1]);
        (await fixture.Api.GetAsync($"api/loans/{uuid}/contract")).Status.ShouldBe(200);
        (await fixture.Api.PostAsync($"api/loans/{uuid}/contract/otp", (HttpContent?)null)).Status.ShouldBe(200);
        (
            await fixture.Api.PostAsync($"api/loans/{uuid}/contract/signature", new JsonObject { ["otp"] = MagicNumbers.Otp })
        ).Status.ShouldBe(200);
        await CallBackAsync(fixture, uuid, LoanStates[2]);
        await CallBackAsync(fixture, uuid, LoanStates[3]);
        (await fixture.Api.GetAsync($"api/loans/{uuid}")).Field("state").ShouldBe("loan_paid");
    }

    private static async Task<Queue<string>> KnownLoansAsync(CostFixture fixture, int count)
    {
        var loans = new Queue<string>();
        while (loans.Count < count)
        {
            loans.Enqueue(Guid.NewGuid().ToString());
            await CallBackAsync(fixture, loans.Last(), LoanStates[0]);
        }

        return loans;
    }

    private static async Task CallBackAsync(CostFixture fixture, string uuid, string state) =>
        (
            await CountedAsync(
                fixture,
                () =>
                    fixture.Api.PostAsync(
                        "api/callbacks/loan-state",
                        new JsonObject
                        {
                            ["uuid"] = uuid,
                            ["state"] = state,
                            ["reason"] = "",
                        }
                    )
            )
        ).Status.ShouldBe(200);

    /// <summary>What is recorded of a loan is counted soon after; one by one where they come no faster than that.</summary>
    private static async Task<ApiAnswer> CountedAsync(CostFixture fixture, Func<Task<ApiAnswer>> call)
    {
        int Counted() => fixture.Storage.Calls.Count(made => made == $"{StorageProxy.Transaction} Stats");
        var before = Counted();
        var answer = await call();
        await Until.TrueAsync(() => Counted() > before);
        return answer;
    }

    private static Task DeliveredAsync(Func<IReadOnlyList<string>> calls) => WorkedOffAsync(calls, "events");

    private static Task WorkedOffAsync(Func<IReadOnlyList<string>> calls, string queue) =>
        Until.TrueAsync(() => calls().Contains($"queue DELETE {queue}/messages/(id)"), () => string.Join('\n', calls()));

    /// <summary>The rows of all tables with a head that begins so.</summary>
    internal static IReadOnlyList<string> RowsUnder(string[] doc, string head) =>
        [
            .. doc.Index()
                .Where(line => line.Item.StartsWith(head, StringComparison.Ordinal))
                .SelectMany(line => doc.Skip(line.Index + 2).TakeWhile(row => row.StartsWith('|'))),
        ];
}
