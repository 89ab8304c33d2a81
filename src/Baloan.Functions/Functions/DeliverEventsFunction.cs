using System.Text.Json;
using Baloan.Core.Events;
using Baloan.Core.Storage;
using Microsoft.Azure.Functions.Worker;

namespace Baloan.Functions.Functions;

/// <summary>Takes messages off the queue <c>events</c>.</summary>
public sealed class DeliverEventsFunction(EventDelivery delivery)
{
    /// <summary>Tries to deliver one event to one subscriber, or all that waits for one.</summary>
    /// <exception cref="JsonException">The message is none of this app; it ends in the poison queue, where a person can look at
    /// it.</exception>
    [Function("DeliverEvents")]
    public async Task Run([QueueTrigger(StorageSetup.EventsQueueName)] string message, CancellationToken cancellationToken)
    {
        if (EventQueue.Read(message) is { } work)
        {
            await delivery.DeliverAsync(work, cancellationToken);
            return;
        }

        if (EventQueue.ReadRetry(message) is not { } subscription)
        {
            throw new JsonException("The message holds no event.");
        }

        await delivery.RetryAsync(subscription, cancellationToken);
    }
}
