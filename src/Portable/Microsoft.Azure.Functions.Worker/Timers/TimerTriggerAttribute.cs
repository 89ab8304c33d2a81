using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Starts a function by the clock. Times are UTC. The parameter is a <see cref="TimerInfo"/>.</summary>
/// <param name="schedule">
/// NCRONTAB with six fields (second, minute, hour, day, month, weekday), or a period such as <c>00:30:00</c>; may name settings as
/// <c>%Setting%</c>. Where the setting is missing this function alone does not run.
/// </param>
public sealed class TimerTriggerAttribute(string schedule) : TriggerBindingAttribute
{
    /// <summary>The schedule, as it was given.</summary>
    public string Schedule { get; private set; } = schedule;

    /// <summary>
    /// Whether the last run is kept in storage, so that a missed time is made good. True where it is not set; without effect on schedules
    /// that fire more than once a minute.
    /// </summary>
    public bool UseMonitor { get; set; } = true;

    /// <summary>Whether the function also runs once when the host starts.</summary>
    public bool RunOnStartup { get; set; }
}
