using System.Globalization;
using Baloan.Core.Counters;
using Baloan.Core.Storage;

namespace Baloan.Core.Settlements;

/// <summary>What is counted of settlements. Ends have columns with the names of the statuses.</summary>
public static class SettlementCounters
{
    /// <summary>Attempts accepted.</summary>
    public const string AcceptedColumn = "accepted";

    /// <summary>An attempt was accepted.</summary>
    public static CounterIncrement Accepted(Settlement row) => new($"accepted-{NameOf(row)}", row.AttemptStartedAt, row.AttemptStartedAt)
    {
        OfHour = new Dictionary<string, int> { [AcceptedColumn] = 1 },
    };

    /// <summary>An attempt has ended; one in review ends again when it is resolved.</summary>
    public static CounterIncrement Ended(Settlement row)
    {
        var end = row.Status.Name();
        var columns = new Dictionary<string, int> { [end] = 1 };
        if (row.Status == SettlementStatus.Settled)
        {
            columns[DurationHistogram.ColumnOf(row.UpdatedAt - row.AttemptStartedAt)] = 1;
        }

        return new($"{end}-{NameOf(row)}", row.AttemptStartedAt, row.UpdatedAt) { OfHour = columns };
    }

    private static string NameOf(Settlement row) => string.Create(CultureInfo.InvariantCulture, $"{TableKeys.Escape(row.Code)}-{row.Attempts}");
}
