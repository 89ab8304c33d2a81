using System.Globalization;
using Baloan.Core.Calendar;
using Baloan.Core.Counters;
using Baloan.Core.Storage;

namespace Baloan.Core.Settlements;

/// <summary>What is counted of settlements, in numbers and in Toman. Ends have columns with the names of the statuses.</summary>
/// <remarks>
/// An attempt is counted by its last end: one that was in review, or whose end Baloan corrected, is taken off where it stood before.
/// </remarks>
public static class SettlementCounters
{
    /// <summary>Attempts accepted.</summary>
    public const string AcceptedColumn = "accepted";

    /// <summary>An attempt was accepted.</summary>
    public static CounterIncrement Accepted(Settlement row) =>
        Of($"accepted-{NameOf(row)}", row, AcceptedColumn, row.AttemptStartedAt, null);

    /// <summary>An attempt has ended.</summary>
    public static CounterIncrement Ended(Settlement row)
    {
        var end = row.Status.Name();
        var count = Of($"{(row.IsCorrected ? "corrected" : end)}-{NameOf(row)}", row, end, row.Ended ?? row.UpdatedAt, row.EndKnownBy);
        if (row.Status == SettlementStatus.Settled && row.EndBefore != SettlementStatus.Settled)
        {
            count = count with
            {
                OfHour = new Dictionary<string, int>(count.OfHour)
                {
                    [DurationHistogram.ColumnOf(row.UpdatedAt - row.AttemptStartedAt)] = 1,
                },
            };
        }

        return row switch
        {
            { EndBefore: { } before, EndedBeforeAt: { } at } => count with { Before = Of("", row, before.Name(), at, row.KnownByBefore) },
            { IsCorrected: false, ReviewBeganAt: { } since, Status: not SettlementStatus.NeedsReview } => count with
            {
                Before = Of("", row, SettlementStatus.NeedsReview.Name(), since, null),
            },
            _ => count,
        };
    }

    /// <summary>The column with the number of those by whom the end of what was settled is known.</summary>
    public static string KnownByColumn(SettlementKnownBy by) => $"known_by_{by}";

    /// <summary>The column with the number of an outcome.</summary>
    public static string NumberColumn(string outcome) => $"number_{outcome}";

    /// <summary>The column with the Toman of an outcome.</summary>
    public static string SumColumn(string outcome) => $"sum_{outcome}";

    /// <summary>
    /// How many were counted with their half of the hour: where that is less than all, an older version has counted some of them.
    /// </summary>
    public const string HalvesColumn = "halves";

    /// <summary>
    /// The column with what another has of the second half of its hour alone, in which hours and days of Tehran begin.
    /// </summary>
    public static string OfSecondHalf(string column) => $"next_{column}";

    private static CounterIncrement Of(string id, Settlement row, string outcome, DateTimeOffset at, SettlementKnownBy? by)
    {
        var sums = new Dictionary<string, long> { [NumberColumn(outcome)] = 1, [SumColumn(outcome)] = row.Total };
        if (outcome == SettlementStatus.Settled.Name() && by is { } known)
        {
            sums[KnownByColumn(known)] = 1;
        }

        if (at.Minute >= TehranDays.Offset.Minutes)
        {
            foreach (var (column, number) in sums.ToList())
            {
                sums[OfSecondHalf(column)] = number;
            }
        }

        sums[HalvesColumn] = 1;

        return new(id, row.AttemptStartedAt, at)
        {
            OfHour = new Dictionary<string, int> { [outcome] = 1 },
            Sums = sums,
        };
    }

    private static string NameOf(Settlement row) =>
        string.Create(CultureInfo.InvariantCulture, $"{TableKeys.Escape(row.Code)}-{row.Attempts}");
}
