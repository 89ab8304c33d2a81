using System.Diagnostics;
using System.Text.Json;
using Azure;
using Microsoft.Extensions.Logging;

namespace Baloan.Core.Storage;

/// <summary>The queue of settlements and uploads to carry on.</summary>
public sealed partial class WorkQueue(StorageClients storage, StorageSetup setup, ILogger<WorkQueue> logger)
{
    private readonly MessageQueue queue = new(storage, setup, StorageSetup.WorkQueueName);

    /// <summary>Puts a message on the queue, seen after <paramref name="delay"/>.</summary>
    /// <param name="kind">What the message is about.</param>
    /// <param name="id">The row that it is about.</param>
    /// <param name="delay">From zero to six days.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="answer">What Baloan said, where the row cannot be written.</param>
    public Task SendAsync(string kind, string id, TimeSpan delay, CancellationToken cancellationToken, JsonElement? answer = null) =>
        queue.SendAsync(new WorkMessage(kind, id, Activity.Current?.Id, answer).ToText(), delay, cancellationToken);

    /// <summary>Has a row looked at after a while.</summary>
    /// <remarks>Where the queue is away or gone this only logs: the row is written, and the sweep makes the message good.</remarks>
    public async Task ScheduleAsync(string kind, string id, TimeSpan delay, CancellationToken cancellationToken)
    {
        try
        {
            await SendAsync(kind, id, delay, cancellationToken);
        }
        catch (Exception outage) when (outage is RequestFailedException || StorageOutage.IsCauseOf(outage))
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
