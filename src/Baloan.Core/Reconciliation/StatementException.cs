namespace Baloan.Core.Reconciliation;

/// <summary>Why a statement as a whole cannot be compared.</summary>
public enum StatementFault
{
    /// <summary>The file is neither an XLSX nor a text.</summary>
    NotATable,

    /// <summary>The file is an old Excel workbook (XLS), or one with a password.</summary>
    OldWorkbook,

    /// <summary>The workbook cannot be read: it is cut off, or is no workbook inside.</summary>
    Broken,

    /// <summary>The workbook unpacks to more than is read.</summary>
    UnpacksTooBig,

    /// <summary>There are more sheets than are read.</summary>
    TooManySheets,

    /// <summary>There are more columns than are read.</summary>
    TooManyColumns,

    /// <summary>There are more lines than are read.</summary>
    TooManyLines,

    /// <summary>A line of a text is longer than any table's, as after a quote that is not closed.</summary>
    LineTooLong,

    /// <summary>No column is recognised for this field; the names that there are go with it.</summary>
    ColumnNotFound,

    /// <summary>Several columns may be meant for this field; their names go with it.</summary>
    ColumnNotClear,

    /// <summary>The column does not say whether it is Rial or Toman, and its values are ten times ours.</summary>
    UnitNotClear,

    /// <summary>There is no line below the names of the columns.</summary>
    Empty,
}

/// <summary>A statement as a whole cannot be compared.</summary>
/// <param name="fault">Why.</param>
/// <param name="about">The field of the request that it is about.</param>
/// <param name="details">What the sentence about it names.</param>
public sealed class StatementException(StatementFault fault, string about = "file", params object[] details) : Exception(fault.ToString())
{
    /// <summary>Why.</summary>
    public StatementFault Fault => fault;

    /// <summary>The field of the request that it is about.</summary>
    public string Field => about;

    /// <summary>What the sentence about it names: names of columns, or a limit.</summary>
    public object[] Details => details;
}
