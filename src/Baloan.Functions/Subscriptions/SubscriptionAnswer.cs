namespace Baloan.Functions.Subscriptions;

/// <summary>The answer to a subscription: never where it leads.</summary>
/// <param name="Id">By which it can be ended.</param>
public sealed record SubscriptionAnswer(string Id);
