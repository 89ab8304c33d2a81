using System.Text.Json;
using Baloan.Functions.Http;
using Baloan.Functions.Loans;
using Baloan.Functions.Telemetry;
using Microsoft.Extensions.Logging;

namespace Baloan.Functions.Subscriptions;

/// <summary>Delivers events: at least once, tried again for a day, and kept for a person where that did not help.</summary>
public sealed partial class EventDelivery(
    SubscriptionStore subscriptions,
    LoanStore loans,
    WebhookUrlPolicy policy,
    WebhookClient client,
    EventQueue queue,
    TimeProvider time,
    AppMeter meter,
    ILogger<EventDelivery> logger)
{
    private const int GoneForGood = 410;

    private static readonly TimeSpan Patience = TimeSpan.FromDays(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    // By then whoever announced the change has written it, or died.
    private static readonly TimeSpan ChangePatience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan ChangeWait = TimeSpan.FromSeconds(10);

    // After each try; the longest wait after all later ones.
    private static readonly TimeSpan[] Waits =
    [
        TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(20), TimeSpan.FromMinutes(30),
    ];

    /// <summary>Tries once, and puts the next try on the queue where that is needed.</summary>
    /// <remarks>Receivers and tables may be away; only where the queue is, this throws, and the message at hand comes again.</remarks>
    public async Task DeliverAsync(EventMessage message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        Traces.Tag(Traces.EventId, message.Event.Id);
        Traces.Tag(Traces.EventType, message.Event.Type);
        Traces.Tag(Traces.Subscription, message.Subscription);
        try
        {
            if (message.Event.Change is { } change)
            {
                if (!await loans.HasChangeAsync(change.Uuid, change.Key, message.Event.Id, cancellationToken))
                {
                    await WaitForChangeAsync(message);
                    return;
                }

                // Written once, it stays.
                message = message with { Event = message.Event with { Change = null } };
            }

            if (await PostAsync(message, cancellationToken) is { } failure)
            {
                await TryAgainAsync(message, failure);
            }
        }
        catch (Exception outage) when (Problems.IsStorageOutage(outage))
        {
            await TryAgainAsync(message, new WebhookResult(null, "storage does not answer"));
        }
    }

    /// <returns>What went wrong; null where nothing more is to be done.</returns>
    private async Task<WebhookResult?> PostAsync(EventMessage message, CancellationToken cancellationToken)
    {
        if (await subscriptions.FindAsync(message.Subscription, cancellationToken) is not { } subscription)
        {
            Log.Unsubscribed(logger, message.Event.Id, message.Subscription);
            return null;
        }

        if (policy.Check(subscription.CallbackUrl, out _) is not { } url)
        {
            return new WebhookResult(null, "the host is not allowed any more");
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(DeliveredEvent.Of(message.Event), ApiJson.Answers.DeliveredEvent);
        var result = await client.PostAsync(url, json, cancellationToken);
        switch (result.Status)
        {
            case >= 200 and < 300:
                Log.Delivered(logger, message.Event.Id, message.Subscription, message.Attempt);
                meter.EventTried("delivered");
                return null;
            case GoneForGood:
                await subscriptions.RemoveAsync(message.Subscription, subscription.ETag, CancellationToken.None);
                Log.EndedByReceiver(logger, message.Subscription, message.Event.Id);
                meter.EventTried("ended_by_receiver");
                return null;
            default:
                return result;
        }
    }

    private async Task WaitForChangeAsync(EventMessage message)
    {
        if (time.GetUtcNow() - message.FirstAt < ChangePatience)
        {
            await queue.SendAsync(message, ChangeWait, CancellationToken.None);
        }
        else
        {
            // Its sender was told that it was not recorded and sends it again, which is an event of its own.
            Log.NeverRecorded(logger, message.Event.Id, message.Subscription);
        }
    }

    private async Task TryAgainAsync(EventMessage message, WebhookResult failure)
    {
        var left = message.FirstAt + Patience - time.GetUtcNow();
        if (left <= TimeSpan.Zero)
        {
            await queue.KeepAsync(message, CancellationToken.None);
            Log.GivenUp(logger, message.Event.Id, message.Subscription, message.Attempt, failure.Text);
            meter.EventTried("given_up");
            return;
        }

        // What was put off together must not come back together.
        var wait = (message.Attempt <= Waits.Length ? Waits[message.Attempt - 1] : LongestWait) * (1 + (Random.Shared.NextDouble() / 5));
        if (failure.RetryAfter > wait)
        {
            wait = failure.RetryAfter < LongestWait ? failure.RetryAfter.Value : LongestWait;
        }

        // The last try is at the end of the day.
        wait = wait < left ? wait : left;
        await queue.SendAsync(message with { Attempt = message.Attempt + 1 }, wait, CancellationToken.None);
        Log.NotDelivered(logger, message.Event.Id, message.Subscription, message.Attempt, failure.Text, (int)wait.TotalSeconds);
        meter.EventTried("put_off");
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Event {Event} was delivered to subscription {Subscription} (try {Attempt}).")]
        public static partial void Delivered(ILogger logger, string @event, string subscription, int attempt);

        [LoggerMessage(2, LogLevel.Warning, "Event {Event} could not be delivered to subscription {Subscription} (try {Attempt}): {Reason}. The next try is in {Wait} seconds.")]
        public static partial void NotDelivered(ILogger logger, string @event, string subscription, int attempt, string reason, int wait);

        [LoggerMessage(3, LogLevel.Critical, "Event {Event} could not be delivered to subscription {Subscription} within a day ({Attempts} tries): {Reason}. It is kept in the queue events-poison.")]
        public static partial void GivenUp(ILogger logger, string @event, string subscription, int attempts, string reason);

        [LoggerMessage(4, LogLevel.Information, "Subscription {Subscription} was ended by its receiver (410) on event {Event}.")]
        public static partial void EndedByReceiver(ILogger logger, string subscription, string @event);

        [LoggerMessage(5, LogLevel.Information, "Event {Event} is not delivered: subscription {Subscription} has ended.")]
        public static partial void Unsubscribed(ILogger logger, string @event, string subscription);

        [LoggerMessage(6, LogLevel.Information, "Event {Event} for subscription {Subscription} is dropped: the change that it tells of was never recorded.")]
        public static partial void NeverRecorded(ILogger logger, string @event, string subscription);
    }
}
