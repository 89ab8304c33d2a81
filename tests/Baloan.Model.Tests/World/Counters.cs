using System.Text.Json;
using Baloan.Model.Tests.Storage;

namespace Baloan.Model.Tests.World;

/// <summary>What the app's statistics say.</summary>
internal sealed class Counters(MemoryStorage storage)
{
    // Of longer ago they say nothing.
    public static readonly TimeSpan Span = TimeSpan.FromDays(7);

    private const string Table = "Stats";

    /// <summary>What was announced and is neither counted nor taken back.</summary>
    public bool AreBehind => storage.Tables.Rows(Table).Any(row => row.RowKey.StartsWith("begun-", StringComparison.Ordinal));

    /// <summary>How many loans are in a state.</summary>
    public int Loans(string state) =>
        storage.Tables.Rows(Table).Where(row => row.RowKey.StartsWith("loans", StringComparison.Ordinal)).Sum(row => row.Number(state));

    /// <summary>What a column says of all hours together.</summary>
    public int Of(string column) => Hours.Sum(row => row.Number(column));

    /// <summary>What a column of the sums says of all hours together.</summary>
    public long SumOf(string column) =>
        storage
            .Tables.Rows(Table)
            .Where(row => row.RowKey.StartsWith("sums-", StringComparison.Ordinal))
            .Sum(row => long.Parse(row.Text(column) ?? "0", System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>How many settlements have a time that they took.</summary>
    public int Timed =>
        Hours
            .SelectMany(row => row.Properties.EnumerateObject())
            .Where(column => column.Name.StartsWith("seconds_", StringComparison.Ordinal) && column.Value.ValueKind == JsonValueKind.Number)
            .Sum(column => column.Value.GetInt32());

    private IEnumerable<MemoryTables.Row> Hours =>
        storage.Tables.Rows(Table).Where(row => row.RowKey.StartsWith("hour-", StringComparison.Ordinal));
}
