using System.Globalization;
using Baloan.Functions.Loans;
using Baloan.Functions.Settlements;
using Baloan.Functions.Storage;

namespace Baloan.Functions.Stats;

/// <summary>Something that happened and is counted once, whoever counts it and however often.</summary>
/// <param name="Id">Names it: the same each time that it is counted.</param>
/// <param name="Since">When what it is about began (UTC): the same each time.</param>
/// <param name="At">When it happened (UTC): the hour that it is counted in.</param>
internal sealed record Count(string Id, DateTimeOffset Since, DateTimeOffset At)
{
    /// <summary>Settlements accepted; the other columns of settlements have the names of the ends.</summary>
    public const string AcceptedColumn = "accepted";

    /// <summary>Callbacks recorded, duplicates among them.</summary>
    public const string CallbacksColumn = "callbacks";

    /// <summary>Callbacks that contradict a loan's end.</summary>
    public const string ConflictsColumn = "conflicts";

    /// <summary>Callbacks that were refused because they could not be read.</summary>
    public const string RefusedCallbacksColumn = "refused_callbacks";

    private static readonly IReadOnlyDictionary<string, int> Nothing = new Dictionary<string, int>();

    /// <summary>What is added to the columns of its hour.</summary>
    public IReadOnlyDictionary<string, int> OfHour { get; init; } = Nothing;

    /// <summary>What is added to the number of loans in each state.</summary>
    public IReadOnlyDictionary<string, int> OfLoans { get; init; } = Nothing;

    /// <summary>Whether it is counted already as a rule.</summary>
    public bool IsCountedMostly { get; init; }

    /// <summary>Whether <see cref="BegunRow"/> announced it.</summary>
    public bool HasBegun { get; init; }

    /// <summary>An attempt was accepted.</summary>
    public static Count Accepted(Settlement row) => new($"accepted-{NameOf(row)}", row.AttemptStartedAt, row.AttemptStartedAt)
    {
        OfHour = new Dictionary<string, int> { [AcceptedColumn] = 1 },
    };

    /// <summary>An attempt has ended; one in review ends again when it is resolved.</summary>
    public static Count Ended(Settlement row)
    {
        var end = row.Status.Name();
        var columns = new Dictionary<string, int> { [end] = 1 };
        if (row.Status == SettlementStatus.Settled)
        {
            columns[SettlingTimes.ColumnOf(row.UpdatedAt - row.AttemptStartedAt)] = 1;
        }

        return new($"{end}-{NameOf(row)}", row.AttemptStartedAt, row.UpdatedAt) { OfHour = columns };
    }

    /// <summary>A callback was recorded.</summary>
    /// <param name="callbackId">Its id.</param>
    /// <param name="receivedAt">When it came (UTC).</param>
    /// <param name="verdict">What it was taken for.</param>
    /// <param name="from">The state that the loan was counted in before; null for none.</param>
    /// <param name="to">The callback's state.</param>
    public static Count Callback(string callbackId, DateTimeOffset receivedAt, LoanVerdict verdict, string? from, string to)
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

        return new(BegunRow.IdOfCallback(callbackId), receivedAt, receivedAt) { OfHour = columns, OfLoans = loans, HasBegun = true };
    }

    /// <summary>A callback was refused.</summary>
    public static Count RefusedCallback(string id, DateTimeOffset receivedAt) => new($"refused-{id}", receivedAt, receivedAt)
    {
        OfHour = new Dictionary<string, int> { [RefusedCallbacksColumn] = 1 },
    };

    /// <summary>An opening has made a loan <c>created</c>.</summary>
    public static Count Opening(string uuid, DateTimeOffset openedAt) => new(BegunRow.IdOfOpening(uuid), openedAt, openedAt)
    {
        OfLoans = new Dictionary<string, int> { [LoanStates.Created] = 1 }, HasBegun = true,
    };

    private static string NameOf(Settlement row) => string.Create(CultureInfo.InvariantCulture, $"{TableKeys.Escape(row.Code)}-{row.Attempts}");
}
