using System.Text.Json;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Baloan.Core.Storage;

namespace Baloan.Core.Events;

/// <summary>The queue of events to deliver, and the one of those that were given up.</summary>
public sealed class EventQueue(StorageClients storage, StorageSetup setup)
{
    // What a call brings at the most, and how many calls one look takes at the most.
    private const int Batch = 32;
    private const int MostBatches = 64;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(30);

    private readonly MessageQueue queue = new(storage, setup, StorageSetup.EventsQueueName);
    private readonly MessageQueue poison = new(storage, setup, StorageSetup.EventsPoisonQueueName);
    private readonly QueueClient poisonQueue = storage.Queues.GetQueueClient(StorageSetup.EventsPoisonQueueName);

    /// <summary>Puts a message on the queue, seen after <paramref name="delay"/>.</summary>
    public Task SendAsync(EventMessage message, TimeSpan delay, CancellationToken cancellationToken) =>
        queue.SendAsync(TextOf(message), delay, cancellationToken);

    /// <summary>Has what waits for a subscription tried again after <paramref name="delay"/>.</summary>
    public Task SendRetryAsync(string subscription, TimeSpan delay, CancellationToken cancellationToken) =>
        queue.SendAsync(
            JsonSerializer.Serialize(new RetryMessage(subscription), EventJson.Readable.RetryMessage),
            delay,
            cancellationToken
        );

    /// <summary>Keeps a message that was given up, until a person deals with it.</summary>
    /// <param name="text">As <see cref="TextOf"/> made it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task KeepAsync(string text, CancellationToken cancellationToken) => poison.SendAsync(text, TimeSpan.Zero, cancellationToken);

    /// <summary>
    /// Takes what was given up of one subscription off the poison queue; what is somebody else's stays, and is seen again soon.
    /// </summary>
    /// <param name="subscription">The subscription's id.</param>
    /// <param name="take">Given each message before it is taken off.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task TakeBackAsync(string subscription, Func<EventMessage, Task> take, CancellationToken cancellationToken)
    {
        await setup.QueuesReadyAsync(cancellationToken);
        for (var batches = 0; batches < MostBatches; batches++)
        {
            QueueMessage[] messages = await poisonQueue.ReceiveMessagesAsync(Batch, Look, cancellationToken);
            foreach (var message in messages)
            {
                if (Read(message.Body.ToString()) is { } kept && kept.Subscription == subscription)
                {
                    await take(kept);
                    await poisonQueue.DeleteMessageAsync(message.MessageId, message.PopReceipt, cancellationToken);
                }
            }

            if (messages.Length == 0)
            {
                return;
            }
        }
    }

    /// <summary>A message as a text; null where the text is none of this app.</summary>
    public static EventMessage? Read(string text)
    {
        try
        {
            return
                JsonSerializer.Deserialize(text, EventJson.Readable.EventMessage)
                    is { Subscription.Length: > 0, Event: { Id.Length: > 0, Type.Length: > 0, Data: not null }, Attempt: > 0 } message
                && message.FirstAt != default
                && message.Event.Change is null or { Uuid.Length: > 0, Key.Length: > 0 }
                ? message
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The subscription that a message asks to have tried again; null where it asks for no such thing.</summary>
    /// <exception cref="JsonException">The text is no JSON.</exception>
    public static string? ReadRetry(string text) =>
        JsonSerializer.Deserialize(text, EventJson.Readable.RetryMessage) is { Retry: { Length: > 0 } subscription } ? subscription : null;

    /// <summary>A message as the queue has it.</summary>
    public static string TextOf(EventMessage message) => JsonSerializer.Serialize(message, EventJson.Readable.EventMessage);
}
