using Azure;
using Azure.Data.Tables;

namespace Baloan.Functions.Subscriptions;

/// <summary>The row of a subscription.</summary>
public sealed record Subscription : ITableEntity
{
    /// <summary>The partition of all subscriptions: each event needs them all.</summary>
    public const string Partition = "subscription";

    private const char Separator = ' ';

    /// <inheritdoc/>
    public string PartitionKey { get; set; } = Partition;

    /// <summary>The subscription's id.</summary>
    public string RowKey { get; set; } = "";

    /// <inheritdoc/>
    public DateTimeOffset? Timestamp { get; set; }

    /// <inheritdoc/>
    public ETag ETag { get; set; }

    /// <summary>Where events are sent. Whoever knows it can call it (Logic Apps signs it): it goes into no log and no answer.</summary>
    public string CallbackUrl { get; set; } = "";

    /// <summary>The types of events, with a space between.</summary>
    public string Events { get; set; } = "";

    /// <summary>The states, with a space between; empty for all.</summary>
    public string States { get; set; } = "";

    /// <summary>When it was made, the last time it was (UTC).</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Several names in one column.</summary>
    public static string Join(IEnumerable<string> names) => string.Join(Separator, names);

    /// <summary>Whether an event is one of those that were asked for.</summary>
    public bool Wants(SubscriberEvent happened) =>
        CallbackUrl.Length > 0 && Events.Split(Separator).Contains(happened.Type) && (States.Length == 0 || States.Split(Separator).Contains(happened.State));

    // What a record writes by itself would show the URL.
    /// <inheritdoc/>
    public override string ToString() => $"Subscription {RowKey}";
}
