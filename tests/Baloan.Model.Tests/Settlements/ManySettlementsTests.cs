using System.Globalization;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Baloan.Core.Settlements;
using Baloan.Core.Storage;
using Baloan.Model.Tests.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Baloan.Model.Tests.Settlements;

/// <summary>What finding costs, however many settlements there are.</summary>
public sealed class ManySettlementsTests
{
    private const int Top = 20;
    private const string List = "GET SettlementsByStatus()";
    private const string Codes = "GET Settlements()";

    private static readonly DateTimeOffset Began = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Between = TimeSpan.FromMinutes(2);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task Each_find_is_one_range_of_an_index_with_400_settlements_and_with_20_000()
    {
        foreach (var count in new[] { 400, 20_000 })
        {
            var shop = await Shop.OfAsync(count);
            var (from, to) = (Began + (Between * (count / 4)), Began + (Between * (count / 2)));
            var one = shop.Settlements[count / 3];

            // All in the range are looked for: a page costs its own entries, and one more that tells whether there is another page.
            await shop.FindsAsync(new(), 1 + Top, List);
            await shop.FindsAsync(new() { From = from, To = to }, 1 + Top, List);
            await shop.FindsAsync(new() { Status = SettlementStatus.Failed }, 1 + Top, List);
            await shop.FindsAsync(
                new()
                {
                    Status = SettlementStatus.Settled,
                    From = from,
                    To = to,
                },
                1 + Top,
                List
            );
            await shop.FindsAsync(new() { Status = SettlementStatus.NeedsReview }, 0, List);
            await shop.FindsAsync(new() { Status = SettlementStatus.Queued }, 0, List);

            // Some in the range are.
            await shop.FindsAsync(new() { Code = one.Code }, 1, Codes);
            await shop.FindsAsync(
                new()
                {
                    Code = "T-00",
                    From = from,
                    To = to,
                    Status = SettlementStatus.Settled,
                },
                200,
                Codes
            );

            // The list of a customer points, so that each row is read; those of one are few.
            await shop.FindsAsync(new() { CustomerHash = one.CustomerHash }, 20, [List, .. Enumerable.Repeat("GET Settlements(key)", 10)]);
            await shop.FindsAsync(new() { CustomerHash = one.CustomerHash, Code = one.Code }, 20, List, "GET Settlements(key)");
        }
    }

    [Fact(Explicit = true)]
    public async Task Where_a_thousand_codes_begin_so_the_list_goes_by_time()
    {
        var shop = await Shop.OfAsync(3_000);

        var (codes, calls, rows) = await shop.FindAsync(new() { Code = "T-" }, null);

        codes.ShouldBe(shop.Newest(new() { Code = "T-" }).Take(Top));
        calls.ShouldBe([Codes, List]);
        rows.ShouldBe(1_000 + 1_000);
    }

    [Fact(Explicit = true)]
    public async Task Pages_of_what_is_rare_in_its_range_join_without_loss_or_doubles()
    {
        var shop = await Shop.OfAsync(3_000);
        var query = new SettlementQuery { Code = "T-", Status = SettlementStatus.Failed };
        var found = new List<string>();
        string? after = null;
        do
        {
            (var page, after) = await shop.Finder.FindAsync(query, 7, after, Cancel);
            found.AddRange(page.Select(row => row.Code));
        } while (after is not null);

        found.ShouldBe(shop.Newest(query));
    }

    [Fact(Explicit = true)]
    public async Task The_books_of_some_days_are_read_by_the_thousand()
    {
        var shop = await Shop.OfAsync(3_000);
        var books = new EndedSettlements(shop.List, shop.Store);
        shop.Calls.Clear();

        var ended = await books.ReadEndedAsync(new DateOnly(2026, 3, 2), new DateOnly(2026, 3, 3), Cancel).ToListAsync(Cancel);

        var (from, to) = (
            new DateTimeOffset(2026, 3, 1, 20, 30, 0, TimeSpan.Zero),
            new DateTimeOffset(2026, 3, 3, 20, 30, 0, TimeSpan.Zero)
        );
        ended
            .Select(row => row.Code)
            .ShouldBe(shop.Settlements.Where(row => row.EndedAt >= from && row.EndedAt < to).Select(row => row.Code));
        shop.Calls.ShouldBe([List, List], "1,440 of them");
    }

    /// <summary>A table service in memory with settlements that have ended, as the app lists them.</summary>
    private sealed class Shop
    {
        private int rows;

        private Shop(MemoryStorage storage)
        {
            var configuration = new ConfigurationBuilder()
                .AddInMemoryCollection(
                    new Dictionary<string, string?>
                    {
                        ["AzureWebJobsStorage"] =
                            "BlobEndpoint=http://blob.model;QueueEndpoint=http://queue.model;TableEndpoint=http://table.model;"
                            + "SharedAccessSignature=sig=model",
                    }
                )
                .Build();
            var clock = new StorageClock(TimeProvider.System);
            Clients = new StorageClients(configuration, clock, options => options.Transport = new Network(storage, this));
            var setup = new StorageSetup(Clients, NullLogger<StorageSetup>.Instance);
            List = new SettlementList(Clients, setup, clock);
            Store = new SettlementStore(Clients, setup, clock, List, NullLogger<SettlementStore>.Instance);
            Finder = new SettlementFinder(Store, List);
        }

        public StorageClients Clients { get; }

        public SettlementList List { get; }

        public SettlementStore Store { get; }

        public SettlementFinder Finder { get; }

        public List<string> Calls { get; } = [];

        public List<Settlement> Settlements { get; } = [];

        public static async Task<Shop> OfAsync(int count)
        {
            var shop = new Shop(new MemoryStorage(() => Began));
            await shop.Store.FindAsync("none", Cancel);
            var table = shop.Clients.Tables.GetTableClient(StorageSetup.SettlementsTable);
            var index = shop.Clients.Tables.GetTableClient(StorageSetup.SettlementIndexTable);
            for (var number = 0; number < count; number++)
            {
                var at = Began + (Between * number);
                var code = string.Create(CultureInfo.InvariantCulture, $"T-{number % 100:D2}-{number:D5}");
                shop.Settlements.Add(
                    new Settlement
                    {
                        PartitionKey = TableKeys.Escape(code),
                        Code = code,
                        Status = number % 10 == 0 ? SettlementStatus.Failed : SettlementStatus.Settled,
                        SchemaVersion = Settlement.CurrentSchema,
                        Attempts = 1,
                        Total = 500_000,
                        CustomerHash = (number % (count / 10)).ToString("x64", CultureInfo.InvariantCulture),
                        CreatedAt = at,
                        AttemptStartedAt = at,
                        DueAt = at,
                        UpdatedAt = at.AddSeconds(5),
                        EndedAt = at.AddSeconds(5),
                        WriteId = code,
                        ListETag = "none",
                    }
                );
            }

            foreach (var row in shop.Settlements)
            {
                await table.AddEntityAsync(row, Cancel);
                await shop.List.AddToCustomerAsync(row, Cancel);
            }

            foreach (var some in shop.Settlements.Chunk(33))
            {
                await index.SubmitTransactionAsync(
                    from row in some
                    from key in new[]
                    {
                        SettlementRange.All.KeyOf(row),
                        SettlementRange.Of(row.Status).KeyOf(row),
                        $"ended-{row.EndedAt!.Value.UtcTicks:D19}-{row.Code}-0001",
                    }
                    select new TableTransactionAction(
                        TableTransactionActionType.Add,
                        row with
                        {
                            PartitionKey = SettlementRange.Listed,
                            RowKey = key,
                        }
                    ),
                    Cancel
                );
            }

            return shop;
        }

        public IEnumerable<string> Newest(SettlementQuery query) =>
            Settlements.Where(query.Matches).OrderByDescending(row => row.CreatedAt).Select(row => row.Code);

        public async Task<(IReadOnlyList<string> Codes, IReadOnlyList<string> Calls, int Rows)> FindAsync(
            SettlementQuery query,
            string? after
        )
        {
            Calls.Clear();
            rows = 0;
            var (found, _) = await Finder.FindAsync(query, Top, after, Cancel);
            return ([.. found.Select(row => row.Code)], [.. Calls], rows);
        }

        /// <summary>The first page has the newest, and has asked this of the table and no more.</summary>
        public async Task FindsAsync(SettlementQuery query, int mostRows, params string[] calls)
        {
            var (codes, made, read) = await FindAsync(query, null);
            codes.ShouldBe(Newest(query).Take(Top));
            made.ShouldBe(calls);
            read.ShouldBeLessThanOrEqualTo(mostRows + calls.Count(call => call.EndsWith("(key)", StringComparison.Ordinal)));
        }

        private sealed class Network(MemoryStorage storage, Shop shop) : HttpPipelineTransport
        {
            private static readonly HttpClientTransport Requests = new(new HttpClient(new SocketsHttpHandler()));

            public override Request CreateRequest() => Requests.CreateRequest();

            public override void Process(HttpMessage message) => throw new NotSupportedException("The app calls storage asynchronously.");

            public override ValueTask ProcessAsync(HttpMessage message)
            {
                var request = StorageRequest.Of(message.Request);
                var answer = storage.Answer(request);
                if (request is { Service: "table", Method: "GET" })
                {
                    var name = request.Path[1..request.Path.IndexOf('(', StringComparison.Ordinal)];
                    shop.Calls.Add($"GET {name}({(request.Path.EndsWith("()", StringComparison.Ordinal) ? "" : "key")})");
                    shop.rows += System.Text.Encoding.UTF8.GetString(answer.Body).Split("\"odata.etag\"").Length - 1;
                }

                message.Response = answer.Copy();
                return ValueTask.CompletedTask;
            }
        }
    }
}
