using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using Baloan.Core.Storage;
using Baloan.Functions.Tests.ApiDescription;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;

namespace Baloan.Functions.Tests.BadInput;

/// <summary>
/// Rows as an older or a broken version might have left them, in every table, read in every way: GETs, lists, POSTs, callbacks, messages
/// and sweeps.
/// </summary>
[Collection(nameof(Alone))]
public sealed class BadRowTests(StorageAccounts storage, ITestOutputHelper output)
{
    // One of these is spoiled in a row that could be sent otherwise.
    private static readonly string[] NeededToSend = ["Status", "Code", "NationalIdentifier", "Total", "Attempts", "CustomerHash"];

    private readonly ConcurrentQueue<string> failures = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_bad_row_is_answered_for_moves_no_money_and_keeps_nothing_else_from_going_on()
    {
        await using var baloan = await BaloanServer.StartAsync(cancellationToken: Cancel);
        baloan.Loans.Step = Timeout.InfiniteTimeSpan;
        await using var app = await RunningApp.StartAsync(
            baloan,
            storage.ConnectionString(storage.NewAccount()),
            settings:
            [
                new("AzureFunctionsJobHost__logging__logLevel__default", "Warning"),
                new("AzureFunctionsJobHost__extensions__queues__visibilityTimeout", "00:00:00"),
            ]
        );
        using var api = app.NewClient();
        await using var receiver = await Receiver.StartAsync();
        var calls = new DescribedCalls(new((await api.GetAsync("api/openapi.json")).Text), api);
        var tables = new TableServiceClient(app.ConnectionString);
        var rows = await GoodRowsAsync(api, calls, tables, receiver);
        var moved = baloan.Books.Settlements.Count;

        await Parallel.ForEachAsync(
            Enumerable.Range(BadInputRun.First, BadInputRun.Rows),
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancel },
            async (number, _) =>
            {
                var what = "";
                try
                {
                    what = await TryAsync(number, rows, calls, tables, app.ConnectionString);
                }
                catch (Exception failure)
                {
                    failures.Enqueue($"{failure.Message}\n{BadInputRun.Again(number)}\n{what}");
                }
            }
        );

        output.WriteLine($"seed {BadInputRun.Seed}, {BadInputRun.Rows} rows");
        failures.IsEmpty.ShouldBeTrue(string.Join("\n\n", failures.Take(10)));
        foreach (var list in new[] { "ListSettlements", "ListLoans" })
        {
            var (pages, continuation) = (0, (string?)"");
            while (continuation is not null && pages++ < 100)
            {
                continuation = (string?)
                    (
                        await calls.CallAsync(list, query: $"?top=50{(continuation.Length == 0 ? "" : $"&continuation={continuation}")}")
                    ).Json["continuation"];
            }

            pages.ShouldBeLessThan(100);
        }

        // The oldest comes last in a sweep: when it is taken away, the sweep has got past all the others.
        var last = TableKeys.NewestFirst(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), "nothing");
        foreach (var table in new[] { StorageSetup.SettlementIndexTable, StorageSetup.UploadIndexTable })
        {
            await AddAsync(
                tables,
                table,
                new TableEntity("open", last) { ["Id"] = "nothing", ["WrittenAt"] = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero) }
            );
            await Until.TrueAsync(async () =>
                !(await tables.GetTableClient(table).GetEntityIfExistsAsync<TableEntity>("open", last, cancellationToken: Cancel)).HasValue
            );
        }

        // What is good goes on all the same: through the queue, the sweep, and to the subscriber.
        var form = await api.AcceptedAsync(new SettlementForm());
        (await api.EndedAsync(form.Code)).SettlementStatus.ShouldBe("settled");
        await Until.TrueAsync(() => receiver.Deliveries.Any(delivery => delivery.Body.Contains(form.Code, StringComparison.Ordinal)));
        baloan.Books.Settlements.Count.ShouldBe(moved + 1, "money was moved for a bad row");
        await Until.TrueAsync(async () =>
            await new QueueClient(app.ConnectionString, "invoices").GetPropertiesAsync(Cancel) is { Value.ApproximateMessagesCount: 0 }
        );
        app.App.HasDied.ShouldBeFalse("the app is alive");
        // Azurite answers 500 now and then when it is busy; the next sweep goes on.
        app.App.LogLines.Where(line =>
                line.Contains("fail:", StringComparison.Ordinal)
                && !line.Contains("is not whole", StringComparison.Ordinal)
                && !line.Contains("there is no row", StringComparison.Ordinal)
                && !line.Contains("Azurite", StringComparison.Ordinal)
            )
            .Take(5)
            .ShouldBeEmpty();
    }

    private static async Task<IReadOnlyDictionary<string, TableEntity>> GoodRowsAsync(
        ApiClient api,
        DescribedCalls calls,
        TableServiceClient tables,
        Receiver receiver
    )
    {
        await calls.PostAsync("Subscribe", 201, new() { ["callback_url"] = receiver.CallbackUrl });
        var form = await api.AcceptedAsync(new SettlementForm());
        await api.EndedAsync(form.Code);
        var upload = await calls.CallAsync(
            "CreateUpload",
            body: new MultipartFormDataContent { { new ByteArrayContent(Given.Jpeg()), "file", "a.jpg" } }
        );
        await api.EndOfAsync($"api/merchant/uploads/{upload.Field("id")}");
        var loan = Guid.NewGuid().ToString();
        await calls.PostAsync(
            "LoanStateCallback",
            200,
            new()
            {
                ["uuid"] = loan,
                ["state"] = "created",
                ["reason"] = "a reason",
            }
        );
        var good = new Dictionary<string, TableEntity>();
        foreach (
            var (table, partition) in new[]
            {
                (StorageSetup.SettlementsTable, form.Code),
                (StorageSetup.SettlementIndexTable, "all"),
                (StorageSetup.UploadsTable, upload.Field("id")),
                (StorageSetup.LoansTable, loan),
                (StorageSetup.LoanIndexTable, "created"),
                (StorageSetup.SubscriptionsTable, "subscription"),
            }
        )
        {
            await foreach (
                var row in tables
                    .GetTableClient(table)
                    .QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {partition}"), cancellationToken: Cancel)
            )
            {
                good[row.RowKey.StartsWith("change-", StringComparison.Ordinal) ? "change" : table] = row;
            }
        }

        good.Count.ShouldBe(7);
        // What was opened here has more columns.
        var opened = good[StorageSetup.LoansTable];
        (opened["Amount"], opened["LoanDue"], opened["Store"], opened["PlanDetail"], opened["OpenedAt"]) = (
            10_000_000L,
            12L,
            1L,
            "{\"total_payback\":1}",
            DateTimeOffset.UtcNow
        );
        return good;
    }

    private async Task<string> TryAsync(
        int number,
        IReadOnlyDictionary<string, TableEntity> rows,
        DescribedCalls calls,
        TableServiceClient tables,
        string connectionString
    )
    {
        var random = BadInputRun.ChanceOf(number);
        switch (random.Next(10))
        {
            case < 4:
                return await SettlementAsync($"BAD-{number}", random, rows, calls, tables, connectionString);
            case < 6:
                return await UploadAsync(Guid.NewGuid().ToString("N"), random, rows, calls, tables, connectionString);
            case < 9:
                return await LoanAsync(Guid.NewGuid().ToString(), random, rows, calls, tables);
            default:
                var subscription = BadRows.Spoiled(rows[StorageSetup.SubscriptionsTable], random);
                // Each event goes to all of them; no more than a few are to get one.
                (subscription.PartitionKey, subscription.RowKey) = ("subscription", $"bad-{number}");
                await AddAsync(tables, StorageSetup.SubscriptionsTable, subscription);
                await calls.CallAsync("Unsubscribe", $"bad-{(random.Next(10) > 0 ? number : -1)}");
                return "";
        }
    }

    private static async Task<string> SettlementAsync(
        string code,
        Random random,
        IReadOnlyDictionary<string, TableEntity> rows,
        DescribedCalls calls,
        TableServiceClient tables,
        string connectionString
    )
    {
        var row = new TableEntity(rows[StorageSetup.SettlementsTable]) { PartitionKey = TableKeys.Escape(code) };
        row["Code"] = code;
        if (random.Next(3) > 0)
        {
            // Under way, with all that it takes to send it but what is spoiled.
            var (customer, now) = (Given.Customer(), DateTimeOffset.UtcNow);
            await calls.PostAsync("SendOtp", 200, new() { ["national_identifier"] = customer });
            (row["Status"], row["NationalIdentifier"], row["Otp"], row["DueAt"]) = (
                BadRequests.Pick(random, ["Queued", "Submitting", "Verifying"]),
                customer,
                MagicNumbers.Otp,
                now
            );
            row.Remove("OtpValidationStartedAt");
            (row["CreditBefore"], row["VerifyingSince"], row["SubmittedAt"], row["SendingId"]) = (100_000_000L, now, now, "x");
            row = BadRows.Spoiled(row, random, NeededToSend);
        }
        else
        {
            row = BadRows.Spoiled(row, random);
        }

        var key = TableKeys.NewestFirst(
            row.TryGetValue("CreatedAt", out var created) && created is DateTimeOffset time ? time : DateTimeOffset.UtcNow,
            code
        );
        var entry = BadRows.Spoiled(Entry(), random, "Id", "WrittenAt", "X");
        (entry.PartitionKey, entry.RowKey) = (BadRequests.Pick(random, ["open", "open-7", "settled"]), random.Next(4) == 0 ? code : key);
        if (random.Next(3) > 0)
        {
            entry["Id"] = code;
        }

        var listed = BadRows.Spoiled(rows[StorageSetup.SettlementIndexTable], random);
        (listed.PartitionKey, listed.RowKey) = ("all", BadRequests.Pick(random, ["all-", "settled-", "needs_review-", ""]) + key);
        await AddAsync(tables, StorageSetup.SettlementIndexTable, entry);
        await AddAsync(tables, StorageSetup.SettlementIndexTable, listed);
        await AddAsync(tables, StorageSetup.SettlementsTable, row);
        await new QueueClient(
            connectionString,
            "invoices",
            new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 }
        ).SendMessageAsync($$"""{"kind":"settlement","id":"{{code}}"}""", Cancel);
        var what = string.Join(", ", row.Select(column => $"{column.Key}={column.Value}"));
        try
        {
            (await calls.CallAsync("GetSettlement", code)).Status.ShouldBeLessThan(500);
            (await calls.CallAsync("CreateSettlement", body: (new SettlementForm { Code = code, Total = 1 }).ToContent())).ShouldBeProblem(
                409,
                "settlement_conflict"
            );
            await calls.PostAsync(
                "ResolveSettlement",
                await ResolvableAsync() ? 200 : 409,
                new() { ["outcome"] = "not_settled", ["note"] = "Asked." },
                code
            );
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"{failure.Message}\n{what}", failure);
        }

        return what;

        async Task<bool> ResolvableAsync() => (await calls.CallAsync("GetSettlement", code)).SettlementStatus == "needs_review";
    }

    private static TableEntity Entry() => new("open", "any") { ["Id"] = "any", ["WrittenAt"] = DateTimeOffset.UtcNow };

    private static async Task<string> UploadAsync(
        string id,
        Random random,
        IReadOnlyDictionary<string, TableEntity> rows,
        DescribedCalls calls,
        TableServiceClient tables,
        string connectionString
    )
    {
        var row = new TableEntity(rows[StorageSetup.UploadsTable]) { PartitionKey = id };
        (row["Id"], row["Status"]) = (id, BadRequests.Pick(random, ["Queued", "Uploaded", "Failed"]));
        row = BadRows.Spoiled(row, random);
        var entry = BadRows.Spoiled(Entry(), random);
        (entry.PartitionKey, entry.RowKey, entry["Id"]) = (
            "open",
            random.Next(4) == 0 ? id : TableKeys.NewestFirst(DateTimeOffset.UtcNow, id),
            id
        );
        await AddAsync(tables, StorageSetup.UploadIndexTable, entry);
        await AddAsync(tables, StorageSetup.UploadsTable, row);
        await new QueueClient(
            connectionString,
            "invoices",
            new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 }
        ).SendMessageAsync($$"""{"kind":"upload","id":"{{id}}"}""", Cancel);
        await calls.CallAsync("GetUpload", id);
        return "";
    }

    private static async Task<string> LoanAsync(
        string uuid,
        Random random,
        IReadOnlyDictionary<string, TableEntity> rows,
        DescribedCalls calls,
        TableServiceClient tables
    )
    {
        var row = BadRows.Spoiled(new TableEntity(rows[StorageSetup.LoansTable]) { PartitionKey = uuid }, random);
        var change = BadRows.Spoiled(new TableEntity(rows["change"]) { PartitionKey = uuid }, random);
        var entry = BadRows.Spoiled(rows[StorageSetup.LoanIndexTable], random);
        entry.PartitionKey = BadRequests.Pick(random, ["created", "blocked", "none", "unannounced"]);
        entry.RowKey = random.Next(4) == 0 ? uuid : TableKeys.NewestFirst(DateTimeOffset.UtcNow, uuid);
        await AddAsync(tables, StorageSetup.LoanIndexTable, entry);
        await AddAsync(tables, StorageSetup.LoansTable, row);
        await AddAsync(tables, StorageSetup.LoansTable, change);
        var what = string.Join(", ", row.Concat(change).Select(column => $"{column.Key}={column.Value}"));
        try
        {
            await calls.CallAsync("GetLoan", uuid);
            // The same again, and news.
            await calls.PostAsync(
                "LoanStateCallback",
                200,
                new()
                {
                    ["uuid"] = uuid,
                    ["state"] = "created",
                    ["reason"] = "a reason",
                }
            );
            await calls.PostAsync("LoanStateCallback", 200, new() { ["uuid"] = uuid, ["state"] = "canceled" });
            (await calls.CallAsync("GetLoan", uuid)).Json["history"]!
                .AsArray()
                .ShouldContain(entry => (string?)entry!["state"] == "canceled");
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"{failure.Message}\n{what}", failure);
        }

        return what;
    }

    private static Task AddAsync(TableServiceClient tables, string table, TableEntity row) =>
        tables.GetTableClient(table).UpsertEntityAsync(row, TableUpdateMode.Replace, Cancel);
}
