using System.Diagnostics;
using System.Text.Json;
using Azure.Storage.Queues;
using Baloan.Functions.Http;

namespace Baloan.Functions.Storage;

/// <summary>The queue of settlements and uploads to carry on.</summary>
public sealed class WorkQueue(StorageClients storage, StorageSetup setup)
{
    // A delay of a message ends with its life, which is seven days.
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(6);

    private readonly QueueClient queue = storage.Queues.GetQueueClient(StorageSetup.WorkQueueName);

    /// <summary>Puts a message on the queue, seen after <paramref name="delay"/>.</summary>
    public async Task SendAsync(string kind, string id, TimeSpan delay, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        var message = JsonSerializer.Serialize(new WorkMessage(kind, id, Activity.Current?.Id), ApiJson.Default.WorkMessage);
        var wait = delay <= TimeSpan.Zero ? TimeSpan.Zero : delay > LongestDelay ? LongestDelay : delay;
        // Queue storage counts in whole seconds; a message must not come before its time.
        await queue.SendMessageAsync(message, TimeSpan.FromSeconds(Math.Ceiling(wait.TotalSeconds)), cancellationToken: cancellationToken);
    }
}
