using Microsoft.Azure.Functions.Worker;

namespace LocalFunctionsHost.Tests.App;

public sealed class TimerFunctions(Probe probe)
{
    [Function("Tick")]
    public void Tick([TimerTrigger("%Tick__Schedule%")] TimerInfo timer) => probe.Tell(timer.IsPastDue ? "tick past due" : "tick");

    [Function("StartTick")]
    public void StartTick([TimerTrigger("%Start:Schedule%", RunOnStartup = true, UseMonitor = false)] TimerInfo timer) =>
        probe.Tell(timer.ScheduleStatus is null ? "start tick" : "start tick with status");

    [Function("Wait")]
    public async Task Wait([TimerTrigger("%Wait__Schedule%")] TimerInfo timer, CancellationToken cancellationToken)
    {
        probe.Tell("wait begun");
        await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        probe.Tell("wait told to end");
    }
}
