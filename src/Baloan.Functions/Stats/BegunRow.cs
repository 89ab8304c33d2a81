using Azure;
using Azure.Data.Tables;
using Baloan.Functions.Loans;

namespace Baloan.Functions.Stats;

/// <summary>
/// Says that something is about to be recorded of a loan which will have to be counted. It is written before, and goes in the
/// transaction that counts: what the death of a process leaves uncounted, the sweep finds by it.
/// </summary>
internal sealed record BegunRow : ITableEntity
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

    /// <summary>A callback is about to be recorded.</summary>
    public static BegunRow Of(LoanCallback callback) => new()
    {
        RowKey = Prefix + IdOfCallback(callback.Id), Uuid = callback.Uuid, CallbackId = callback.Id, HistoryKey = LoanHistoryEntry.KeyOf(callback), HappenedAt = callback.ReceivedAt,
    };

    /// <summary>An opening is about to be recorded.</summary>
    public static BegunRow Of(LoanOpening opening) => new()
    {
        RowKey = Prefix + IdOfOpening(opening.Uuid), Uuid = opening.Uuid, HappenedAt = opening.OpenedAt,
    };

    /// <summary>The id of what is counted of a callback.</summary>
    public static string IdOfCallback(string callbackId) => $"callback-{callbackId}";

    /// <summary>The id of what is counted of an opening.</summary>
    public static string IdOfOpening(string uuid) => $"opening-{uuid}";
}
