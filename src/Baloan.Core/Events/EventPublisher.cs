using System.Diagnostics;

namespace Baloan.Core.Events;

/// <summary>Tells subscribers what happened.</summary>
public sealed class EventPublisher(SubscriptionStore subscriptions, EventQueue queue, TimeProvider time)
{
    // The row of the change is written in a moment; a first look before that would be one for nothing.
    private static readonly TimeSpan UntilChangeIsWritten = TimeSpan.FromSeconds(1);

    // The message that was to come for what waits is lost.
    private static readonly TimeSpan Overdue = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Puts one message on the queue for each subscription that wants the event. One storage call where nobody has subscribed.
    /// </summary>
    /// <remarks>
    /// Where this fails, some subscribers may have their message already; publishing the same event again does no harm, since its
    /// id is the same.
    /// </remarks>
    /// <exception cref="Azure.RequestFailedException">Storage is away, or the event is too large for a message, which is a bug.</exception>
    /// <exception cref="AggregateException">Storage is away.</exception>
    public async Task PublishAsync(SubscriberEvent happened, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(happened);
        var delay = happened.Change is null ? TimeSpan.Zero : UntilChangeIsWritten;
        var now = time.GetUtcNow();
        var all = await subscriptions.ReadAllAsync(cancellationToken);
        await Task.WhenAll(
            all.Where(subscription => subscription.Wants(happened))
                .Select(subscription =>
                    queue.SendAsync(new EventMessage(subscription.RowKey, happened, 1, now, Activity.Current?.Id), delay, cancellationToken)
                )
        );
        await Task.WhenAll(
            all.Where(subscription => subscription.RetryAt > DateTimeOffset.UnixEpoch && subscription.RetryAt < now - Overdue)
                .Select(subscription => queue.SendRetryAsync(subscription.RowKey, TimeSpan.Zero, cancellationToken))
        );
    }
}
