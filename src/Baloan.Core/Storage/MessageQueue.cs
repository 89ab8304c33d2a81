using Azure;
using Azure.Storage.Queues;

namespace Baloan.Core.Storage;

/// <summary>A queue of this app. Its messages stay until somebody takes them: nothing that was accepted may fade away.</summary>
public sealed class MessageQueue(StorageClients storage, StorageSetup setup, string name)
{
    // What Queue storage allows at the most is seven days.
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(6);
    private static readonly TimeSpan Forever = TimeSpan.FromSeconds(-1);

    private readonly QueueClient queue = storage.Queues.GetQueueClient(name);

    /// <summary>Puts a message on the queue, seen after <paramref name="delay"/>.</summary>
    public async Task SendAsync(string message, TimeSpan delay, CancellationToken cancellationToken)
    {
        await setup.QueuesReadyAsync(cancellationToken);
        var wait =
            delay <= TimeSpan.Zero ? TimeSpan.Zero
            : delay > LongestDelay ? LongestDelay
            : delay;
        // Queue storage counts in whole seconds; a message must not come before its time.
        var hidden = TimeSpan.FromSeconds(Math.Ceiling(wait.TotalSeconds));
        try
        {
            await queue.SendMessageAsync(message, hidden, Forever, cancellationToken);
        }
        catch (RequestFailedException deleted) when (deleted.Status == 404)
        {
            // Somebody has deleted the queue since the app started.
            await queue.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
            await queue.SendMessageAsync(message, hidden, Forever, cancellationToken);
        }
    }
}
