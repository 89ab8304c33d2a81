using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Baloan.Core.Storage;
using Baloan.Core.Telemetry;
using Baloan.Core.Tokens;
using Microsoft.Extensions.Logging;

namespace Baloan.Core.Events;

/// <summary>Delivers events: at least once, tried again for a day, and kept for a person where that did not help.</summary>
/// <remarks>
/// No subscriber waits for another one. A message has its place in the queue's function for half a second; a receiver that takes longer
/// is waited for without it, with a row as the copy that outlives this process. While a receiver fails (its circuit is open), its events
/// go into rows without being tried, and one message alone comes for all of them, after waits that grow.
/// </remarks>
public sealed partial class EventDelivery(
    SubscriptionStore subscriptions,
    EventBacklog backlog,
    IChangeRecord changes,
    WebhookUrlPolicy policy,
    WebhookPlaces places,
    WebhookSigner signer,
    WebhookClient client,
    EventQueue queue,
    TimeProvider time,
    AppMeter meter,
    ILogger<EventDelivery> logger
)
{
    private const int GoneForGood = 410;
    private const string NotAllowed = "its host is not allowed any more";

    // What is tried at once of a subscription that takes events again.
    private const int AtOnce = 8;

    private static readonly TimeSpan Patience = TimeSpan.FromDays(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    // How long a delivery keeps its place in the queue's function.
    private static readonly TimeSpan PlacePatience = TimeSpan.FromMilliseconds(500);

    // By then a receiver that is waited for has answered, or has been given up.
    private static readonly TimeSpan UntilAnswered = TimeSpan.FromSeconds(20);

    // Whoever takes up a backlog works on it for so long, and it is nobody else's until the claim ends.
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Claim = TimeSpan.FromSeconds(60);

    // A message may come early by another instance's clock.
    private static readonly TimeSpan ClockDifference = TimeSpan.FromSeconds(5);

    // Until a place is free again.
    private static readonly TimeSpan UntilPlace = TimeSpan.FromSeconds(2);

    // By then whoever announced the change has written it, or died.
    private static readonly TimeSpan ChangePatience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan ChangeWait = TimeSpan.FromSeconds(10);

    // After each failure; the longest wait after all later ones.
    private static readonly TimeSpan[] Waits =
    [
        TimeSpan.FromSeconds(10),
        TimeSpan.FromSeconds(30),
        TimeSpan.FromMinutes(1),
        TimeSpan.FromMinutes(2),
        TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(10),
        TimeSpan.FromMinutes(20),
        TimeSpan.FromMinutes(30),
    ];

    private static readonly DateTimeOffset? NoPlace = DateTimeOffset.MaxValue;

    /// <summary>Tries once, and keeps the event for the next try where that is needed.</summary>
    /// <remarks>Receivers and tables may be away; only where the queue is, this throws, and the message at hand comes again.</remarks>
    public Task DeliverAsync(EventMessage message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        return TracedAsync(
            message,
            async () =>
            {
                try
                {
                    if (message.Event.Change is { } change)
                    {
                        if (!await changes.HasChangeAsync(change.Uuid, change.Key, message.Event.Id, cancellationToken))
                        {
                            await WaitForChangeAsync(message);
                            return;
                        }

                        // Written once, it stays.
                        message = message with
                        {
                            Event = message.Event with { Change = null },
                        };
                    }

                    await DeliverInTurnAsync(message, cancellationToken);
                }
                catch (Exception outage) when (StorageOutage.IsCauseOf(outage))
                {
                    await PutBackAsync(message);
                }
            }
        );
    }

    /// <summary>Tries what waits for a subscription. Where nothing does, or somebody else is at it, nothing happens.</summary>
    public async Task RetryAsync(string subscription, CancellationToken cancellationToken)
    {
        try
        {
            if (await ClaimAsync(subscription, cancellationToken) is not { } claimed)
            {
                return;
            }

            var drain = DrainAsync(claimed, cancellationToken);
            if (!await EndsInTimeAsync(drain))
            {
                await queue.SendRetryAsync(subscription, Claim, CancellationToken.None);
                _ = WithoutPlaceAsync(subscription, drain);
            }
        }
        catch (Exception outage) when (StorageOutage.IsCauseOf(outage))
        {
            Log.StorageAway(logger, subscription, outage);
            await queue.SendRetryAsync(subscription, Claim, CancellationToken.None);
        }
    }

    /// <summary>Has what failed for good tried again, as if it had been published now.</summary>
    /// <exception cref="Azure.RequestFailedException">Storage is away; asking again goes on.</exception>
    public async Task RedeliverAsync(string subscription, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await queue.TakeBackAsync(
            subscription,
            message => backlog.KeepAsync(BacklogEntry.Of(message, EventQueue.TextOf(message)).Anew(now), cancellationToken),
            cancellationToken
        );
        await backlog.RestoreAsync(subscription, now, cancellationToken);
        await ComeAgainAsync(subscription, now);
    }

    /// <returns>The subscription as it is then; null where it is gone, or somebody else is at it or will be.</returns>
    private async Task<Subscription?> ClaimAsync(string subscription, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await subscriptions.FindAsync(subscription, cancellationToken) is not { } row)
            {
                await backlog.ClearAsync(subscription, cancellationToken);
                return null;
            }

            var now = time.GetUtcNow();
            if (row.RetryAt > now + ClockDifference)
            {
                return null;
            }

            // Not claimed where a delivery was recorded meanwhile, too.
            if (await subscriptions.ClaimAsync(row, now + Claim, cancellationToken))
            {
                return await subscriptions.FindAsync(subscription, cancellationToken);
            }
        }
    }

    private static Task TracedAsync(EventMessage message, Func<Task> work) =>
        Traces.ContinueAsync(
            "deliver event",
            StorageSetup.EventsQueueName,
            message.TraceParent,
            () =>
            {
                Traces.Tag(Traces.EventId, message.Event.Id);
                Traces.Tag(Traces.EventType, message.Event.Type);
                Traces.Tag(Traces.Subscription, message.Subscription);
                return work();
            }
        );

    private async Task DeliverInTurnAsync(EventMessage message, CancellationToken cancellationToken)
    {
        if (await subscriptions.FindAsync(message.Subscription, cancellationToken) is not { } subscription)
        {
            Log.Unsubscribed(logger, message.Event.Id, message.Subscription);
            return;
        }

        var (id, entry) = (subscription.RowKey, BacklogEntry.Of(message, EventQueue.TextOf(message)));
        if (policy.Check(subscription.CallbackUrl, out _) is not { } url)
        {
            await GiveUpAsync(message, entry, NotAllowed);
            return;
        }

        var place = subscription.Failures > 0 ? null : places.TryTake(id, url);
        if (place is null)
        {
            await backlog.KeepAsync(entry, cancellationToken);
            await WakeAsync(id, subscription.Failures > 0 ? TimeSpan.Zero : UntilPlace, cancellationToken);
            meter.EventTried("put_off");
            return;
        }

        var post = PostAsync(subscription, url, message, place, cancellationToken);
        if (await EndsInTimeAsync(post))
        {
            await ConcludeAndWakeAsync(isKept: false);
            return;
        }

        await backlog.KeepAsync(entry with { DueAt = time.GetUtcNow() + UntilAnswered }, CancellationToken.None);
        await WakeAsync(id, UntilAnswered, CancellationToken.None);
        _ = WithoutPlaceAsync(id, ConcludeAndWakeAsync(isKept: true));

        async Task ConcludeAndWakeAsync(bool isKept)
        {
            if (await ConcludeAsync(subscription, message, entry, await post, isKept) is { } next)
            {
                await WakeAsync(id, next - time.GetUtcNow(), CancellationToken.None);
            }
        }
    }

    /// <summary>Tries the rows that wait and are due: one alone while the receiver does not answer, else several at once.</summary>
    private async Task DrainAsync(Subscription subscription, CancellationToken cancellationToken)
    {
        var (id, began) = (subscription.RowKey, time.GetTimestamp());
        while (true)
        {
            var url = policy.Check(subscription.CallbackUrl, out _);
            if (url is null)
            {
                await GiveUpAsync(id, _ => true, NotAllowed);
            }

            var waiting = await backlog.ReadWaitingAsync(id, cancellationToken);
            if (url is null || waiting.Count == 0)
            {
                // Who keeps a row looks at this afterwards, and this looks for rows afterwards: one of the two sees the other.
                await subscriptions.RecordRetryAsync(id, null, CancellationToken.None);
                if ((await backlog.ReadWaitingAsync(id, cancellationToken)).Count > 0)
                {
                    await WakeAsync(id, TimeSpan.Zero, CancellationToken.None);
                }

                return;
            }

            var now = time.GetUtcNow();
            // A receiver that hangs on one event only must not be asked with that one for ever.
            BacklogEntry[] due =
                subscription.Failures > 0
                    ? [waiting.MinBy(row => row.Attempts)!]
                    : [.. waiting.Where(row => row.DueAt <= now + ClockDifference).Take(AtOnce)];
            if (due.Length == 0 || time.GetElapsedTime(began) > DrainTime)
            {
                // At once, but behind others on the queue, where the time alone is up.
                await ComeAgainAsync(id, due.Length > 0 ? now : waiting.Min(row => row.DueAt));
                return;
            }

            var tries = await Task.WhenAll(due.Select(row => TryAsync(subscription, url, row, cancellationToken)));
            if (await subscriptions.FindAsync(id, CancellationToken.None) is not { } after)
            {
                await backlog.ClearAsync(id, CancellationToken.None);
                return;
            }

            if (tries.Contains(NoPlace))
            {
                await ComeAgainAsync(id, time.GetUtcNow() + UntilPlace);
                return;
            }

            if (after.Failures > 0)
            {
                now = time.GetUtcNow();
                await GiveUpAsync(id, row => now - row.Since >= Patience, "it does not answer");
                await ComeAgainAsync(id, tries.Max() ?? now + WaitAfter(after.Failures));
                return;
            }

            subscription = after;
        }
    }

    /// <returns>As <see cref="ConcludeAsync"/>; <see cref="NoPlace"/> where it was not tried.</returns>
    private async Task<DateTimeOffset?> TryAsync(Subscription subscription, Uri url, BacklogEntry head, CancellationToken cancellationToken)
    {
        if (await backlog.FindAsync(head, cancellationToken) is not { } entry)
        {
            return null;
        }

        if (MessageOf(entry) is not { } message)
        {
            Log.Unreadable(logger, entry.RowKey, subscription.RowKey);
            await backlog.RemoveAsync(subscription.RowKey, entry.RowKey, CancellationToken.None);
            return null;
        }

        if (places.TryTake(subscription.RowKey, url) is not { } place)
        {
            return NoPlace;
        }

        DateTimeOffset? next = null;
        await TracedAsync(
            message,
            async () =>
            {
                var result = await PostAsync(subscription, url, message, place, cancellationToken);
                next = await ConcludeAsync(subscription, message, entry, result, isKept: true);
            }
        );
        return next;
    }

    private async Task<WebhookResult> PostAsync(
        Subscription subscription,
        Uri url,
        EventMessage message,
        IDisposable place,
        CancellationToken cancellationToken
    )
    {
        using (place)
        {
            var json = JsonSerializer.SerializeToUtf8Bytes(DeliveredEvent.Of(message.Event), EventJson.Readable.DeliveredEvent);
            try
            {
                return await client.PostAsync(
                    url,
                    json,
                    await signer.HeadersAsync(subscription, message.Event.Id, json, cancellationToken),
                    cancellationToken
                );
            }
            catch (Exception failure) when (failure is KeyVaultUnavailableException or NotConfiguredException or CryptographicException)
            {
                Log.NotSigned(logger, message.Event.Id, subscription.RowKey, failure);
                return new WebhookResult(null, "it could not be signed");
            }
        }
    }

    /// <summary>Does what follows from a try.</summary>
    /// <returns>When it has to be tried again (UTC); null where it has not.</returns>
    private async Task<DateTimeOffset?> ConcludeAsync(
        Subscription subscription,
        EventMessage message,
        BacklogEntry entry,
        WebhookResult result,
        bool isKept
    )
    {
        var id = subscription.RowKey;
        switch (result.Status)
        {
            case >= 200 and < 300:
                if (isKept)
                {
                    await backlog.RemoveAsync(id, entry.RowKey, CancellationToken.None);
                }
                else if (time.GetUtcNow() - message.FirstAt > Patience)
                {
                    // It was given up once, and a person has put it back on the queue.
                    await backlog.RemoveAsync(id, entry.As(BacklogEntry.Failed).RowKey, CancellationToken.None);
                }

                await subscriptions.RecordTryAsync(id, time.GetUtcNow(), result.Status, 0, CancellationToken.None);
                Log.Delivered(logger, message.Event.Id, id, entry.Attempts + 1);
                meter.EventTried("delivered");
                return null;
            case GoneForGood:
                await subscriptions.RemoveAsync(id, subscription.ETag, CancellationToken.None);
                await backlog.RemoveAsync(id, entry.RowKey, CancellationToken.None);
                Log.EndedByReceiver(logger, id, message.Event.Id);
                meter.EventTried("ended_by_receiver");
                // Made again meanwhile, or gone: what else waits is tried or taken away.
                return time.GetUtcNow();
            default:
                return await FailAsync(subscription, message, entry, result);
        }
    }

    private async Task<DateTimeOffset?> FailAsync(
        Subscription subscription,
        EventMessage message,
        BacklogEntry entry,
        WebhookResult failure
    )
    {
        var now = time.GetUtcNow();
        // Only who does not answer at all keeps a place occupied, and is left alone with all that waits for it.
        var failures = failure.Status is null ? subscription.Failures + 1 : 0;
        await subscriptions.RecordTryAsync(subscription.RowKey, now, failure.Status, failures, CancellationToken.None);
        if (now - entry.Since >= Patience)
        {
            await GiveUpAsync(message, entry, failure.Text);
            return failures > 0 ? now + WaitAfter(failures) : null;
        }

        entry = entry with { Attempts = entry.Attempts + 1 };
        var wait = WaitAfter(Math.Max(failures, entry.Attempts));
        if (failure.RetryAfter > wait)
        {
            wait = failure.RetryAfter < LongestWait ? failure.RetryAfter.Value : LongestWait;
        }

        // The last try is at the end of the day.
        var left = entry.Since + Patience - now;
        wait = wait < left ? wait : left;
        await backlog.KeepAsync(entry with { DueAt = now + wait }, CancellationToken.None);
        Log.NotDelivered(logger, message.Event.Id, subscription.RowKey, entry.Attempts, failure.Text, (int)wait.TotalSeconds);
        meter.EventTried("put_off");
        return now + wait;
    }

    /// <summary>The wait after that many failures. What was put off together must not come back together.</summary>
    private static TimeSpan WaitAfter(int failures) =>
        (failures <= Waits.Length ? Waits[failures - 1] : LongestWait) * (1 + (Random.Shared.NextDouble() / 5));

    private async Task GiveUpAsync(string subscription, Func<BacklogEntry, bool> which, string reason)
    {
        foreach (var head in (await backlog.ReadWaitingAsync(subscription, CancellationToken.None)).Where(which))
        {
            if (await backlog.FindAsync(head, CancellationToken.None) is { } entry && MessageOf(entry) is { } message)
            {
                await GiveUpAsync(message, entry, reason);
            }
        }
    }

    private async Task GiveUpAsync(EventMessage message, BacklogEntry entry, string reason)
    {
        await queue.KeepAsync(EventQueue.TextOf(message), CancellationToken.None);
        await backlog.KeepAsync(entry.As(BacklogEntry.Failed), CancellationToken.None);
        await backlog.RemoveAsync(message.Subscription, entry.RowKey, CancellationToken.None);
        Log.GivenUp(logger, message.Event.Id, message.Subscription, entry.Attempts + 1, reason);
        meter.EventTried("given_up");
    }

    private static EventMessage? MessageOf(BacklogEntry entry) => EventQueue.Read(Encoding.UTF8.GetString(entry.Message));

    private async Task ComeAgainAsync(string subscription, DateTimeOffset at)
    {
        // In this order: a message that comes before its time is dropped. Should this process die in between, the next event has one sent.
        await subscriptions.RecordRetryAsync(subscription, at, CancellationToken.None);
        await queue.SendRetryAsync(subscription, at - time.GetUtcNow(), CancellationToken.None);
    }

    /// <summary>
    /// Sees to it that a message comes for what waits, about then at the latest, or when the receiver is to be tried again.
    /// </summary>
    private async Task WakeAsync(string subscription, TimeSpan delay, CancellationToken cancellationToken)
    {
        var row = await subscriptions.FindAsync(subscription, cancellationToken);
        if (row is null)
        {
            await backlog.ClearAsync(subscription, cancellationToken);
        }
        else if (time.GetUtcNow() is var now && !(row.RetryAt > now && (row.Failures > 0 || row.RetryAt <= now + delay + Claim)))
        {
            await ComeAgainAsync(subscription, now + delay);
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

    /// <summary>Where the tables are away, the message itself waits.</summary>
    private async Task PutBackAsync(EventMessage message)
    {
        var wait = message.Attempt <= Waits.Length ? Waits[message.Attempt - 1] : LongestWait;
        await queue.SendAsync(message with { Attempt = message.Attempt + 1 }, wait, CancellationToken.None);
        Log.NotDelivered(
            logger,
            message.Event.Id,
            message.Subscription,
            message.Attempt,
            "storage does not answer",
            (int)wait.TotalSeconds
        );
        meter.EventTried("put_off");
    }

    /// <returns>Whether it ended while it may keep its place, however it did; not where it still goes on.</returns>
    private async Task<bool> EndsInTimeAsync(Task work)
    {
        // As a time limit, and not as a wait: clocks of tests tell these apart.
        using var patience = new CancellationTokenSource(PlacePatience, time);
        await Task.WhenAny(work, Task.Delay(Timeout.InfiniteTimeSpan, patience.Token));
        return work.IsCompleted;
    }

    private async Task WithoutPlaceAsync(string subscription, Task work)
    {
        try
        {
            await work;
        }
        catch (Exception failure)
        {
            // The rows are there, and a message comes for them.
            Log.LeftForLater(logger, subscription, failure);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Event {Event} was delivered to subscription {Subscription} (try {Attempt}).")]
        public static partial void Delivered(ILogger logger, string @event, string subscription, int attempt);

        [LoggerMessage(
            2,
            LogLevel.Warning,
            "Event {Event} could not be delivered to subscription {Subscription} (try {Attempt}): {Reason}. The next try is in {Wait} "
                + "seconds."
        )]
        public static partial void NotDelivered(ILogger logger, string @event, string subscription, int attempt, string reason, int wait);

        [LoggerMessage(
            3,
            LogLevel.Critical,
            "Event {Event} is not tried any more for subscription {Subscription} ({Attempts} tries): {Reason}. It is kept in the queue "
                + "events-poison."
        )]
        public static partial void GivenUp(ILogger logger, string @event, string subscription, int attempts, string reason);

        [LoggerMessage(4, LogLevel.Information, "Subscription {Subscription} was ended by its receiver (410) on event {Event}.")]
        public static partial void EndedByReceiver(ILogger logger, string subscription, string @event);

        [LoggerMessage(5, LogLevel.Information, "Event {Event} is not delivered: subscription {Subscription} has ended.")]
        public static partial void Unsubscribed(ILogger logger, string @event, string subscription);

        [LoggerMessage(
            6,
            LogLevel.Information,
            "Event {Event} for subscription {Subscription} is dropped: the change that it tells of was never recorded."
        )]
        public static partial void NeverRecorded(ILogger logger, string @event, string subscription);

        [LoggerMessage(7, LogLevel.Warning, "What waits for subscription {Subscription} is tried again later: storage does not answer.")]
        public static partial void StorageAway(ILogger logger, string subscription, Exception exception);

        [LoggerMessage(8, LogLevel.Warning, "Event {Event} could not be signed for subscription {Subscription}.")]
        public static partial void NotSigned(ILogger logger, string @event, string subscription, Exception exception);

        [LoggerMessage(9, LogLevel.Error, "Row {Row} of subscription {Subscription} holds no event and is taken away.")]
        public static partial void Unreadable(ILogger logger, string row, string subscription);

        [LoggerMessage(10, LogLevel.Warning, "A delivery to subscription {Subscription} ended without an outcome; it is tried again.")]
        public static partial void LeftForLater(ILogger logger, string subscription, Exception exception);
    }
}
