using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Baloan.Core.Loans;
using Baloan.Core.Settlements;
using Baloan.Core.Storage;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;

namespace Baloan.Functions.Tests.Costs;

/// <summary>
/// What each operation asks of storage, of the vault and of Baloan's token service, on a warm app. What is counted elsewhere is not here:
/// a settlement whole, an upload, the timers, a health check, the delivery of an event, and what callbacks of each kind cost.
/// </summary>
public sealed class OperationCallTests(StorageAccounts storage)
{
    // A sweep may come in between, with calls of its own.
    private const int Tries = 5;

    private const string ReadSettlement = "table GET Settlements(key)";
    private const string ListSettlements = "table GET SettlementsByStatus()";
    private const string ReadLoan = "table GET LoanStates(key)";
    private const string ListLoans = "table GET LoansByState()";

    private static readonly string[] Nothing = [];

    private static int phones;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task Each_operation_asks_exactly_this_of_others()
    {
        await using var fixture = await CostFixture.StartAsync(storage, "v2");
        var (customer, code) = (Given.Customer(), "");
        var faults = new List<string>();
        string uuid = "",
            fresh = "",
            subscription = "",
            upload = "";
        Task<ApiAnswer> PostAsync(string path, JsonObject body) => fixture.Api.PostAsync(path, body);
        JsonObject OfCustomer() => new() { ["national_identifier"] = customer };

        // What is got once in an instance's life comes before: tokens, and the key that customers are told by.
        await PostAsync("api/loans", NewLoan());
        (await fixture.Api.AcceptedAsync(new SettlementForm())).Code.ShouldNotBeEmpty();

        // At Baloan alone.
        await CountAsync("check credit", Nothing, () => PostAsync("api/merchant/credit-check", OfCustomer()));
        await CountAsync("send OTP", Nothing, () => PostAsync("api/merchant/otp", OfCustomer()));
        await CountAsync(
            "validate OTP",
            Nothing,
            () => PostAsync("api/merchant/otp/validate", new() { ["national_identifier"] = customer, ["otp"] = MagicNumbers.Otp }),
            () => fixture.Api.SendOtpAsync(customer)
        );
        await CountAsync("loan policies", Nothing, () => fixture.Api.GetAsync("api/loan-policies"));
        await CountAsync("loan stores", Nothing, () => fixture.Api.GetAsync("api/loan-policies/stores"));

        // Settlements.
        async Task SettledAsync()
        {
            code = (await fixture.Api.AcceptedAsync(new SettlementForm())).Code;
            (await fixture.Api.EndedAsync(code)).SettlementStatus.ShouldBe("settled");
            await fixture.RunTimerAsync("VerifySettlements");
        }

        await SettledAsync();
        await CountAsync("read a settlement", [ReadSettlement], () => fixture.Api.GetAsync($"api/merchant/settlements/{code}"));
        await SettledAsync();
        await CountAsync(
            "a page of settlements by status",
            [ListSettlements],
            () => fixture.Api.GetAsync("api/merchant/settlements?status=settled&top=2")
        );
        await CountAsync("a page of all settlements", [ListSettlements], () => fixture.Api.GetAsync("api/merchant/settlements?top=2"));
        var settlements = new TableClient(fixture.App.ConnectionString, StorageSetup.SettlementsTable);
        await CountAsync(
            "resolve a settlement",
            [
                // Listed as under way, by time; off the list of its outcome and that of ends; row; filed.
                ReadSettlement,
                "table GET SettlementsByStatus(key)",
                .. Enumerable.Repeat("table PUT SettlementsByStatus(key)", 2),
                .. Enumerable.Repeat("table DELETE SettlementsByStatus(key)", 2),
                "table PUT Settlements(key)",
                "table POST $batch",
                "table GET Subscriptions()",
                "table DELETE SettlementsByStatus(key)",
                "table DELETE Settlements(key)",
            ],
            () => PostAsync($"api/merchant/settlements/{code}/resolve", new() { ["outcome"] = "settled", ["note"] = "asked Baloan" }),
            async () =>
            {
                // As if it could not have been found out.
                var row = (
                    await settlements.GetEntityAsync<Settlement>(TableKeys.Escape(code), Settlement.Row, cancellationToken: Cancel)
                ).Value;
                await settlements.UpdateEntityAsync(
                    row with
                    {
                        Status = SettlementStatus.NeedsReview,
                    },
                    row.ETag,
                    TableUpdateMode.Replace,
                    Cancel
                );
            }
        );
        var invoices = new BlobContainerClient(fixture.App.ConnectionString, StorageSetup.InvoicesContainer);
        await invoices.UploadBlobAsync("of-the-shop.pdf", new BinaryData(Given.Pdf()), Cancel);
        await CountAsync(
            "another settlement of the same code, with its invoice in Blob storage",
            [
                "blob PUT invoices/(blob) snapshot",
                "blob GET invoices/(blob)",
                .. Enumerable.Repeat("table PUT SettlementsByStatus(key)", 3),
                "table POST Settlements",
                ReadSettlement,
                ReadSettlement,
                .. Enumerable.Repeat("table DELETE SettlementsByStatus(key)", 3),
                "blob DELETE invoices/(blob)",
            ],
            () =>
                PostAsync(
                    "api/merchant/settlements",
                    new()
                    {
                        ["national_identifier"] = Given.Customer(),
                        ["otp"] = MagicNumbers.Otp,
                        ["invoice_blob"] = "of-the-shop.pdf",
                        ["data"] = new JsonObject
                        {
                            ["code"] = code,
                            ["bill"] = new JsonObject { ["total"] = Given.Total },
                        },
                    }
                ),
            status: 409
        );

        // Uploads.
        using (var form = new MultipartFormDataContent { { new ByteArrayContent(Given.Pdf()), "file", "contract.pdf" } })
        {
            upload = (await fixture.Api.PostAsync("api/merchant/uploads", form)).Location.ToString();
        }

        await fixture.Api.EndOfAsync(upload);
        await CountAsync("read an upload", ["table GET Uploads(key)"], () => fixture.Api.GetAsync(upload));

        // Loans.
        string[] opened =
        [
            "table PUT LoanOpenings(key)",
            "table POST LoanOpenings",
            "table GET LoanOpenings(key)",
            "table PUT LoanOpenings(key)",
            "table DELETE LoanOpenings(key)",
            ReadLoan,
            "table PUT LoansByState(key)",
            "table POST $batch",
        ];
        await CountAsync(
            "open a loan",
            opened,
            async () =>
            {
                var answer = await PostAsync("api/loans", NewLoan());
                uuid = answer.Field("uuid");
                return answer;
            }
        );
        await CallBackAsync("created");
        fixture.Baloan.Loans.MoveOn(Guid.Parse(uuid));
        await CountAsync(
            "read a loan",
            [ReadLoan, "table GET LoanStates()", "table GET LoanStates()"],
            () => fixture.Api.GetAsync($"api/loans/{uuid}")
        );
        await CountAsync("a page of loans by state", [ListLoans, ReadLoan], () => fixture.Api.GetAsync("api/loans?state=created&top=1"));
        await CountAsync("read a contract", Nothing, () => fixture.Api.GetAsync($"api/loans/{uuid}/contract"));
        await CountAsync(
            "send a contract's OTP",
            Nothing,
            () => fixture.Api.PostAsync($"api/loans/{uuid}/contract/otp", (HttpContent?)null)
        );
        await CountAsync(
            "sign a contract",
            Nothing,
            () => PostAsync($"api/loans/{uuid}/contract/signature", new() { ["otp"] = MagicNumbers.Otp })
        );
        await CountAsync(
            "cancel a loan",
            Nothing,
            () => fixture.Api.PostAsync($"api/loans/{fresh}/cancel", (HttpContent?)null),
            async () => fresh = (await PostAsync("api/loans", NewLoan())).Field("uuid")
        );
        var loans = new QueueClient(
            fixture.App.ConnectionString,
            StorageSetup.LoanQueueName,
            new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 }
        );
        await CountAsync(
            "a callback that was put on the queue",
            // Put there by this test, so that one call is its own.
            [
                "queue POST loans/messages",
                ReadLoan,
                ReadLoan,
                "table GET Subscriptions()",
                "table PUT LoansByState(key)",
                "table POST $batch",
                "queue DELETE loans/messages/(id)",
            ],
            async () =>
            {
                var callback = new LoanCallback(
                    Guid.NewGuid().ToString(),
                    Guid.NewGuid().ToString(),
                    "created",
                    null,
                    DateTimeOffset.UtcNow,
                    Encoding.UTF8.GetBytes("{}")
                );
                var before = fixture.Storage.Calls.Count;
                await loans.SendMessageAsync(new LoanMessage(callback, null, 1, null).ToText(), Cancel);
                await Until.TrueAsync(() => fixture.Storage.Calls.Skip(before).Contains("queue DELETE loans/messages/(id)"));
                return await fixture.Api.GetAsync("api/openapi.json");
            }
        );

        // Subscriptions, tokens, documents.
        await CountAsync(
            "subscribe",
            ["table GET Subscriptions()", "table PATCH Subscriptions(key)"],
            async () =>
            {
                var answer = await PostAsync("api/subscriptions", new() { ["callback_url"] = "http://127.0.0.1:9/nobody" });
                subscription = answer.Field("id");
                return answer;
            }
        );
        await CountAsync(
            "unsubscribe",
            ["table DELETE Subscriptions(key)", "table GET Subscriptions()"],
            () => fixture.Api.SendAsync(new HttpRequestMessage(HttpMethod.Delete, $"api/subscriptions/{subscription}"))
        );
        await CountAsync(
            "unsubscribe by URL",
            ["table GET Subscriptions()", "table DELETE Subscriptions(key)", "table GET Subscriptions()"],
            () => PostAsync("api/subscriptions/unsubscribe", new() { ["callback_url"] = "http://127.0.0.1:9/nobody" }),
            () => PostAsync("api/subscriptions", new() { ["callback_url"] = "http://127.0.0.1:9/nobody" })
        );
        await CountAsync(
            "the statistics, and the one range of their own table",
            [
                ListSettlements,
                ListSettlements,
                "queue GET invoices metadata",
                "queue GET invoices-poison metadata",
                "queue GET loans metadata",
                "queue GET loans-poison metadata",
                "queue GET events metadata",
                "queue GET events-poison metadata",
            ],
            () => fixture.Api.GetAsync("api/stats")
        );
        await CountAsync("the console", Nothing, () => fixture.Api.GetAsync("api/console"));
        // The open console's overview, every 15 seconds beside the statistics; docs/costs.md has it.
        await CountAsync("the console's subscriptions", ["table GET Subscriptions()"], () => fixture.Api.GetAsync("api/subscriptions"));
        await CountAsync("its openings", ["table GET LoanOpenings()"], () => fixture.Api.GetAsync("api/loan-openings?top=100"));
        await CountAsync("its loans of unknown state", [ListLoans], () => fixture.Api.GetAsync("api/loans?unknown_state=true&top=20"));
        await CountAsync("the API's description", Nothing, () => fixture.Api.GetAsync("api/openapi.json"));
        await CountAsync("the connector's description", Nothing, () => fixture.Api.GetAsync("api/swagger.json"));
        using var admin = fixture.App.NewClient(RunningApps.AdminKey);
        await CountAsync(
            "renew both tokens",
            Nothing,
            () => admin.PostAsync("api/tokens/refresh", (HttpContent?)null),
            vault: 8,
            tokens: 2
        );
        faults.ShouldBeEmpty();

        Task<ApiAnswer> CallBackAsync(string state) => PostAsync("api/callbacks/loan-state", new() { ["uuid"] = uuid, ["state"] = state });

        async Task CountAsync(
            string what,
            string[] expected,
            Func<Task<ApiAnswer>> operation,
            Func<Task>? prepare = null,
            int vault = 0,
            int tokens = 0,
            int? status = null
        )
        {
            for (var tries = 1; ; tries++)
            {
                await (prepare?.Invoke() ?? Task.CompletedTask);
                var (calls, vaultCalls, issued) = (
                    fixture.Storage.Calls.Count,
                    fixture.App.Vault.RequestCount,
                    fixture.Baloan.Books.Snapshot().TokensIssued
                );
                var answer = await operation();
                var made = fixture
                    .Storage.Calls.Skip(calls)
                    .Where(call => !CostFixture.OfTheHost(call) && !IsCounting(call))
                    .Order(StringComparer.Ordinal)
                    .ToList();
                (status is null ? answer.Status is >= 200 and < 300 : answer.Status == status).ShouldBeTrue(
                    $"{what}: {answer.Status} {answer.Text}"
                );
                if (tries < Tries && !made.SequenceEqual(expected.Order(StringComparer.Ordinal)))
                {
                    continue;
                }

                var asked = (
                    Vault: fixture.App.Vault.RequestCount - vaultCalls,
                    Tokens: fixture.Baloan.Books.Snapshot().TokensIssued - issued
                );
                if (!made.SequenceEqual(expected.Order(StringComparer.Ordinal)) || asked != (vault, tokens))
                {
                    faults.Add($"{what}: {string.Join(", ", made)}; calls to the vault: {asked.Vault}, tokens: {asked.Tokens}");
                }

                return;
            }
        }
    }

    /// <summary>Goes on beside the rest, and after the answer; docs/costs.md has it.</summary>
    private static bool IsCounting(string call) => call.Contains(" Stats", StringComparison.Ordinal);

    private static JsonObject NewLoan() =>
        new()
        {
            ["phone_number"] = string.Create(CultureInfo.InvariantCulture, $"0917{Interlocked.Increment(ref phones):D7}"),
            ["national_identifier"] = Given.Customer(),
            ["birth_date"] = "1999-02-14",
            ["amount"] = 20_000_000,
            ["loan_due"] = 12,
            ["store"] = 1,
        };
}
