using Baloan.Core.Events;

namespace Baloan.Functions.Http.Responses;

/// <summary>The answer to a subscription: never where it leads.</summary>
/// <param name="Id">By which it can be ended.</param>
public sealed record SubscriptionResponse(string Id);

/// <summary>A subscription as callers see it: never the whole URL, never the secret.</summary>
/// <param name="Id">By which it can be ended.</param>
/// <param name="Host">Where events go.</param>
/// <param name="Allowed">Whether the settings still allow that; where they do not, nothing is sent.</param>
/// <param name="Events">The types of events.</param>
/// <param name="States">The states; empty for all.</param>
/// <param name="Signed">Whether events are signed.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="LastDelivery">The last try; null where there was none.</param>
/// <param name="Waiting">How many events wait for their next try.</param>
/// <param name="Failed">How many events failed for good.</param>
public sealed record SubscriptionDetails(
    string Id,
    string Host,
    bool Allowed,
    IReadOnlyList<string> Events,
    IReadOnlyList<string> States,
    bool Signed,
    DateTimeOffset CreatedAt,
    LastDeliveryResponse? LastDelivery,
    int Waiting,
    int Failed
)
{
    /// <summary>What a caller sees of a subscription.</summary>
    public static SubscriptionDetails Of(Subscription row, bool isAllowed, int waiting, int failed)
    {
        ArgumentNullException.ThrowIfNull(row);
        return new(
            row.RowKey,
            (Uri.TryCreate(row.CallbackUrl, UriKind.Absolute, out var url) ? WebhookUrlPolicy.HostOf(url) : null) ?? "",
            isAllowed,
            Subscription.Split(row.Events),
            Subscription.Split(row.States),
            row.IsSigned,
            row.CreatedAt,
            row.LastTriedAt is { } at ? new(at, row.LastStatus == Subscription.NoAnswer ? null : row.LastStatus) : null,
            waiting,
            failed
        );
    }
}

/// <summary>The last try to deliver an event.</summary>
/// <param name="At">UTC.</param>
/// <param name="Status">The HTTP status; null where there was no answer.</param>
public sealed record LastDeliveryResponse(DateTimeOffset At, int? Status);

/// <summary>All subscriptions.</summary>
/// <param name="Items">Oldest first.</param>
public sealed record SubscriptionList(IReadOnlyList<SubscriptionDetails> Items);
