using System.Globalization;
using Azure;
using Azure.Data.Tables;
using Baloan.Core.Storage;

namespace Baloan.Core.Events;

/// <summary>The row of an event that a subscription has not taken: it waits for its next try, or it failed for good.</summary>
public sealed record BacklogEntry : ITableEntity
{
    /// <summary>What keys of rows that wait begin with; older ones come first.</summary>
    public const string Waiting = "w-";

    /// <summary>What keys of rows that failed for good begin with.</summary>
    public const string Failed = "f-";

    /// <inheritdoc/>
    public string PartitionKey { get; set; } = "";

    /// <inheritdoc/>
    public string RowKey { get; set; } = "";

    /// <inheritdoc/>
    public DateTimeOffset? Timestamp { get; set; }

    /// <inheritdoc/>
    public ETag ETag { get; set; }

    /// <summary>The message of the queue <c>events</c> as it came, UTF-8.</summary>
    public byte[] Message { get; set; } = [];

    /// <summary>Since when it is tried: since it was published, or since a person had it sent again (UTC).</summary>
    public DateTimeOffset Since { get; set; }

    /// <summary>When it may be tried next (UTC), unless its receiver does not answer at all.</summary>
    public DateTimeOffset DueAt { get; set; }

    /// <summary>How often it was tried in vain.</summary>
    public int Attempts { get; set; }

    /// <summary>The partition of a subscription's rows.</summary>
    public static string PartitionOf(string subscription) => $"backlog-{subscription}";

    /// <summary>The row of a message that waits. One message has one row, however often it is kept.</summary>
    public static BacklogEntry Of(EventMessage message, string text) =>
        new()
        {
            PartitionKey = PartitionOf(message.Subscription),
            RowKey = string.Create(
                CultureInfo.InvariantCulture,
                $"{Waiting}{message.FirstAt.UtcTicks:D19}-{TableKeys.Escape(message.Event.Id)}"
            ),
            Message = System.Text.Encoding.UTF8.GetBytes(text),
            Since = message.FirstAt,
            DueAt = message.FirstAt,
        };

    /// <summary>The row as it is where a person has it sent again.</summary>
    public BacklogEntry Anew(DateTimeOffset now) => this with { Since = now, DueAt = now, Attempts = 0 };

    /// <summary>The same row as one that waits or failed.</summary>
    public BacklogEntry As(string kind) => this with { RowKey = kind + RowKey[kind.Length..] };
}
