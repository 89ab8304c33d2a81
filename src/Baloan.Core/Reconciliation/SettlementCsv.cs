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
    /// <param name="attempts">The attempts.</param>
    /// <param name="withSums">Whether sums by outcome, and by how it is known, follow as lines whose code is <c>sum</c>.</param>
    /// <param name="destination">Where it goes.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task WriteAsync(
        IAsyncEnumerable<Settlement> attempts,
        bool withSums,
        Stream destination,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(attempts);
        await using var csv = CsvWriter.Create(destination, Options, leaveOpen: true);
        await csv.WriteRecordAsync(Columns, cancellationToken);
        var sums = new SortedDictionary<(string Outcome, string KnownBy), (int Number, long Total)>();
        await foreach (var attempt in attempts.WithCancellation(cancellationToken))
        {
            await csv.WriteRecordAsync(LineOf(attempt), cancellationToken);
            var kind = (attempt.StatusName, KnownBy(attempt));
            var (number, total) = sums.GetValueOrDefault(kind);
            sums[kind] = (number + 1, total + attempt.Total);
        }

        if (withSums)
        {
            foreach (var (kind, sum) in sums)
            {
                await csv.WriteRecordAsync(SumOf(kind.Outcome, kind.KnownBy, sum.Number, sum.Total), cancellationToken);
            }
        }

        await csv.FlushAsync(cancellationToken);
    }

    /// <summary>A line of a sum, in the columns of the others; in that of attempts stands how many lines it has summed up.</summary>
    private static string[] SumOf(string outcome, string knownBy, int number, long total) =>
        [
            "sum",
            outcome,
            knownBy,
            total.ToString(CultureInfo.InvariantCulture),
            .. Enumerable.Repeat("", 5),
            number.ToString(CultureInfo.InvariantCulture),
            "",
            "",
        ];

    private static string KnownBy(Settlement attempt) => attempt.EndKnownBy?.ToString().ToLowerInvariant() ?? "";

    private static string[] LineOf(Settlement attempt) =>
        [
            AsText(attempt.Code),
            attempt.StatusName,
            KnownBy(attempt),
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
