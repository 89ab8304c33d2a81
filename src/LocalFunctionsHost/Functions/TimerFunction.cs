using System.Text.Json;
using Azure;
using LocalFunctionsHost.Protocol;
using NCrontab;

namespace LocalFunctionsHost.Functions;

/// <summary>Starts a function by the clock, in UTC as on Azure: once in all instances, and once for all times that were missed.</summary>
internal sealed partial class TimerFunction(Function function, string schedule, TimerRuns runs, FunctionRunner runner, ILogger logger)
{
    // A clock that was set or a machine that slept is noticed after this.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    private readonly CrontabSchedule crontab = Parse(schedule);

    /// <summary>Fires until the host ends; a run that began is told of that, and waited for.</summary>
    public async Task RunAsync(CancellationToken ending)
    {
        if (function.Trigger.RunOnStartup)
        {
            await FireNowAsync(ending);
        }

        var storageIsAway = false;
        TimerStatus? status = null;
        while (!ending.IsCancellationRequested)
        {
            try
            {
                if (status is null)
                {
                    status = await runs.ReadAsync(Next, ending);
                    if (!function.Trigger.UseMonitor)
                    {
                        // Nobody wants to hear of what was missed.
                        status = status with
                        {
                            Last = DateTime.UtcNow,
                        };
                    }
                }

                // Worked out anew and not read: the schedule may be another one since.
                var due = Next(status.Last);
                for (var wait = due - DateTime.UtcNow; wait > TimeSpan.Zero; wait = due - DateTime.UtcNow)
                {
                    await Task.Delay(wait < LongestWait ? wait : LongestWait, ending);
                }

                var now = DateTime.UtcNow;
                var ran = new TimerStatus(now, Next(now), now);
                if (await runs.TryWriteAsync(ran, ending))
                {
                    await FireAsync(status with { Next = due }, isPastDue: now - due > Retry, ending);
                    status = ran;
                }
                else
                {
                    status = null;
                }

                storageIsAway = false;
            }
            catch (OperationCanceledException) when (ending.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure) when (failure is RequestFailedException or AggregateException or OperationCanceledException)
            {
                if (!storageIsAway)
                {
                    storageIsAway = true;
                    Log.Waits(logger, function.Name, failure.Message.Split('\n')[0]);
                }

                await Task.Delay(Retry, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Runs it now; what it is told of its schedule is that it has just run.</summary>
    public Task FireAsync() => FireNowAsync(CancellationToken.None);

    private static CrontabSchedule Parse(string schedule)
    {
        // Five fields are minutes to weekdays, six begin with seconds.
        var withSeconds = schedule.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length > 5;
        var crontab =
            CrontabSchedule.TryParse(schedule, new() { IncludingSeconds = withSeconds })
            ?? throw new FunctionsHostException($"'{schedule}' is no NCRONTAB expression");
        // Leap days and weekdays meet again after 28 years, or 40 over the turn of a century.
        var (now, limit) = (DateTime.UtcNow, DateTime.UtcNow.AddYears(41));
        return crontab.GetNextOccurrence(now, limit) < limit
            ? crontab
            : throw new FunctionsHostException($"'{schedule}' names no time that ever comes");
    }

    private DateTime Next(DateTime after) => crontab.GetNextOccurrence(after);

    private Task FireNowAsync(CancellationToken ending)
    {
        var now = DateTime.UtcNow;
        return FireAsync(new(now, Next(now), now), isPastDue: false, ending);
    }

    private async Task FireAsync(TimerStatus status, bool isPastDue, CancellationToken ending)
    {
        var told = new { ScheduleStatus = function.Trigger.UseMonitor ? status : null, IsPastDue = isPastDue };
        try
        {
            await runner.RunAsync(function, new() { Json = JsonSerializer.Serialize(told) }, [], ending);
        }
        catch (FunctionsHostException)
        {
            // Logged, and it comes again at its time.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The timer of {Function} waits for storage: {Reason}")]
        public static partial void Waits(ILogger logger, string function, string reason);
    }
}
