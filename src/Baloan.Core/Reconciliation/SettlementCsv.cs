using System.Globalization;
using System.Text.RegularExpressions;
using Baloan.Core.Calendar;
using Baloan.Core.Settlements;
using CsvHelper;

namespace Baloan.Core.Reconciliation;

/// <summary>Writes attempts as a table that spreadsheets open as it is meant: as text, and never as a program.</summary>
public static partial class SettlementCsv
{
    private static readonly string[] Columns =
    [
        "code",
        "outcome",
        "known_by",
        "total",
        "customer",
        "accepted",
        "sent",
        "ended",
        "error",
        "attempts",
        "note",
        "by",
    ];

    // By the mark at its beginning Excel knows UTF-8.
    private static readonly CsvWriterOptions Options = new() { WriteByteOrderMark = true };

    /// <summary>Writes a line for each attempt as it comes; nothing is held but what is on its way.</summary>
    public static async Task WriteAsync(IAsyncEnumerable<Settlement> attempts, Stream destination, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(attempts);
        await using var csv = CsvWriter.Create(destination, Options, leaveOpen: true);
        await csv.WriteRecordAsync(Columns, cancellationToken);
        await foreach (var attempt in attempts.WithCancellation(cancellationToken))
        {
            await csv.WriteRecordAsync(LineOf(attempt), cancellationToken);
        }

        await csv.FlushAsync(cancellationToken);
    }

    private static string[] LineOf(Settlement attempt) =>
        [
            AsText(attempt.Code),
            attempt.StatusName,
            attempt.EndKnownBy?.ToString().ToLowerInvariant() ?? "",
            attempt.Total.ToString(CultureInfo.InvariantCulture),
            attempt.MaskedIdentifier,
            InTehran(attempt.AttemptStartedAt),
            InTehran(attempt.SubmittedAt),
            InTehran(attempt.Ended),
            AsText(attempt.ErrorCode),
            attempt.Attempts.ToString(CultureInfo.InvariantCulture),
            AsText(attempt.Note),
            AsText(attempt.ResolvedBy),
        ];

    private static string InTehran(DateTimeOffset? moment) =>
        moment?.ToOffset(TehranDays.Offset).ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture) ?? "";

    /// <summary>
    /// A text of somebody else's with an apostrophe before what a spreadsheet would run: at its beginning, and wherever one that expects
    /// another separator begins a cell.
    /// </summary>
    internal static string AsText(string? text) => Formula().Replace(text ?? "", "$1'$2");

    [GeneratedRegex("""((?:^|[,;|\t\r\n])[\s"]*)([=+\-@＝＋－＠])""", RegexOptions.CultureInvariant)]
    private static partial Regex Formula();
}
