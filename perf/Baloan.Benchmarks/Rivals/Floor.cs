using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using Azure;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Baloan.Benchmarks.Rows;
using Baloan.Benchmarks.Surroundings;
using Baloan.Core.Settlements;
using Baloan.Core.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Benchmarks.Rivals;

/// <summary>
/// The least storage work that the design's promises need, in plain loops over the same SDK and the same storage, as a process of its
/// own.
/// </summary>
internal sealed class Floor
{
    public const string Mode = "floor";

    private const string Name = "floor";
    private const string HoldRow = "hold";
    private const string LoanRow = "loan";
    private const string Listed = "all";
    private const string Settled = "settled";

    // That one call can bring.
    private const int MostMessages = 32;

    private readonly BlobContainerClient invoices;
    private readonly QueueClient queue;
    private readonly TableClient settlements;
    private readonly TableClient index;
    private readonly TableClient subscriptions;
    private readonly TableClient loans;
    private readonly TableClient loanIndex;
    private readonly FloorTally tally;
    private readonly ConcurrentQueue<QueueMessage> received = new();
    private readonly SemaphoreSlim asking = new(1);
    private readonly byte[] invoice = [.. "%PDF-1.7\n"u8, .. RandomNumberGenerator.GetBytes(SettlementLoad.InvoiceSize)];

    private Floor(string connectionString)
    {
        invoices = new BlobContainerClient(connectionString, Name);
        queue = new QueueClient(connectionString, Name, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });
        var tables = new TableServiceClient(connectionString);
        settlements = tables.GetTableClient("FloorSettlements");
        index = tables.GetTableClient("FloorSettlementsByStatus");
        subscriptions = tables.GetTableClient("FloorSubscriptions");
        loans = tables.GetTableClient("FloorLoans");
        loanIndex = tables.GetTableClient("FloorLoansByState");
        tally = new FloorTally(tables.GetTableClient("FloorStats"));
    }

    /// <summary>Serves until the process is asked to end.</summary>
    public static async Task ServeAsync(string connectionString, CancellationToken ending)
    {
        var floor = new Floor(connectionString);
        await Task.WhenAll(
            floor.invoices.CreateIfNotExistsAsync(cancellationToken: ending),
            floor.queue.CreateIfNotExistsAsync(cancellationToken: ending),
            floor.settlements.CreateIfNotExistsAsync(ending),
            floor.index.CreateIfNotExistsAsync(ending),
            floor.subscriptions.CreateIfNotExistsAsync(ending),
            floor.loans.CreateIfNotExistsAsync(ending),
            floor.loanIndex.CreateIfNotExistsAsync(ending),
            floor.tally.SetUpAsync(ending)
        );
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        await using var app = builder.Build();
        app.MapPost(
            "/settlements",
            (int atOnce, int count, CancellationToken cancellationToken) => floor.SettleAsync(atOnce, count, cancellationToken)
        );
        app.MapPost(
            "/callbacks",
            (int atOnce, double seconds, CancellationToken cancellationToken) => floor.RecordAsync(atOnce, seconds, cancellationToken)
        );
        app.MapPost("/loans", (CancellationToken cancellationToken) => floor.LeadAsync(cancellationToken));
        await app.StartAsync(ending);
        Console.Out.WriteLine($"Listening on {app.Urls.First()}");
        await Task.Delay(Timeout.Infinite, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public static Task<Server> StartAsync(string connectionString, CancellationToken cancellationToken)
    {
        var (file, arguments) = Self.Command(Mode, connectionString);
        return Server.StartAsync(
            "The floor",
            file,
            arguments,
            new Dictionary<string, string?>(),
            probed: true,
            cancellationToken: cancellationToken
        );
    }

    /// <summary>Carries settlements from acceptance to their end, some at once.</summary>
    /// <returns>How many a second.</returns>
    private async Task<double> SettleAsync(int atOnce, int count, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var left = count;
        await Task.WhenAll(
            Enumerable
                .Range(0, atOnce)
                .Select(async _ =>
                {
                    while (Interlocked.Decrement(ref left) >= 0)
                    {
                        await AcceptAsync(cancellationToken);
                        await CarryOutAsync(cancellationToken);
                    }
                })
        );
        return count / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private async Task AcceptAsync(CancellationToken cancellationToken)
    {
        var code = Guid.NewGuid().ToString("N");
        var now = DateTimeOffset.UtcNow;
        var row = new Settlement
        {
            PartitionKey = code,
            Code = code,
            WriteId = Guid.NewGuid().ToString("N"),
            Status = SettlementStatus.Queued,
            MaskedIdentifier = "******1234",
            CustomerHash = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)),
            NationalIdentifier = "0012345678",
            TransactionToken = Guid.NewGuid().ToString(),
            Total = 1_000,
            Attempts = 1,
            AttemptStartedAt = now,
            DueAt = now,
            InvoiceBlob = $"{code}.pdf",
            InvoiceSize = invoice.Length,
            InvoiceSha256 = Convert.ToHexStringLower(SHA256.HashData(invoice)),
            CreatedAt = now,
            UpdatedAt = now,
        };

        // 1. 202 means that it will be carried out even if every process dies right after: the invoice has to be kept first.
        await invoices.GetBlobClient(row.InvoiceBlob).UploadAsync(BinaryData.FromBytes(invoice), cancellationToken);

        // 2. A message may get lost: the sweep finds what stands still by an entry that is there before the row is.
        // 3. A list by time has it from its acceptance on, and in one call: a mark, over which its copy is written when it has ended.
        // 4. So has the list of its customer.
        var open = index.UpsertEntityAsync(Entry(OpenOf(code), row), TableUpdateMode.Replace, cancellationToken);
        var mark = index.UpsertEntityAsync(
            new TableEntity(Listed, $"all-{row.IndexKey}") { ["Id"] = code, ["WrittenAt"] = now },
            TableUpdateMode.Replace,
            cancellationToken
        );
        await Task.WhenAll(
            open,
            mark,
            index.UpsertEntityAsync(Entry($"customer-{row.CustomerHash}", row), TableUpdateMode.Replace, cancellationToken)
        );

        // 5. The row is the truth, and its code the idempotency key: an insert, which fails where the code is taken.
        row = row with
        {
            OpenETag = ETagOf(await open),
            ListETag = ETagOf(await mark),
        };
        await settlements.AddEntityAsync(row, cancellationToken);

        // 6. The statistics say how many were accepted, also of those that have not ended: a row of its own for each, in the transaction
        // that adds it up, so that nobody counts it twice. Nobody waits for it.
        _ = tally.AddAsync([new TableTransactionAction(TableTransactionActionType.Add, FloorTally.Row(code, "accepted"))]);

        // 7. The message says which row to look at.
        await queue.SendMessageAsync(code, cancellationToken);
    }

    private async Task CarryOutAsync(CancellationToken cancellationToken)
    {
        // (Not counted on either side: one call may bring several.) A message that is hidden until its work is done, so that it comes
        // again if the process dies.
        QueueMessage message = await ReceiveAsync(cancellationToken);

        // 8. The message is not the truth: the row is read, and its ETag with it.
        var row = (
            await settlements.GetEntityAsync<Settlement>(message.Body.ToString(), Settlement.Row, cancellationToken: cancellationToken)
        ).Value;

        // 9. and 10. One settlement of a customer at a time, or their credit would not tell what became of an unanswered one. The hold
        // outlives it with what Baloan last said of the credit: it is read, and then taken.
        // 11. The invoice that is sent.
        var hold = HoldAsync(row, cancellationToken);
        await Task.WhenAll(hold, ReadInvoiceAsync(row, cancellationToken));

        // 12. Money is moved at most once: the row says so before the call, under the ETag that was read.
        var submitting = row with
        {
            Status = SettlementStatus.Submitting,
            SendingId = Guid.NewGuid().ToString("N"),
            HoldETag = (await hold).ToString(),
        };
        var written = await settlements.UpdateEntityAsync(submitting, row.ETag, TableUpdateMode.Replace, cancellationToken);

        // 13. What became of it, without the identifier and the token.
        var settled = (submitting with { Status = SettlementStatus.Settled }).WithoutSecrets();
        await settlements.UpdateEntityAsync(settled, written.Headers.ETag!.Value, TableUpdateMode.Replace, cancellationToken);

        // 14. Lists by time, by outcome and by end say the same of it: copies in another partition than the row, in one transaction.
        // 15. The customer's next settlement may go on, and knows the credit.
        // 16. Each subscriber is told of each event; one may have come a moment ago, at another instance.
        // 17. The statistics say how it ended. Whoever accepted it may have died before 6, so the transaction takes it for granted and
        // fails if it is not so.
        await Task.WhenAll(
            index.SubmitTransactionAsync(
                [
                    new(TableTransactionActionType.UpdateReplace, Copy(settled, "all"), new ETag(row.ListETag!)),
                    new(TableTransactionActionType.UpsertReplace, Copy(settled, Settled)),
                    new(TableTransactionActionType.UpsertReplace, Copy(settled, "ended")),
                ],
                cancellationToken
            ),
            settlements.UpdateEntityAsync(Hold(row, ""), await hold, TableUpdateMode.Replace, cancellationToken),
            SubscribersAsync(cancellationToken),
            tally.AddAsync([
                new TableTransactionAction(TableTransactionActionType.UpdateReplace, FloorTally.Row(row.Code, "accepted"), ETag.All),
                new TableTransactionAction(TableTransactionActionType.Add, FloorTally.Row(row.Code, Settled)),
            ])
        );

        // 18. Last of all: until then the sweep makes good what 14 to 17 left undone.
        await index.DeleteEntityAsync(OpenOf(row.Code), settled.IndexKey, new ETag(row.OpenETag), cancellationToken);

        // (Not counted: on Azure it is the host's.) The message has done its work.
        await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, cancellationToken);
    }

    private async Task<ETag> HoldAsync(Settlement row, CancellationToken cancellationToken)
    {
        var found = await settlements.GetEntityIfExistsAsync<TableEntity>(row.CustomerHash, HoldRow, cancellationToken: cancellationToken);
        var written = found.HasValue
            ? await settlements.UpdateEntityAsync(Hold(row, row.Code), found.Value!.ETag, TableUpdateMode.Replace, cancellationToken)
            : await settlements.AddEntityAsync(Hold(row, row.Code), cancellationToken);
        return written.Headers.ETag!.Value;
    }

    private Task SubscribersAsync(CancellationToken cancellationToken) =>
        subscriptions
            .QueryAsync<TableEntity>("PartitionKey eq 'all'", cancellationToken: cancellationToken)
            .ToListAsync(cancellationToken)
            .AsTask();

    private static TableEntity Hold(Settlement row, string holder) =>
        new(row.CustomerHash, HoldRow)
        {
            ["Code"] = holder,
            ["Attempt"] = row.Attempts,
            ["Credit"] = 100_000_000L,
        };

    private static Settlement Copy(Settlement ended, string range) =>
        ended with
        {
            PartitionKey = Listed,
            RowKey = $"{range}-{ended.IndexKey}",
        };

    private static string OpenOf(string code) => Spread.PartitionOf(StatusIndex.Open, code);

    private static string ETagOf(Response written) => written.Headers.ETag!.Value.ToString();

    private static TableEntity Entry(string partition, Settlement row) =>
        new(partition, row.IndexKey) { ["Id"] = row.Code, ["WrittenAt"] = row.UpdatedAt };

    private async Task<QueueMessage> ReceiveAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            // Whoever waits for one has put one there, and takes no more than one.
            if (received.TryDequeue(out var message))
            {
                return message;
            }

            await asking.WaitAsync(cancellationToken);
            try
            {
                if (received.IsEmpty)
                {
                    foreach (var one in (await queue.ReceiveMessagesAsync(MostMessages, TimeSpan.FromMinutes(10), cancellationToken)).Value)
                    {
                        received.Enqueue(one);
                    }
                }
            }
            finally
            {
                asking.Release();
            }
        }
    }

    private async Task ReadInvoiceAsync(Settlement row, CancellationToken cancellationToken)
    {
        var download = await invoices.GetBlobClient(row.InvoiceBlob).DownloadStreamingAsync(cancellationToken: cancellationToken);
        await using var content = download.Value.Content;
        await content.CopyToAsync(Stream.Null, cancellationToken);
    }

    /// <summary>Records callbacks for a while, by some senders at once, each of which leads one loan after the other to its end.</summary>
    /// <param name="atOnce">How many senders.</param>
    /// <param name="seconds">For how long.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>How many a second.</returns>
    private async Task<double> RecordAsync(int atOnce, double seconds, CancellationToken cancellationToken)
    {
        var loans = new string[atOnce];
        var load = await Load.RunAsync(
            atOnce,
            TimeSpan.FromSeconds(seconds),
            async (sender, turn) =>
            {
                var step = turn % CallbackRow.States.Length;
                loans[sender] = step == 0 ? Guid.NewGuid().ToString() : loans[sender];
                await RecordAsync(loans[sender], step, cancellationToken);
            }
        );
        return load.PerSecond;
    }

    /// <summary>Leads one loan from its first state to its last.</summary>
    private async Task LeadAsync(CancellationToken cancellationToken)
    {
        var uuid = Guid.NewGuid().ToString();
        foreach (var step in Enumerable.Range(0, CallbackRow.States.Length))
        {
            await RecordAsync(uuid, step, cancellationToken);
            await Task.Delay(CallbackRow.Tail, cancellationToken);
        }
    }

    private async Task RecordAsync(string uuid, int step, CancellationToken cancellationToken)
    {
        var (id, state, now) = ($"{uuid}-{step}", CallbackRow.States[step], DateTimeOffset.UtcNow);

        // 1. It is counted once, also where this process dies right after the loan is written: announced before.
        // 2. The loan's state, by which a callback is judged, and its ETag.
        var read = loans.GetEntityIfExistsAsync<TableEntity>(uuid, LoanRow, cancellationToken: cancellationToken);
        await Task.WhenAll(tally.AnnounceAsync(id), read);
        var loan = (await read) is { HasValue: true, Value: { } found } ? found : null;
        var next = new TableEntity(uuid, LoanRow)
        {
            ["State"] = state,
            ["Reached"] = step,
            ["UpdatedAt"] = now,
            ["Key"] = TableKeys.NewestFirst(now, uuid),
        };

        // 3. Each subscriber is told before the row is written, as nothing repeats a callback.
        // 4. A list by state has it before the row says so.
        await Task.WhenAll(
            SubscribersAsync(cancellationToken),
            loanIndex.UpsertEntityAsync(
                new TableEntity(state, (string)next["Key"]) { ["Id"] = uuid, ["WrittenAt"] = now },
                TableUpdateMode.Replace,
                cancellationToken
            )
        );

        // 5. State and history at once, under the ETag that was read.
        await loans.SubmitTransactionAsync(
            [
                loan is null ? new(TableTransactionActionType.Add, next) : new(TableTransactionActionType.UpdateReplace, next, loan.ETag),
                new(
                    TableTransactionActionType.Add,
                    new TableEntity(uuid, $"callback-{state}")
                    {
                        ["CallbackId"] = id,
                        ["State"] = state,
                        ["ReceivedAt"] = now,
                        ["Body"] = $$"""{"uuid":"{{uuid}}","state":"{{state}}"}""",
                    }
                ),
            ],
            cancellationToken
        );

        // 6. It leaves the list of the state before.
        if (loan is not null)
        {
            await loanIndex.DeleteEntityAsync((string)loan["State"], (string)loan["Key"], ETag.All, cancellationToken);
        }

        // 7. The statistics count it, in one transaction with what keeps it from being counted twice. Nobody waits for it.
        _ = tally.AddAsync([
            new(TableTransactionActionType.Add, FloorTally.Row(id, "callback")),
            new(TableTransactionActionType.Delete, FloorTally.Announcement(id), ETag.All),
        ]);
    }
}
