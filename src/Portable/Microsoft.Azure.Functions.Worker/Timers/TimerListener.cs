using Microsoft.Azure.Functions.Worker.Hosting;
using Microsoft.Azure.Functions.Worker.Storage;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Timers;

/// <summary>Fires one timer on its schedule, on one instance of the app at a time.</summary>
internal sealed partial class TimerListener(
    FunctionDescriptor function,
    TimerTriggerAttribute trigger,
    Schedule schedule,
    TimerStore store,
    FunctionRunner runner,
    Shutdown shutdown,
    TimeProvider clock,
    ILogger logger)
{
    // Waits are cut into pieces, so that a clock that was set or a machine that slept is noticed.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly bool monitored = trigger.UseMonitor && !schedule.IsFrequent;
    private readonly Outage outage = new(logger, function.Name);
    private bool runAtStart = trigger.RunOnStartup;

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    /// <summary>Fires until the host stops. Never throws for storage that fails.</summary>
    public async Task RunAsync()
    {
        if (schedule.Next(Now) is null)
        {
            throw new FormatException($"'{trigger.Schedule}' names no time that ever comes");
        }

        var stopping = shutdown.Stopping;
        while (!stopping.IsCancellationRequested)
        {
            var wait = store.Settings.Retry;
            try
            {
                if (await store.TryLockAsync(stopping) is { } held)
                {
                    await using (held)
                    {
                        outage.Over();
                        using var until = CancellationTokenSource.CreateLinkedTokenSource(stopping, held.Lost);
                        await FireWhileHeldAsync(until.Token);
                    }
                }
                else
                {
                    outage.Over();
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                wait = outage.Failed(failure);
            }

            await Task.Delay(wait, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task FireWhileHeldAsync(CancellationToken until)
    {
        var status = monitored ? await store.ReadAsync(until) : null;
        var known = status is not null;
        status ??= new ScheduleStatus { LastUpdated = Now };

        // Worked out anew and not read, since the schedule may have been changed since.
        var due = Next(status.Last > DateTime.MinValue ? status.Last : status.LastUpdated);
        if (!known && monitored)
        {
            // So that the very first time is missed by nobody either.
            status.Next = due;
            await store.WriteAsync(status, until);
        }

        status.Next = due;
        var pastDue = known && Now > due;
        if (pastDue || runAtStart)
        {
            runAtStart = false;
            status = await FireAsync(status, pastDue, Now);
        }

        while (true)
        {
            while (status.Next - Now is var wait && wait > TimeSpan.Zero)
            {
                await Task.Delay(wait < LongestWait ? wait : LongestWait, clock, until);
            }

            until.ThrowIfCancellationRequested();
            status = await FireAsync(status, pastDue: false, Now > status.Next ? Now : status.Next);
        }
    }

    private async Task<ScheduleStatus> FireAsync(ScheduleStatus status, bool pastDue, DateTime at)
    {
        var info = new TimerInfo { IsPastDue = pastDue, ScheduleStatus = monitored ? status : null };
        await runner.RunAsync(function, _ => info);

        // Written after the run: a process that died during it is made good by the next.
        var next = new ScheduleStatus { Last = at, Next = Next(at), LastUpdated = at };
        if (monitored)
        {
            try
            {
                await store.WriteAsync(next, shutdown.LimitReached);
            }
            catch (Exception failure)
            {
                Log.NotKept(logger, function.Name, Outage.Describe(failure));
            }
        }

        return next;
    }

    private DateTime Next(DateTime after) => schedule.Next(after) ?? DateTime.MaxValue;

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The run of timer {Function} could not be recorded: {Reason}")]
        public static partial void NotKept(ILogger logger, string function, string reason);
    }
}
