using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Data.Tables;
using Baloan.Core.Storage;

namespace Baloan.Core.Loans;

/// <summary>The row of one callback, in the partition of its loan.</summary>
public sealed record LoanHistoryEntry : ITableEntity
{
    private const string Prefix = "change-";
    private const string UnknownPrefix = "others-";
    private const string RecentPrefix = "recent-";
    private const char Separator = ' ';

    // As many as can be under way at once.
    private const int MostCountedIds = 20;

    /// <summary>Where the keys of known states begin.</summary>
    public const string FirstKey = Prefix;

    /// <summary>A key behind all keys of known states.</summary>
    public const string AfterLastKey = "change.";

    /// <summary>Where the keys begin under which unknown states stand a second time, newest first.</summary>
    public const string FirstRecentKey = RecentPrefix;

    /// <summary>A key behind all of those.</summary>
    public const string AfterLastRecentKey = "recent.";

    /// <summary>The columns that callers get to see, and the keys.</summary>
    public static readonly IReadOnlyList<string> Shown =
    [
        nameof(PartitionKey),
        nameof(RowKey),
        nameof(CallbackId),
        nameof(State),
        nameof(Reason),
        nameof(ReceivedAt),
        nameof(Note),
        nameof(Times),
    ];

    /// <inheritdoc/>
    public string PartitionKey { get; set; } = "";

    /// <inheritdoc/>
    public string RowKey { get; set; } = "";

    /// <inheritdoc/>
    public DateTimeOffset? Timestamp { get; set; }

    /// <inheritdoc/>
    public ETag ETag { get; set; }

    /// <summary>The id of the callback that made the row, which is the id of its event.</summary>
    public string CallbackId { get; set; } = "";

    /// <summary>The ids of the callbacks that were counted last, with a space between.</summary>
    public string CountedIds { get; set; } = "";

    /// <summary>The state; as it came, where nobody knows it.</summary>
    public string State { get; set; } = "";

    /// <summary>The reason; null where none came.</summary>
    public string? Reason { get; set; }

    /// <summary>When it first came (UTC).</summary>
    public DateTimeOffset ReceivedAt { get; set; }

    /// <summary><c>late</c>, <c>conflict</c> or <c>unknown_state</c>; null for news.</summary>
    public string? Note { get; set; }

    /// <summary>The state that the loan was counted in before; null for none.</summary>
    public string? CountedFrom { get; set; }

    /// <summary>How often it came.</summary>
    public int Times { get; set; } = 1;

    /// <summary>The callback's body as it came.</summary>
    public byte[] Body { get; set; } = [];

    /// <summary>Whether its state is one of those that are known, by its key.</summary>
    [System.Runtime.Serialization.IgnoreDataMember]
    public bool IsOfKnownState => RowKey.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>The row without what Baloan wrote in its own words. By its key, the same callback is still known to have come.</summary>
    public LoanHistoryEntry Bare() => this with { Reason = null, Body = [] };

    /// <summary>Whether a callback is among those that were counted last.</summary>
    public bool HasCounted(string callbackId) => CountedIds.Split(Separator).Contains(callbackId);

    /// <summary>The row with one callback more counted.</summary>
    public LoanHistoryEntry Counting(string callbackId) =>
        this with
        {
            Times = Times + 1,
            CountedIds = string.Join(
                Separator,
                CountedIds.Split(Separator, StringSplitOptions.RemoveEmptyEntries).Append(callbackId).TakeLast(MostCountedIds)
            ),
        };

    /// <summary>The key of the first callback with a state and a reason: one that is the same has the same key.</summary>
    /// <remarks>Unknown states have a range of keys of their own, so that no number of them stands between the known ones.</remarks>
    public static string KeyOf(LoanCallback callback) =>
        (LoanStates.All.Contains(callback.State) ? Prefix : UnknownPrefix)
        + Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes($"{callback.State.Length}:{callback.State}{callback.Reason}")).AsSpan(0, 16)
        );

    /// <summary>The key of a callback that was news again.</summary>
    public static string KeyOfAgain(LoanCallback callback) => KeyOfAgain(KeyOf(callback), callback.Id);

    /// <summary>The key of a callback that was news again.</summary>
    /// <param name="firstKey">The key of the first one with its state and reason.</param>
    /// <param name="callbackId">Its id.</param>
    public static string KeyOfAgain(string firstKey, string callbackId) => $"{firstKey}-{callbackId}";

    /// <summary>The row under which an unknown state is read, newest first: without the body, and not counted again.</summary>
    public LoanHistoryEntry Recent() =>
        this with
        {
            RowKey = RecentPrefix + TableKeys.NewestFirst(ReceivedAt, RowKey[UnknownPrefix.Length..]),
            Body = [],
        };
}
