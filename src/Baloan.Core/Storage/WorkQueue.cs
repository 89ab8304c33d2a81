using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Baloan.Core.Storage;

/// <summary>The queue of settlements and uploads to carry on.</summary>
public sealed partial class WorkQueue(StorageClients storage, StorageSetup setup, ILogger<WorkQueue> logger)
{
    private readonly MessageQueue queue = new(storage, setup, StorageSetup.WorkQueueName);

    /// <summary>Puts a message on the queue, seen after <paramref name="delay"/>.</summary>
    public Task SendAsync(string kind, string id, TimeSpan delay, CancellationToken cancellationToken) =>
        queue.SendAsync(new WorkMessage(kind, id, Activity.Current?.Id).ToText(), delay, cancellationToken);

    /// <summary>Has a row looked at after a while.</summary>
    /// <remarks>Where the queue is away this only logs: the row is written, and the sweep makes the message good.</remarks>
    public async Task ScheduleAsync(string kind, string id, TimeSpan delay, CancellationToken cancellationToken)
    {
        try
        {
            await SendAsync(kind, id, delay, cancellationToken);
        }
        catch (Exception outage) when (StorageOutage.IsCauseOf(outage))
        {
            Log.NotQueued(logger, kind, id, outage);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "No message could be put on the queue for {Kind} {Id}; the sweep will do so.")]
        public static partial void NotQueued(ILogger logger, string kind, string id, Exception exception);
    }
}
