using System.Text.Json.Nodes;

namespace Baloan.Core.Events;

/// <summary>An event as its receiver gets it.</summary>
/// <param name="Id">The same on every try.</param>
/// <param name="Type"><c>loan_state</c> or <c>settlement</c>.</param>
/// <param name="OccurredAt">UTC.</param>
/// <param name="Data">What there is to know.</param>
public sealed record DeliveredEvent(string Id, string Type, DateTimeOffset OccurredAt, JsonObject Data)
{
    /// <summary>What a receiver gets of an event.</summary>
    public static DeliveredEvent Of(SubscriberEvent happened) => new(happened.Id, happened.Type, happened.OccurredAt, happened.Data);
}
