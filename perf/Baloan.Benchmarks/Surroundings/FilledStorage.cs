using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Baloan.Benchmarks.Rows;
using Baloan.Core.Settlements;
using Baloan.Core.Storage;
using Baloan.Sandbox;

namespace Baloan.Benchmarks.Surroundings;

/// <summary>Storage with many loans and settlements in it, and the app on it.</summary>
/// <remarks>
/// One of each is made by the app and multiplied in the file of an Azurite that stands still: 500,000 rows come into being in seconds,
/// where writing them over HTTP takes a quarter of an hour.
/// </remarks>
internal sealed class FilledStorage : IAsyncDisposable
{
    public const string SettlementState = "settled";

    private const string TableFile = "__azurite_db_table__.json";
    private const string TimeFormat = "yyyy-MM-ddTHH:mm:ss.fffffffZ";

    private readonly DirectoryInfo folder;

    private FilledStorage(DirectoryInfo folder, Azurite storage, Server app, SettlementLoad load) =>
        (this.folder, Storage, App, Settlements) = (folder, storage, app, load);

    public Azurite Storage { get; }

    public Server App { get; }

    public SettlementLoad Settlements { get; }

    public static string Loan(int number) => string.Create(CultureInfo.InvariantCulture, $"{number:x8}-0000-4000-8000-000000000000");

    /// <param name="stage">What the app needs besides.</param>
    /// <param name="count">How many loans, and how many settlements.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<FilledStorage> StartAsync(Stage stage, int count, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("baloan-growth-");
        var storage = await Azurite.StartAsync(folder.FullName, cancellationToken: cancellationToken);
        var (uuid, code) = (Guid.NewGuid().ToString(), "");
        await using (var app = await StartAppAsync(stage, storage, new SettlementLoad(stage), cancellationToken))
        {
            (code, uuid) = await MakeOneOfEachAsync(stage, app, uuid, cancellationToken);
        }

        // It writes to disk as it ends.
        await storage.StopAsync();
        Multiply(Path.Combine(folder.FullName, TableFile), uuid, code, count);
        await storage.StartAgainAsync(cancellationToken);
        var load = new SettlementLoad(stage);
        var filled = new FilledStorage(folder, storage, await StartAppAsync(stage, storage, load, cancellationToken), load);
        await filled.CheckAsync(count, cancellationToken);
        return filled;
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        // Asked to end, it would write all of it to disk.
        await Storage.Process.KillAsync();
        await Storage.DisposeAsync();
        folder.Delete(recursive: true);
    }

    private static Task<Server> StartAppAsync(Stage stage, Azurite storage, SettlementLoad load, CancellationToken cancellationToken) =>
        stage.StartAppAsync(probed: true, storage, load.Hear, cancellationToken);

    private static async Task<(string Code, string Uuid)> MakeOneOfEachAsync(
        Stage stage,
        Server app,
        string uuid,
        CancellationToken cancellationToken
    )
    {
        var load = new SettlementLoad(stage);
        app.OnLine = load.Hear;
        var orders = await load.PrepareAsync(1, SettlementLoad.InvoiceSize, cancellationToken);
        await load.SettleAsync(app, orders, 1, cancellationToken);
        await CallbackRow.SendAsync(app, uuid, CallbackRow.States[0], cancellationToken);

        // What comes after a settlement is settled: its place in the lists.
        while (true)
        {
            var page = await app.Http.GetStringAsync($"api/merchant/settlements?status={SettlementState}", cancellationToken);
            if (page.Contains(orders[0].Code, StringComparison.Ordinal))
            {
                await Task.Delay(500, cancellationToken);
                return (orders[0].Code, uuid);
            }
        }
    }

    private async Task CheckAsync(int count, CancellationToken cancellationToken)
    {
        foreach (
            var path in new[]
            {
                $"api/loans/{Loan(1)}",
                $"api/loans/{Loan(count)}",
                $"api/merchant/settlements/{Code(1)}",
                $"api/merchant/settlements/{Code(count)}",
            }
        )
        {
            using var response = await App.Http.GetAsync(path, cancellationToken);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw new SandboxException($"Storage was not filled: {path} was answered with {response.StatusCode}.");
            }
        }
    }

    private static string Code(int number) => string.Create(CultureInfo.InvariantCulture, $"G-{number:D8}");

    private static void Multiply(string path, string uuid, string code, int count)
    {
        var database = JsonNode.Parse(File.ReadAllBytes(path))!.AsObject();
        var collections = database["collections"]!
            .AsArray()
            .ToDictionary(
                collection =>
                    collection!["name"]!.GetValue<string>() is var name && name.StartsWith('$')
                        ? name
                        : name[(name.IndexOf('$', StringComparison.Ordinal) + 1)..],
                collection => collection!.AsObject()
            );
        JsonNode Properties(string table, string partition, string key) =>
            collections[table]["data"]!
                .AsArray()
                .Single(row => row!["PartitionKey"]!.GetValue<string>() == partition && row["RowKey"]!.GetValue<string>() == key)![
                "properties"
            ]!;
        var updatedAt = Properties(StorageSetup.LoansTable, uuid, Core.Loans.Loan.Row)[
            nameof(Core.Loans.Loan.UpdatedAt)
        ]!.GetValue<string>();
        var createdAt = Properties(StorageSetup.SettlementsTable, code, Settlement.Row)[nameof(Settlement.CreatedAt)]!.GetValue<string>();
        var loans = new Copies(uuid, updatedAt, Loan);
        var settlements = new Copies(code, createdAt, Code);
        var tables = new Dictionary<string, Copies>
        {
            [StorageSetup.LoansTable] = loans,
            [StorageSetup.LoanIndexTable] = loans,
            [StorageSetup.SettlementsTable] = settlements,
            [StorageSetup.SettlementIndexTable] = settlements,
        };

        using var writer = new StreamWriter(path);
        writer.Write("{\"collections\":[");
        foreach (var (index, (name, collection)) in collections.Index())
        {
            writer.Write(index == 0 ? "" : ",");
            if (tables.TryGetValue(name, out var copies))
            {
                WriteMultiplied(writer, collection, copies, count);
            }
            else
            {
                writer.Write(collection.ToJsonString());
            }
        }

        writer.Write(']');
        foreach (var (name, value) in database.Where(property => property.Key != "collections"))
        {
            writer.Write($",\"{name}\":{value?.ToJsonString() ?? "null"}");
        }

        writer.Write('}');
    }

    /// <summary>Writes a collection with copies of its rows, and with the numbers and the orders that the emulator keeps of them.</summary>
    private static void WriteMultiplied(StreamWriter writer, JsonObject collection, Copies copies, int count)
    {
        var keys = new Dictionary<string, List<string>>();
        var columns = collection["binaryIndices"]!.AsObject();
        foreach (var (column, _) in columns)
        {
            keys.Add(column, []);
        }

        var written = 0;
        writer.Write("{\"data\":[");
        foreach (var row in collection["data"]!.AsArray())
        {
            row!.AsObject().Remove("$loki");
            var text = row.ToJsonString();
            var multiplied = text.Contains(copies.Id, StringComparison.Ordinal);
            for (var number = 0; number <= (multiplied ? count : 0); number++)
            {
                writer.Write(written++ == 0 ? "" : ",");
                writer.Write(string.Create(CultureInfo.InvariantCulture, $"{copies.Of(text, number)[..^1]},\"$loki\":{written}}}"));
                foreach (var (column, values) in keys)
                {
                    values.Add(copies.Of(row[column]!.GetValue<string>(), number));
                }
            }
        }

        writer.Write(
            $"],\"idIndex\":[{string.Join(',', Enumerable.Range(1, written))}],\"maxId\":{written.ToString(CultureInfo.InvariantCulture)}"
        );
        foreach (var (column, values) in keys)
        {
            var order = Enumerable.Range(0, written).ToArray();
            Array.Sort(order, (first, second) => string.CompareOrdinal(values[first], values[second]));
            columns[column]!["values"] = new JsonArray([.. order.Select(i => JsonValue.Create(i))]);
        }

        foreach (var (name, value) in collection.Where(property => property.Key is not ("data" or "idIndex" or "maxId")))
        {
            writer.Write($",\"{name}\":{value?.ToJsonString() ?? "null"}");
        }

        writer.Write('}');
    }

    /// <summary>Makes copies of texts about one thing.</summary>
    /// <param name="Id">Its id.</param>
    /// <param name="Time">The time by which it is listed, as the rows have it.</param>
    /// <param name="IdOf">The id of a copy, by its number from 1 on.</param>
    private sealed record Copies(string Id, string Time, Func<int, string> IdOf)
    {
        private readonly DateTimeOffset time = DateTimeOffset.Parse(Time, CultureInfo.InvariantCulture);

        /// <summary>
        /// A copy of a text with an id and a time of its own, each a second older than the one before; 0 for the text itself.
        /// </summary>
        public string Of(string text, int number)
        {
            if (number == 0)
            {
                return text;
            }

            var (id, older) = (IdOf(number), time.AddSeconds(-number));
            // The key holds the id, so it goes first.
            return text.Replace(TableKeys.NewestFirst(time, Id), TableKeys.NewestFirst(older, id), StringComparison.Ordinal)
                .Replace(Id, id, StringComparison.Ordinal)
                .Replace(Time, older.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture), StringComparison.Ordinal);
        }
    }
}
