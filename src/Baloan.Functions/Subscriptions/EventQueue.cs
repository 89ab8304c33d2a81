using System.Text.Json;
using Baloan.Core.Storage;
using Baloan.Functions.Http;

namespace Baloan.Functions.Subscriptions;

/// <summary>The queue of events to deliver, and the one of those that were given up.</summary>
public sealed class EventQueue(StorageClients storage, StorageSetup setup)
{
    private readonly MessageQueue queue = new(storage, setup, StorageSetup.EventsQueueName);
    private readonly MessageQueue poison = new(storage, setup, StorageSetup.EventsPoisonQueueName);

    /// <summary>Puts a message on the queue, seen after <paramref name="delay"/>.</summary>
    public Task SendAsync(EventMessage message, TimeSpan delay, CancellationToken cancellationToken) =>
        queue.SendAsync(TextOf(message), delay, cancellationToken);

    /// <summary>Keeps a message that was given up, until a person deals with it.</summary>
    public Task KeepAsync(EventMessage message, CancellationToken cancellationToken) =>
        poison.SendAsync(TextOf(message), TimeSpan.Zero, cancellationToken);

    // Not escaped: a message has room for 48 KB, and Persian would take three times as much of it.
    private static string TextOf(EventMessage message) => JsonSerializer.Serialize(message, ApiJson.Answers.EventMessage);
}
