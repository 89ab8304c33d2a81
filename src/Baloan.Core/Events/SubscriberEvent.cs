using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Baloan.Core.Events;

/// <summary>Something that happened and that others may have subscribed to.</summary>
/// <param name="Id">Names it; the same on every try of every delivery, so that a receiver knows what it has had already.</param>
/// <param name="Type"><see cref="LoanState"/> or <see cref="Settlement"/>.</param>
/// <param name="State">The loan's state or the settlement's status, by which subscriptions choose.</param>
/// <param name="OccurredAt">UTC.</param>
/// <param name="Data">What the receiver gets to read: less than 32 KB, and no secret and no whole national identifier in it.</param>
public sealed record SubscriberEvent(string Id, string Type, string State, DateTimeOffset OccurredAt, JsonObject Data)
{
    /// <summary>The type of a loan's change of state.</summary>
    public const string LoanState = "loan_state";

    /// <summary>The type of a settlement's end.</summary>
    public const string Settlement = "settlement";

    /// <summary>All types.</summary>
    public static readonly IReadOnlyList<string> Types = [LoanState, Settlement];

    /// <summary>The row of a loan's history that the event is about, where it was announced before that row was written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LoanChange? Change { get; init; }
}

/// <summary>
/// The row of a loan's history that an event is about. The event goes on the queue before the row is written, so that no death of
/// a process can lose it, and is delivered only once the row is there.
/// </summary>
/// <param name="Uuid">The loan.</param>
/// <param name="Key">The row's key.</param>
public sealed record LoanChange(string Uuid, string Key);
