using System.Globalization;

namespace Baloan.Functions.Tests.Costs;

/// <summary>What one thing costs that the app does, in what Azure's price list knows a price of its own for.</summary>
/// <param name="Executions">Runs of functions.</param>
/// <param name="BlobWrites">Blobs written.</param>
/// <param name="BlobReads">Blobs read.</param>
/// <param name="Queue">Messages put, handed out, deleted; not the asking that finds none.</param>
/// <param name="TableWrites">Single rows written.</param>
/// <param name="TableTransactions">Transactions of several rows.</param>
/// <param name="TableDeletes">Single rows deleted.</param>
/// <param name="RowReads">Rows read by their keys.</param>
/// <param name="RangeReads">Ranges of rows read.</param>
/// <param name="Vault">Calls to Key Vault.</param>
/// <param name="Tokens">Access tokens got from Baloan.</param>
/// <param name="Baloan">Other calls to Baloan.</param>
internal sealed record Cost(
    int Executions,
    int BlobWrites,
    int BlobReads,
    int Queue,
    int TableWrites,
    int TableTransactions,
    int TableDeletes,
    int RowReads,
    int RangeReads,
    int Vault,
    int Tokens,
    int Baloan
)
{
    public const int Columns = 12;

    private int[] Counts =>
        [
            Executions,
            BlobWrites,
            BlobReads,
            Queue,
            TableWrites,
            TableTransactions,
            TableDeletes,
            RowReads,
            RangeReads,
            Vault,
            Tokens,
            Baloan,
        ];

    /// <summary>As a row of the tables in docs/costs.md, for so many of them.</summary>
    public string Row(string what, int times = 1) => Row(what, (this, times));

    /// <summary>The same for several kinds, each so often.</summary>
    public static string Row(string what, params IReadOnlyList<(Cost Cost, int Times)> parts)
    {
        var sums = Enumerable.Range(0, Columns).Select(column => parts.Sum(part => (long)part.Cost.Counts[column] * part.Times));
        return $"| {what} | {string.Join(" | ", sums.Select(sum => sum.ToString("N0", CultureInfo.InvariantCulture)))} |";
    }
}

/// <summary>What one thing writes into the log.</summary>
/// <param name="Lines">Log lines.</param>
/// <param name="Bytes">Length of the lines' text.</param>
/// <param name="Spans">Spans.</param>
internal sealed record Telemetry(int Lines, int Bytes, int Spans)
{
    public const int Columns = 3;

    /// <summary>As a row of the table in docs/costs.md.</summary>
    public string Row(string what) => string.Create(CultureInfo.InvariantCulture, $"| {what} | {Lines} | {Bytes} | {Spans} |");

    public static (string What, Telemetry Telemetry) Read(string row)
    {
        var cells = row.Split('|', StringSplitOptions.TrimEntries);
        int Number(int cell) => int.Parse(cells[cell], CultureInfo.InvariantCulture);
        return (cells[1], new Telemetry(Number(2), Number(3), Number(4)));
    }

    /// <summary>
    /// Whether another says the same. Ids and durations in lines are not always of one length, and a line that the host writes comes a
    /// moment later than what it is about: it may be taken for one of what comes next.
    /// </summary>
    public bool IsAbout(Telemetry other) =>
        Spans == other.Spans
        && (Lines == other.Lines ? Math.Abs(Bytes - other.Bytes) <= other.Bytes / 10 : Math.Abs(Lines - other.Lines) == 1);
}
