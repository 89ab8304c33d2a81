using Azure.Data.Tables;

namespace Baloan.Functions.Tests.BadInput;

/// <summary>Spoils rows as an older or a broken version might have left them.</summary>
internal static class BadRows
{
    private static readonly string[] Texts =
    [
        "",
        " ",
        "x",
        "0",
        "-1",
        "7",
        "queued",
        "Settled",
        "NaN",
        "null",
        "{",
        "{}",
        "[]",
        "2026-13-45",
        "<script>alert(1)</script>",
        "' or 1 eq 1",
        "../..",
        "00000000-0000-0000-0000-000000000000",
        "\u202e",
        "\ud83d\ude00",
        new string('x', 20_000),
    ];

    /// <summary>A copy of a row in which some columns are missing, more, or of another type.</summary>
    /// <param name="row">The row; its keys are kept.</param>
    /// <param name="random">Chance.</param>
    /// <param name="among">One of these is spoiled for certain; any, where it is empty.</param>
    public static TableEntity Spoiled(TableEntity row, Random random, params string[] among)
    {
        var spoiled = new TableEntity(row);
        spoiled.Remove("odata.etag");
        spoiled.Remove("Timestamp");
        var columns = spoiled.Keys.Where(name => name is not ("PartitionKey" or "RowKey")).Order(StringComparer.Ordinal).ToArray();
        if (columns.Length == 0)
        {
            return spoiled;
        }

        Spoil(spoiled, BadRequests.Pick(random, among.Length > 0 ? among : columns), random);
        for (var more = random.Next(3); more > 0; more--)
        {
            Spoil(spoiled, BadRequests.Pick(random, columns), random);
        }

        if (random.Next(4) == 0)
        {
            spoiled["OfALaterVersion"] = Value(random);
        }

        return spoiled;
    }

    private static void Spoil(TableEntity row, string column, Random random)
    {
        row.TryGetValue(column, out var before);
        if (before is null || random.Next(3) == 0)
        {
            row.Remove(column);
            return;
        }

        object? value;
        do
        {
            value = Value(random);
        } while (value.GetType() == before.GetType() && before is not (string or DateTimeOffset));
        row[column] = value;
    }

    private static object Value(Random random) =>
        random.Next(9) switch
        {
            0 => random.Next(-2, 3),
            1 => random.NextInt64(long.MinValue, long.MaxValue),
            2 => BadRequests.Pick(random, [0, -0.5, 1e300, double.Epsilon]),
            3 => random.Next(2) == 0,
            4 => BadRequests.Pick(
                random,
                [new DateTimeOffset(1601, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(9999, 12, 31, 0, 0, 0, TimeSpan.Zero)]
            ),
            5 => Guid.Empty,
            6 => new byte[] { 0, 0xFF, 0xFE },
            _ => BadRequests.Pick(random, Texts),
        };
}
