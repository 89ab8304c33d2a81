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
        var columns = new Dictionary<string, int> { [CallbacksColumn] = 1 };
        if (verdict == LoanVerdict.Conflict)
        {
            columns[ConflictsColumn] = 1;
        }

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
            OfHour = columns,
            OfLoans = loans,
            IsPending = true,
        };
    }

    /// <summary>A callback was refused.</summary>
    public static CounterIncrement RefusedCallback(string id, DateTimeOffset receivedAt) =>
        new($"refused-{id}", receivedAt, receivedAt) { OfHour = new Dictionary<string, int> { [RefusedCallbacksColumn] = 1 } };

    /// <summary>An opening has made a loan <c>created</c>.</summary>
    public static CounterIncrement Opening(string uuid, DateTimeOffset openedAt) =>
        new(IdOfOpening(uuid), openedAt, openedAt)
        {
            OfLoans = new Dictionary<string, int> { [LoanStates.Created] = 1 },
            IsPending = true,
        };

    private static string IdOfCallback(string callbackId) => $"callback-{callbackId}";

    private static string IdOfOpening(string uuid) => $"opening-{uuid}";
}
