using Baloan.Core.Calendar;
using Baloan.Core.Counters;

namespace Baloan.Core.Loans;

/// <summary>What is counted of loans: callbacks by hour, and how many loans are in each state.</summary>
public static class LoanCounters
{
    /// <summary>Callbacks recorded, duplicates among them.</summary>
    public const string CallbacksColumn = "callbacks";

    /// <summary>Callbacks that contradict a loan's end.</summary>
    public const string ConflictsColumn = "conflicts";

    /// <summary>Callbacks that were refused because they could not be read.</summary>
    public const string RefusedCallbacksColumn = "refused_callbacks";

    /// <summary>How many callbacks, refused ones among them, were counted with their half of the hour.</summary>
    public const string HalvesColumn = "callback_halves";

    /// <summary>The column with what another has of the second half of its hour alone, in which the hours of Tehran begin.</summary>
    public static string OfSecondHalf(string column) => $"next_{column}";

    /// <summary>A callback is about to be recorded.</summary>
    public static PendingIncrement Pending(LoanCallback callback) =>
        new()
        {
            RowKey = PendingIncrement.KeyOf(IdOfCallback(callback.Id)),
            Uuid = callback.Uuid,
            CallbackId = callback.Id,
            HistoryKey = LoanHistoryEntry.KeyOf(callback),
            HappenedAt = callback.ReceivedAt,
        };

    /// <summary>An opening is about to be recorded.</summary>
    public static PendingIncrement Pending(LoanOpening opening) =>
        new()
        {
            RowKey = PendingIncrement.KeyOf(IdOfOpening(opening.Uuid)),
            Uuid = opening.Uuid,
            HappenedAt = opening.OpenedAt,
        };

    /// <summary>A callback was recorded.</summary>
    /// <param name="callbackId">Its id.</param>
    /// <param name="receivedAt">When it came (UTC).</param>
    /// <param name="verdict">What it was taken for.</param>
    /// <param name="from">The state that the loan was counted in before; null for none.</param>
    /// <param name="to">The callback's state.</param>
    public static CounterIncrement Callback(string callbackId, DateTimeOffset receivedAt, LoanVerdict verdict, string? from, string to)
    {
        var loans = new Dictionary<string, int>();
        if (verdict == LoanVerdict.Accepted && from != to)
        {
            loans[to] = 1;
            if (from is not null)
            {
                loans[from] = -1;
            }
        }

        return new(IdOfCallback(callbackId), receivedAt, receivedAt)
        {
            OfHour = InHalf(receivedAt, verdict == LoanVerdict.Conflict ? [CallbacksColumn, ConflictsColumn] : [CallbacksColumn]),
            OfLoans = loans,
            IsPending = true,
        };
    }

    /// <summary>A callback was refused.</summary>
    public static CounterIncrement RefusedCallback(string id, DateTimeOffset receivedAt) =>
        new($"refused-{id}", receivedAt, receivedAt) { OfHour = InHalf(receivedAt, [RefusedCallbacksColumn]) };

    /// <summary>An opening has made a loan <c>created</c>.</summary>
    public static CounterIncrement Opening(string uuid, DateTimeOffset openedAt) =>
        new(IdOfOpening(uuid), openedAt, openedAt)
        {
            OfLoans = new Dictionary<string, int> { [LoanStates.Created] = 1 },
            IsPending = true,
        };

    private static Dictionary<string, int> InHalf(DateTimeOffset at, IReadOnlyList<string> columns)
    {
        var counts = columns.ToDictionary(column => column, _ => 1);
        counts[HalvesColumn] = 1;
        if (at.Minute >= TehranDays.Offset.Minutes)
        {
            foreach (var column in columns)
            {
                counts[OfSecondHalf(column)] = 1;
            }
        }

        return counts;
    }

    private static string IdOfCallback(string callbackId) => $"callback-{callbackId}";

    private static string IdOfOpening(string uuid) => $"opening-{uuid}";
}
