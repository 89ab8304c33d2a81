using Azure;
using Azure.Data.Tables;

namespace Baloan.Core.Events;

/// <summary>The row of a subscription.</summary>
public sealed record Subscription : ITableEntity
{
    /// <summary>The partition of all subscriptions: each event needs them all.</summary>
    public const string Partition = "subscription";

    /// <summary>In place of a status: there was no answer.</summary>
    public const int NoAnswer = 0;

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

    /// <summary>The signing secret, sealed by <see cref="WebhookSigner"/>; empty where events are not signed.</summary>
    public byte[] Secret { get; set; } = [];

    /// <summary>How many tries have failed one after the other. While it is more than 0, events wait in the backlog.</summary>
    public int Failures { get; set; }

    /// <summary>When what waits is tried next (UTC): a message for that is on its way. null or past where nothing waits.</summary>
    public DateTimeOffset? RetryAt { get; set; }

    /// <summary>When a delivery was last tried (UTC).</summary>
    public DateTimeOffset? LastTriedAt { get; set; }

    /// <summary>The HTTP status of that, or <see cref="NoAnswer"/>.</summary>
    public int? LastStatus { get; set; }

    /// <summary>Whether events are signed.</summary>
    [System.Runtime.Serialization.IgnoreDataMember]
    public bool IsSigned => Secret.Length > 0;

    /// <summary>Several names in one column.</summary>
    public static string Join(IEnumerable<string> names) => string.Join(Separator, names);

    /// <summary>The names of one column.</summary>
    public static string[] Split(string column) => column.Split(Separator, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Whether an event is one of those that were asked for.</summary>
    public bool Wants(SubscriberEvent happened) =>
        CallbackUrl.Length > 0 && Split(Events).Contains(happened.Type) && (States.Length == 0 || Split(States).Contains(happened.State));

    // What a record writes by itself would show the URL.
    /// <inheritdoc/>
    public override string ToString() => $"Subscription {RowKey}";
}
