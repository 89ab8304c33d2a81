namespace Baloan.Core.Calendar;

/// <summary>Days as people in Iran count them.</summary>
/// <remarks>
/// Tehran has been 3 hours 30 ahead of UTC all year since September 2022. It is a number here because a machine without the database of
/// time
/// zones has to agree with one that has it.
/// </remarks>
public static class TehranDays
{
    /// <summary>How far Tehran is ahead of UTC.</summary>
    public static readonly TimeSpan Offset = new(3, 30, 0);

    /// <summary>The day that a moment is on.</summary>
    public static DateOnly DayOf(DateTimeOffset moment) => DateOnly.FromDateTime(moment.ToOffset(Offset).DateTime);

    /// <summary>When a day begins (UTC).</summary>
    public static DateTimeOffset BeginningOf(DateOnly day) =>
        new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), Offset).ToUniversalTime();

    /// <summary>When a day is over (UTC): the first moment of the next.</summary>
    public static DateTimeOffset EndOf(DateOnly day) => BeginningOf(day) + TimeSpan.FromDays(1);
}
