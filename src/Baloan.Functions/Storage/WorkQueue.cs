using System.Diagnostics;
using System.Text.Json;
using Baloan.Functions.Http;
using Baloan.Functions.Settlements;

namespace Baloan.Functions.Storage;

/// <summary>The queue of settlements and uploads to carry on.</summary>
public sealed class WorkQueue(StorageClients storage, StorageSetup setup)
{
    private readonly MessageQueue queue = new(storage, setup, StorageSetup.WorkQueueName);

    /// <summary>Puts a message on the queue, seen after <paramref name="delay"/>.</summary>
    public Task SendAsync(string kind, string id, TimeSpan delay, CancellationToken cancellationToken, SettleAnswer? answer = null) =>
        queue.SendAsync(
            JsonSerializer.Serialize(new WorkMessage(kind, id, Activity.Current?.Id, answer), ApiJson.Default.WorkMessage), delay, cancellationToken);
}
