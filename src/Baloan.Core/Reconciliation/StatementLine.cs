namespace Baloan.Core.Reconciliation;

/// <summary>Where something stands in a statement.</summary>
/// <param name="Sheet">The sheet's name; null in a text.</param>
/// <param name="Line">The line of the file or the row of the sheet, from 1.</param>
public readonly record struct StatementPlace(string? Sheet, long Line);

/// <summary>A row of a statement as it stands there.</summary>
/// <param name="Place">Where.</param>
/// <param name="Cells">Its cells as text.</param>
/// <param name="IsBroken">Whether a quote in it is not closed, so that other lines may be in its cells.</param>
public sealed record StatementRow(StatementPlace Place, IReadOnlyList<string> Cells, bool IsBroken = false);

/// <summary>A line of a statement that says that money was moved.</summary>
/// <param name="Place">Where.</param>
/// <param name="Code">The code of the settlement, as it is compared.</param>
/// <param name="Amount">The amount as it stands there, in its unit.</param>
/// <param name="Unit">Its unit, where the value or a column beside it says so.</param>
/// <param name="Date">The day (Asia/Tehran); null where there is none.</param>
/// <param name="Time">The time of day as it stands there; null where there is none.</param>
/// <param name="Reference">Baloan's or the bank's reference; null where there is none.</param>
public sealed record StatementLine(
    StatementPlace Place,
    string Code,
    long Amount,
    AmountUnit? Unit,
    DateOnly? Date,
    string? Time,
    string? Reference
);

/// <summary>Why a line is kept out of the comparison.</summary>
public enum BadLineReason
{
    /// <summary>It has no code.</summary>
    NoCode,

    /// <summary>Its code is a number from which a spreadsheet has dropped digits.</summary>
    RoundedCode,

    /// <summary>It has no amount.</summary>
    NoTotal,

    /// <summary>Its amount cannot be read.</summary>
    UnreadableTotal,

    /// <summary>Its amount is not above zero, as of a return.</summary>
    NotPositive,

    /// <summary>Its Rial are no whole Toman.</summary>
    NotWholeToman,

    /// <summary>Its date cannot be read.</summary>
    UnreadableDate,

    /// <summary>A quote in it is not closed.</summary>
    OpenQuote,
}

/// <summary>A line that is kept out of the comparison.</summary>
/// <param name="Place">Where.</param>
/// <param name="Reason">Why.</param>
/// <param name="Code">Its code, where that could be read.</param>
public sealed record BadLine(StatementPlace Place, BadLineReason Reason, string? Code);

/// <summary>The unit of an amount.</summary>
public enum AmountUnit
{
    /// <summary>Toman.</summary>
    Toman,

    /// <summary>Rial, of which ten are a Toman.</summary>
    Rial,
}

/// <summary>The columns of a statement, by the names that they have there.</summary>
/// <param name="Code">The code.</param>
/// <param name="Total">The amount.</param>
/// <param name="Unit">The unit that the amount's name says; null where it says none.</param>
/// <param name="Date">The day; null where there is none.</param>
/// <param name="Time">The time of day; null where there is none.</param>
/// <param name="Reference">The reference; null where there is none.</param>
/// <param name="Names">All names, in their order.</param>
public sealed record StatementColumns(
    string Code,
    string Total,
    AmountUnit? Unit,
    string? Date,
    string? Time,
    string? Reference,
    IReadOnlyList<string> Names
);

/// <summary>What a caller says about a statement's columns; null for what is to be found by the names.</summary>
/// <param name="Code">The name of the column of codes.</param>
/// <param name="Total">The name of the column of amounts.</param>
/// <param name="Date">The name of the column of days.</param>
public sealed record StatementChoice(string? Code = null, string? Total = null, string? Date = null);

/// <summary>A statement that was read.</summary>
/// <param name="Columns">Its columns; of the first sheet that has them, where there are several.</param>
/// <param name="Lines">Its lines, in their order.</param>
/// <param name="BadLines">The lines that are kept out.</param>
/// <param name="TotalsRows">Where the totals stand, which are no lines.</param>
/// <param name="SkippedSheets">Sheets in which no columns were recognised.</param>
public sealed record Statement(
    StatementColumns Columns,
    IReadOnlyList<StatementLine> Lines,
    IReadOnlyList<BadLine> BadLines,
    IReadOnlyList<StatementPlace> TotalsRows,
    IReadOnlyList<string> SkippedSheets
);
