namespace Baloan.Core.Events;

/// <summary>A message of the queue <c>events</c>: one event on its way to one subscriber.</summary>
/// <param name="Subscription">The subscription's id. Where it leads is read from its row, each time.</param>
/// <param name="Event">The event.</param>
/// <param name="Attempt">Which try of its delivery this is, from 1 on.</param>
/// <param name="FirstAt">When it was announced (UTC).</param>
/// <param name="TraceParent">The W3C trace context of what announced it.</param>
public sealed record EventMessage(string Subscription, SubscriberEvent Event, int Attempt, DateTimeOffset FirstAt, string? TraceParent);
