using Azure;
using Azure.Data.Tables;

namespace Baloan.Core.Counters;

/// <summary>
/// Says that something is about to be recorded of a loan which will have to be counted. It is written before, and goes in the
/// transaction that counts: what the death of a process leaves uncounted, the sweep finds by it.
/// </summary>
public sealed record PendingIncrement : ITableEntity
{
    /// <summary>How the keys of these rows begin.</summary>
    public const string Prefix = "begun-";

    /// <inheritdoc/>
    public string PartitionKey { get; set; } = "";

    /// <inheritdoc/>
    public string RowKey { get; set; } = "";

    /// <inheritdoc/>
    public DateTimeOffset? Timestamp { get; set; }

    /// <inheritdoc/>
    public ETag ETag { get; set; }

    /// <summary>The loan.</summary>
    public string Uuid { get; set; } = "";

    /// <summary>The callback's id; empty for an opening.</summary>
    public string CallbackId { get; set; } = "";

    /// <summary>The key of the first callback in the loan's history that says the same; empty for an opening.</summary>
    public string HistoryKey { get; set; } = "";

    /// <summary>When it came (UTC).</summary>
    public DateTimeOffset HappenedAt { get; set; }

    /// <summary>When this was written (UTC).</summary>
    public DateTimeOffset WrittenAt { get; set; }

    /// <summary>The key of the row that was written before an increment.</summary>
    /// <param name="id">The increment's id.</param>
    public static string KeyOf(string id) => Prefix + id;
}
