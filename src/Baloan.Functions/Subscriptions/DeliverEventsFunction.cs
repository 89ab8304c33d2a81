using System.Text.Json;
using Baloan.Core.Storage;
using Baloan.Core.Telemetry;
using Baloan.Functions.Http;
using Microsoft.Azure.Functions.Worker;

namespace Baloan.Functions.Subscriptions;

/// <summary>Takes messages off the queue <c>events</c>.</summary>
public sealed class DeliverEventsFunction(EventDelivery delivery)
{
    /// <summary>Tries to deliver one event to one subscriber.</summary>
    /// <exception cref="JsonException">The message is none of this app; it ends in the poison queue, where a person can look at it.</exception>
    [Function("DeliverEvents")]
    public async Task Run([QueueTrigger(StorageSetup.EventsQueueName)] string message, CancellationToken cancellationToken)
    {
        var work = JsonSerializer.Deserialize(message, ApiJson.Answers.EventMessage);
        if (work is not { Subscription.Length: > 0, Event: { Id.Length: > 0, Type.Length: > 0, Data: not null }, Attempt: > 0 }
            || work.Event.Change is not (null or { Uuid.Length: > 0, Key.Length: > 0 })
            || work.FirstAt == default)
        {
            throw new JsonException("The message holds no event.");
        }

        await Traces.ContinueAsync(
            "deliver event", StorageSetup.EventsQueueName, work.TraceParent, () => delivery.DeliverAsync(work, cancellationToken));
    }
}
