namespace Microsoft.Azure.Functions.Worker;

/// <summary>What is kept of a timer between its runs. Times are UTC.</summary>
public class ScheduleStatus
{
    /// <summary>The last run; <see cref="DateTime.MinValue"/> before the first one.</summary>
    public DateTime Last { get; set; }

    /// <summary>When it runs next.</summary>
    public DateTime Next { get; set; }

    /// <summary>When this was written.</summary>
    public DateTime LastUpdated { get; set; }
}
