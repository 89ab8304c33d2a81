using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Baloan.Core.Loans;
using Baloan.Core.Storage;

namespace Baloan.Functions.Tests.Loans;

/// <summary>
/// Multiplies the loans in the files of an Azurite that stands still. Tens of thousands of rows come into being in a second,
/// where writing them over HTTP takes minutes.
/// </summary>
internal static class ManyLoans
{
    // Without what follows the seconds, which the table client writes in its own way.
    private const string TimeFormat = "yyyy-MM-ddTHH:mm:ss";

    /// <summary>Copies each loan, with its history and its place in the index, under other ids and with older and older changes.</summary>
    /// <returns>The id of a copy of the last loan.</returns>
    public static string Multiply(string dataFolder, IReadOnlyList<Loan> loans, int copies)
    {
        var path = Path.Combine(dataFolder, "__azurite_db_table__.json");
        var database = JsonNode.Parse(File.ReadAllBytes(path))!;
        var uuid = "";
        var replacements = new List<(string Old, string New)[]>();
        foreach (var loan in loans)
        {
            for (var i = 1; i <= copies; i++)
            {
                uuid = Guid.NewGuid().ToString();
                var copy = loan with { PartitionKey = uuid, UpdatedAt = loan.UpdatedAt.AddSeconds(-i * loans.Count) };
                // The key holds the id, so it goes first.
                replacements.Add([(loan.IndexKey, copy.IndexKey), (loan.Uuid, uuid), (Text(loan.UpdatedAt), Text(copy.UpdatedAt))]);
            }
        }

        foreach (var table in new[] { StorageSetup.LoansTable, StorageSetup.LoanIndexTable })
        {
            var collection = database["collections"]!
                .AsArray()
                .Single(one => one!["name"]!.GetValue<string>().EndsWith($"${table}", StringComparison.Ordinal))!;
            var rows = collection["data"]!.AsArray().Select(row => row!.ToJsonString()).ToList();
            var copied = new List<string>(rows);
            foreach (var replacement in replacements)
            {
                copied.AddRange(
                    rows.Where(row => row.Contains(replacement[1].Old, StringComparison.Ordinal))
                        .Select(row =>
                            replacement.Aggregate(row, (text, pair) => text.Replace(pair.Old, pair.New, StringComparison.Ordinal))
                        )
                );
            }

            Fill(collection, copied);
        }

        using var file = File.Create(path);
        using var writer = new Utf8JsonWriter(file);
        database.WriteTo(writer);
        return uuid;
    }

    /// <summary>Puts rows into a collection, with the numbers and the orders that go with them.</summary>
    private static void Fill(JsonNode collection, List<string> rows)
    {
        var data = rows.ConvertAll(row => JsonNode.Parse(row)!);
        for (var i = 0; i < data.Count; i++)
        {
            data[i]["$loki"] = i + 1;
        }

        foreach (var (column, index) in collection["binaryIndices"]!.AsObject())
        {
            var keys = data.ConvertAll(row => row[column]!.GetValue<string>());
            index!["values"] = new JsonArray([
                .. Enumerable.Range(0, keys.Count).OrderBy(i => keys[i], StringComparer.Ordinal).Select(i => JsonValue.Create(i)),
            ]);
        }

        collection["idIndex"] = new JsonArray([.. Enumerable.Range(1, data.Count).Select(i => JsonValue.Create(i))]);
        collection["maxId"] = data.Count;
        collection["data"] = new JsonArray([.. data]);
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);
}
