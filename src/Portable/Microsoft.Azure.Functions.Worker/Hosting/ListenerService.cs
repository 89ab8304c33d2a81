using Microsoft.Azure.Functions.Worker.Queues;
using Microsoft.Azure.Functions.Worker.Storage;
using Microsoft.Azure.Functions.Worker.Timers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Hosting;

/// <summary>Starts what listens to queues and the clock, and at the end waits for what they still run.</summary>
internal sealed partial class ListenerService(
    FunctionCatalog catalog,
    HostSettings settings,
    IConfiguration configuration,
    StorageConnections connections,
    FunctionRunner runner,
    Shutdown shutdown,
    TimeProvider clock,
    ILogger<ListenerService> logger) : IHostedService
{
    private readonly List<Task> listeners = [];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // On other threads from the first line on: HTTP does not wait for storage.
        foreach (var function in catalog.Queues.Concat(catalog.Timers))
        {
            listeners.Add(Task.Run(() => ListenAsync(function), CancellationToken.None));
        }

        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll([.. listeners, runner.WhenIdleAsync()]).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Log.StillRunning(logger);
        }
    }

    private async Task ListenAsync(FunctionDescriptor function)
    {
        try
        {
            await (function.Trigger switch
            {
                QueueTriggerAttribute queue => Queue(function, queue).RunAsync(),
                TimerTriggerAttribute timer => Timer(function, timer).RunAsync(),
                _ => Task.CompletedTask,
            });
        }
        catch (Exception failure) when (failure is SettingException or FormatException or InvalidOperationException or ArgumentException)
        {
            Log.Disabled(logger, function.Name, failure.Message);
        }
        catch (Exception failure)
        {
            Log.Ended(logger, failure, function.Name);
        }
    }

    private QueueListener Queue(FunctionDescriptor function, QueueTriggerAttribute trigger)
    {
        var name = Resolve(trigger.QueueName);
        var poisonQueue = name.EndsWith(QueueListener.PoisonSuffix, StringComparison.Ordinal)
            ? null
            : connections.Queue(name + QueueListener.PoisonSuffix, trigger.Connection);
        return new QueueListener(
            function, connections.Queue(name, trigger.Connection), poisonQueue, QueueSettings.From(configuration), runner, shutdown, logger);
    }

    private TimerListener Timer(FunctionDescriptor function, TimerTriggerAttribute trigger)
    {
        var schedule = Schedule.Parse(Resolve(trigger.Schedule));
        var store = new TimerStore(connections.Container("azure-webjobs-hosts"), settings.HostId, function.Name, TimerSettings.From(configuration), logger);
        return new TimerListener(function, trigger, schedule, store, runner, shutdown, clock, logger);
    }

    private string Resolve(string text) =>
        settings.Resolve(text, out var missing) ?? throw new SettingException($"the setting '{missing}' is missing");

    private sealed class SettingException(string message) : Exception(message);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Function} is disabled: {Reason}")]
        public static partial void Disabled(ILogger logger, string function, string reason);

        [LoggerMessage(Level = LogLevel.Error, Message = "{Function} is no longer started by its trigger.")]
        public static partial void Ended(ILogger logger, Exception failure, string function);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Functions that still ran at the end of the time to finish were left.")]
        public static partial void StillRunning(ILogger logger);
    }
}
