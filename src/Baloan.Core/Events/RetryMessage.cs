namespace Baloan.Core.Events;

/// <summary>A message of the queue <c>events</c>: what waits for a subscription is to be tried again.</summary>
/// <param name="Retry">The subscription's id.</param>
public sealed record RetryMessage(string? Retry);
