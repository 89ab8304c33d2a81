using System.Diagnostics;

namespace Baloan.Core.Storage;

/// <summary>The queue of settlements and uploads to carry on.</summary>
public sealed class WorkQueue(StorageClients storage, StorageSetup setup)
{
    private readonly MessageQueue queue = new(storage, setup, StorageSetup.WorkQueueName);

    /// <summary>Puts a message on the queue, seen after <paramref name="delay"/>.</summary>
    public Task SendAsync(string kind, string id, TimeSpan delay, CancellationToken cancellationToken) =>
        queue.SendAsync(new WorkMessage(kind, id, Activity.Current?.Id).ToText(), delay, cancellationToken);
}
