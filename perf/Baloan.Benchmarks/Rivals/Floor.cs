using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Azure;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
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
    private const string Settled = "settled";

    // That one call can bring.
    private const int MostMessages = 32;

    private readonly BlobContainerClient invoices;
    private readonly QueueClient queue;
    private readonly TableClient settlements;
    private readonly TableClient index;
    private readonly TableClient subscriptions;
    private readonly TableClient callbacks;
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
        callbacks = tables.GetTableClient("FloorCallbacks");
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
            floor.callbacks.CreateIfNotExistsAsync(ending),
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
            "/writes",
            (int atOnce, double seconds, string each, CancellationToken cancellationToken) =>
                floor.WriteAsync(
                    atOnce,
                    TimeSpan.FromSeconds(seconds),
                    [.. each.Split(',').Select(writes => int.Parse(writes, CultureInfo.InvariantCulture))],
                    cancellationToken
                )
        );
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
        var entry = await index.UpsertEntityAsync(Entry(StatusIndex.Open, row), TableUpdateMode.Replace, cancellationToken);

        // 3. The row is the truth, and its code the idempotency key: an insert, which fails where the code is taken.
        await settlements.AddEntityAsync(row with { OpenETag = entry.Headers.ETag!.Value.ToString() }, cancellationToken);

        // 4. The statistics say how many were accepted, also of those that have not ended: a row of its own for each, in the transaction
        // that
        // adds it up, so that nobody counts it twice. Nobody waits for it.
        _ = tally.AddAsync([new TableTransactionAction(TableTransactionActionType.Add, FloorTally.Row(code, "accepted"))]);

        // 5. The message says which row to look at.
        await queue.SendMessageAsync(code, cancellationToken);
    }

    private async Task CarryOutAsync(CancellationToken cancellationToken)
    {
        // 6. (Not counted on either side: one call may bring several.) A message that is hidden until its work is done, so that it comes
        // again if the process dies.
        QueueMessage message = await ReceiveAsync(cancellationToken);

        // 7. The message is not the truth: the row is read, and its ETag with it.
        var row = (
            await settlements.GetEntityAsync<Settlement>(message.Body.ToString(), Settlement.Row, cancellationToken: cancellationToken)
        ).Value;

        // 8. One settlement of a customer at a time, or their credit would not tell what became of an unanswered one: an insert again.
        // 9. The invoice that is sent.
        var hold = settlements.AddEntityAsync(
            new TableEntity(row.CustomerHash, HoldRow) { ["Code"] = row.Code, ["Attempt"] = row.Attempts },
            cancellationToken
        );
        var download = ReadInvoiceAsync(row, cancellationToken);
        await Task.WhenAll(hold, download);

        // 10. Money is moved at most once: the row says so before the call, under the ETag that was read.
        var submitting = row with
        {
            Status = SettlementStatus.Submitting,
            SendingId = Guid.NewGuid().ToString("N"),
            HoldETag = (await hold).Headers.ETag!.Value.ToString(),
        };
        var written = await settlements.UpdateEntityAsync(submitting, row.ETag, TableUpdateMode.Replace, cancellationToken);

        // 11. What became of it, without the identifier and the token.
        var settled = (submitting with { Status = SettlementStatus.Settled }).WithoutSecrets();
        await settlements.UpdateEntityAsync(settled, written.Headers.ETag!.Value, TableUpdateMode.Replace, cancellationToken);

        // 12. Lists by state come from an index, in another partition than the row.
        // 13. The customer's next settlement may go on.
        // 14. Each subscriber is told of each event; one may have come a moment ago, at another instance.
        // 15. The statistics say how it ended. Whoever accepted it may have died before 4, so the transaction takes it for granted and
        // fails if it is not so.
        await Task.WhenAll(
            index.UpsertEntityAsync(Entry(Settled, settled), TableUpdateMode.Replace, cancellationToken),
            settlements.DeleteEntityAsync(row.CustomerHash, HoldRow, (await hold).Headers.ETag!.Value, cancellationToken),
            subscriptions
                .QueryAsync<TableEntity>("PartitionKey eq 'all'", cancellationToken: cancellationToken)
                .ToListAsync(cancellationToken)
                .AsTask(),
            tally.AddAsync([
                new TableTransactionAction(TableTransactionActionType.UpdateReplace, FloorTally.Row(row.Code, "accepted"), ETag.All),
                new TableTransactionAction(TableTransactionActionType.Add, FloorTally.Row(row.Code, Settled)),
            ])
        );

        // 16. Last of all: until then the sweep makes good what 12 to 15 left undone.
        await index.DeleteEntityAsync(StatusIndex.Open, settled.IndexKey, new ETag(row.OpenETag), cancellationToken);

        // 17. The message has done its work.
        await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, cancellationToken);
    }

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

    /// <summary>Writes rows for a while, by some senders at once.</summary>
    /// <param name="atOnce">How many senders.</param>
    /// <param name="time">For how long.</param>
    /// <param name="each">How many rows stand for one, one after the other; the next one takes the next number.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>How many ones a second.</returns>
    private async Task<double> WriteAsync(int atOnce, TimeSpan time, int[] each, CancellationToken cancellationToken)
    {
        var load = await Load.RunAsync(
            atOnce,
            time,
            async (_, turn) =>
            {
                for (var i = 0; i < each[turn % each.Length]; i++)
                {
                    var row = new TableEntity(Guid.NewGuid().ToString(), "loan")
                    {
                        ["State"] = "created",
                        ["UpdatedAt"] = DateTimeOffset.UtcNow,
                    };
                    await callbacks.AddEntityAsync(row, cancellationToken);
                }
            }
        );
        return load.PerSecond;
    }
}
