namespace Microsoft.Azure.Functions.Worker;

/// <summary>Why a timer's function runs now.</summary>
public class TimerInfo
{
    /// <summary>What is kept of the timer; null where nothing is kept.</summary>
    public ScheduleStatus? ScheduleStatus { get; set; }

    /// <summary>Whether the time for this run was missed, for instance because no host ran.</summary>
    public bool IsPastDue { get; set; }
}
