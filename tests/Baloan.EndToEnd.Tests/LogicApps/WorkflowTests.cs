using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Azure.Data.Tables;
using Azure.Storage.Blobs;

namespace Baloan.EndToEnd.Tests.LogicApps;

/// <summary>The Logic Apps workflows of <c>infra/logic-apps</c>, played against the App.</summary>
[Collection(KeyedApp.Name)]
public sealed class WorkflowTests(OnDemand<KeyedAppFixture> fixture) : LongTests<KeyedAppFixture>(fixture)
{
    private const long SettleRefused = 10_004_001;
    private const long ConnectionCutNothingHappened = 10_009_001;

    private RunningApp App => Fixture.App;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory(Explicit = true)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task An_invoice_is_settled_by_following_its_Location_whether_or_not_headers_are_sent_again(
        bool headersAgain,
        bool withToken
    )
    {
        using var workflow = SettleInvoice(headersAgain: headersAgain);
        var order = withToken ? await OrderWithTokenAsync() : await OrderAsync();

        var run = await workflow.RunAsync(WithFile(order));

        var settlement = run.ShouldAnswer("Answer_settled", 200);
        (settlement.Text("code"), settlement.Text("status")).ShouldBe((order.Code, "settled"));
        run.Polls.ShouldNotBeEmpty();
        run.Statuses["Settle_blob"].ShouldBe("Skipped");
        Fixture.Books.ShouldHaveMovedOnce(order);
    }

    [Fact(Explicit = true)]
    public async Task An_invoice_in_Blob_storage_is_settled_with_a_token()
    {
        using var workflow = SettleInvoice();
        var order = await OrderWithTokenAsync();
        var blob = $"shop/{order.Code}.pdf";
        await new BlobClient(Fixture.Storage.ConnectionString, "invoices", blob).UploadAsync(BinaryData.FromBytes(order.Invoice), Cancel);

        var run = await workflow.RunAsync(Request(order, "invoice_blob", blob));

        run.ShouldAnswer("Answer_settled", 200).Text("code").ShouldBe(order.Code);
        run.Statuses["Settle_file"].ShouldBe("Skipped");
        Fixture.Books.ShouldHaveMovedOnce(order);
    }

    [Fact(Explicit = true)]
    public async Task Each_outcome_takes_a_branch_of_its_own()
    {
        using var workflow = SettleInvoice();
        var rejected = await OrderAsync(SettleRefused);
        var failed = await OrderAsync(ConnectionCutNothingHappened);
        var unclear = await OrderAsync(ConnectionCutNothingHappened);

        var runs = Task.WhenAll(new[] { rejected, failed, unclear }.Select(order => workflow.RunAsync(WithFile(order))));
        // Neither what it was nor less by exactly the total: it cannot be found out.
        await Until.TrueAsync(
            "its answer is missing",
            async () => await App.GetSettlementAsync(unclear) is { Status: 202, Json: { } found } && found.Text("status") == "verifying"
        );
        Fixture.Books.SetCredit(unclear.Customer, 1);
        var ended = await runs;

        ended[0].ShouldAnswer("Answer_rejected", 422).ErrorCode().ShouldBe("duplicate_request");
        ended[1].ShouldAnswer("Answer_failed", 503).Text("status").ShouldBe("failed");
        ended[2].ShouldAnswer("Answer_needs_review", 409).Text("status").ShouldBe("needs_review");
        Fixture.Books.ShouldNotHaveMoved(failed);
    }

    [Fact(Explicit = true)]
    public async Task An_error_of_the_app_is_handed_on_and_no_answer_is_504()
    {
        using var workflow = SettleInvoice();
        var refused = await workflow.RunAsync(WithFile(Order.New() with { Invoice = [1, 2, 3] }));
        refused.ShouldAnswer("Answer_error", 415).Text("code").ShouldBe("unsupported_file_type");
        refused.Statuses["Outcome"].ShouldBe("Skipped");

        using var nobody = SettleInvoice("http://127.0.0.1:1/api");
        var unanswered = await nobody.RunAsync(WithFile(Order.New()));
        unanswered.Statuses["Answer_error"].ShouldBe("Succeeded");
        ((int)unanswered.Answer!["statusCode"]!).ShouldBe(504);

        using var wrongKey = SettleInvoice(key: "wrong");
        ((int)(await wrongKey.RunAsync(WithFile(Order.New()))).Answer!["statusCode"]!).ShouldBe(401);
    }

    [Fact(Explicit = true)]
    public async Task A_change_of_a_loan_is_subscribed_to_acted_on_and_unsubscribed_from()
    {
        await using var logicApps = await Receiver.StartAsync();
        await using var shop = await Receiver.StartAsync();
        var idempotencyKeys = new ConcurrentQueue<string>();
        shop.Answer = context =>
        {
            idempotencyKeys.Enqueue(context.Request.Headers["Idempotency-Key"].ToString());
            return Task.CompletedTask;
        };
        using var workflow = new Workflow(
            "on-loan-state",
            new()
            {
                ["apiUrl"] = ApiUrl,
                ["functionKey"] = KeyedAppFixture.FunctionKey,
                ["targetUrl"] = shop.CallbackUrl,
            }
        );

        (await workflow.CallAsync("subscribe", logicApps.CallbackUrl)).ShouldBe(201);
        (await EventsOfAsync(logicApps)).ShouldBe(["loan_state"]);
        var loans = new Dictionary<string, Guid>();
        foreach (var state in new[] { "created", "loan_paid", "canceled", "blocked" })
        {
            loans[state] = Guid.NewGuid();
            (await App.CallBackAsync(loans[state], state, $"why {state}")).ShouldBe(200);
        }

        await Until.TrueAsync("all events came", () => loans.Values.All(loan => EventOf(loan) is not null));
        var actions = new Dictionary<string, string>
        {
            ["loan_paid"] = "hand_over",
            ["canceled"] = "call_off",
            ["blocked"] = "wait",
        };
        foreach (var (state, loan) in loans)
        {
            var change = EventOf(loan)!;
            var before = shop.Deliveries.Count;

            // Twice, as it may be delivered.
            foreach (var run in new[] { await workflow.RunAsync(change.Json), await workflow.RunAsync(change.Json) })
            {
                run.Statuses["State"].ShouldBe("Succeeded");
                run.TrackingId.ShouldBe(change.EventId);
            }

            var told = shop.Deliveries.Skip(before).ToList();
            told.Count.ShouldBe(actions.ContainsKey(state) ? 2 : 0, state);
            foreach (var one in told.Select(delivery => delivery.Json))
            {
                (one.Text("action"), one.Text("loan"), one.Text("event")).ShouldBe((actions[state], loan.ToString(), change.EventId));
                (state == "loan_paid" || one.Text("reason") == $"why {state}").ShouldBeTrue();
            }

            idempotencyKeys.Skip(before).ShouldAllBe(key => key == change.EventId);
        }

        (await workflow.CallAsync("unsubscribe", logicApps.CallbackUrl)).ShouldBe(204);
        (await EventsOfAsync(logicApps)).ShouldBeEmpty();

        Delivery? EventOf(Guid loan) =>
            logicApps.Deliveries.FirstOrDefault(delivery => delivery.Body.Contains(loan.ToString(), StringComparison.Ordinal));
    }

    [Fact(Explicit = true)]
    public async Task Yesterdays_settlements_are_mailed_as_a_table_and_a_table_that_is_missing_is_told()
    {
        var order = await OrderAsync();
        using var settle = SettleInvoice();
        (await settle.RunAsync(WithFile(order))).ShouldAnswer("Answer_settled", 200);
        // A day after it ended in Tehran.
        var tomorrow = (await App.EndOfAsync(order))["ended_at"]!.GetValue<DateTimeOffset>().AddDays(1);
        var day = tomorrow.ToOffset(new(3, 30, 0)).AddDays(-1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        using var workflow = MailSettlements(KeyedAppFixture.FunctionKey, tomorrow);

        var run = await workflow.RunAsync([]);

        var mail = run.Connector.ShouldHaveSingleItem().Value;
        (mail["path"]!.GetValue<string>(), mail["host"]!["connection"]!["name"]!.GetValue<string>()).ShouldBe(
            ("/SendEmailV3", "/connections/smtp")
        );
        (mail["body"]!["To"]!.GetValue<string>(), mail["body"]!["Subject"]!.GetValue<string>()).ShouldBe(
            ("books@example.com", $"Baloan settlements of {day}")
        );
        var attachment = mail["body"]!["Attachments"]!.AsArray().ShouldHaveSingleItem()!;
        attachment["FileName"]!.GetValue<string>().ShouldBe($"settlements-{day}.csv");
        var table = System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(attachment["ContentData"]!.GetValue<string>()));
        table.ShouldStartWith("\uFEFFcode,outcome,");
        table.ShouldContain($"{order.Code},settled,baloan,");

        using var wrongKey = MailSettlements("wrong", tomorrow);
        var refused = await wrongKey.RunAsync([]);
        refused.Statuses["Mail"].ShouldBe("Skipped");
        refused.Connector["Mail_of_failure"]["body"]!["Body"]!.GetValue<string>().ShouldContain("401");

        Workflow MailSettlements(string key, DateTimeOffset now) =>
            new(
                "mail-settlements",
                new()
                {
                    ["$connections"] = new JsonObject { ["smtp"] = new JsonObject { ["connectionId"] = "/connections/smtp" } },
                    ["apiUrl"] = ApiUrl,
                    ["functionKey"] = key,
                    ["ownKey"] = "",
                    ["from"] = "shop@example.com",
                    ["to"] = "books@example.com",
                }
            )
            {
                Now = now,
            };
    }

    private string ApiUrl => new Uri(App.BaseAddress, "api").ToString();

    private static JsonObject Request(Order order, string invoice, string value) =>
        new()
        {
            ["national_identifier"] = order.Customer,
            [order.Token is null ? "otp" : "token"] = order.Token ?? order.Otp,
            ["data"] = order.Data,
            [invoice] = value,
        };

    private static JsonObject WithFile(Order order) => Request(order, "file", Convert.ToBase64String(order.Invoice));

    private Workflow SettleInvoice(string? apiUrl = null, string key = KeyedAppFixture.FunctionKey, bool headersAgain = false) =>
        new("settle-invoice", new() { ["apiUrl"] = apiUrl ?? ApiUrl, ["functionKey"] = key }) { SendsHeadersAgain = headersAgain };

    private async Task<Order> OrderAsync(long total = 1_250_000)
    {
        var order = Order.New(total);
        await App.SendOtpAsync(order.Customer);
        return order;
    }

    private async Task<Order> OrderWithTokenAsync()
    {
        var order = await OrderAsync();
        return order with { Token = await App.ValidateOtpAsync(order.Customer), Otp = null };
    }

    /// <summary>To what a receiver is subscribed: one entry a subscription.</summary>
    private async Task<IReadOnlyList<string>> EventsOfAsync(Receiver receiver) =>
        [
            .. await new TableClient(Fixture.Storage.ConnectionString, "Subscriptions")
                .QueryAsync<TableEntity>(cancellationToken: Cancel)
                .Where(row => row.GetString("CallbackUrl") == receiver.CallbackUrl)
                .Select(row => row.GetString("Events")!)
                .ToListAsync(Cancel),
        ];
}
