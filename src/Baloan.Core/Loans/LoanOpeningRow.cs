using System.Runtime.Serialization;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Baloan.Client;
using Baloan.Core.Storage;

namespace Baloan.Core.Loans;

/// <summary>Where the opening of a loan file stands.</summary>
public enum LoanOpeningStatus
{
    /// <summary>On its way to Baloan.</summary>
    Sending,

    /// <summary>Sent, and whether Baloan opened the loan is not known.</summary>
    Unknown,

    /// <summary>The loan is open.</summary>
    Opened,

    /// <summary>Certainly no loan was opened. The same request may be sent anew.</summary>
    NotOpened,
}

/// <summary>
/// The row of an opening, written before it is sent. Of the customer it holds masks alone, and of the request a keyed hash: whoever sends
/// it again brings the rest along.
/// </summary>
public sealed record LoanOpeningRow : ITableEntity
{
    /// <summary>The row's key; the opening's id is the partition's.</summary>
    public const string Row = "opening";

    /// <summary>The version of the schema that this code writes. A row of a newer one is left alone.</summary>
    public const int CurrentSchema = 1;

    /// <inheritdoc/>
    public string PartitionKey { get; set; } = "";

    /// <inheritdoc/>
    public string RowKey { get; set; } = Row;

    /// <inheritdoc/>
    public DateTimeOffset? Timestamp { get; set; }

    /// <inheritdoc/>
    public ETag ETag { get; set; }

    /// <summary>The version of the schema that it was written with.</summary>
    public int Schema { get; set; } = CurrentSchema;

    /// <summary>Where it stands.</summary>
    public LoanOpeningStatus Status { get; set; }

    /// <summary>Names the latest sending: what is learned of an earlier one is not of this.</summary>
    public string SendingId { get; set; } = "";

    /// <summary>The keyed hash of the request; null where the caller gave no key of its own.</summary>
    public string? Fingerprint { get; set; }

    /// <summary>The customer's national identifier, masked.</summary>
    public string MaskedIdentifier { get; set; } = "";

    /// <summary>The customer's phone number, masked.</summary>
    public string MaskedPhoneNumber { get; set; } = "";

    /// <summary>The keyed hash of the national identifier; null in rows of before there was one.</summary>
    public string? CustomerHash { get; set; }

    /// <summary>The keyed hash of the phone number; null in rows of before there was one.</summary>
    public string? PhoneHash { get; set; }

    /// <summary>Toman.</summary>
    public long Amount { get; set; }

    /// <summary>Months.</summary>
    public int LoanDue { get; set; }

    /// <summary>The store's id.</summary>
    public long Store { get; set; }

    /// <summary>When the latest sending was written down (UTC).</summary>
    public DateTimeOffset SentAt { get; set; }

    /// <summary>From when on nobody can be sending it any more (UTC).</summary>
    public DateTimeOffset DueAt { get; set; }

    /// <summary>When it last changed (UTC).</summary>
    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>The tries to send it, as JSON; null where none is known.</summary>
    public string? Sendings { get; set; }

    /// <summary>The loan; null where none is known.</summary>
    public string? Uuid { get; set; }

    /// <summary>Baloan's answer without what it says of the customer, as <see cref="LoanOpeningRules"/> makes it.</summary>
    public string? Answer { get; set; }

    /// <summary>What a person decided, <c>opened</c> or <c>not_opened</c>; null where nobody did.</summary>
    public string? ResolvedAs { get; set; }

    /// <summary>What a person noted who decided about it; null where nobody did.</summary>
    public string? Note { get; set; }

    /// <summary>Who decided, where that was said.</summary>
    public string? By { get; set; }

    /// <summary>When it was decided (UTC).</summary>
    public DateTimeOffset? ResolvedAt { get; set; }

    /// <summary>When all was erased from it that tells of a person (UTC); null where it was not.</summary>
    public DateTimeOffset? ErasedAt { get; set; }

    /// <summary>The opening's id.</summary>
    [IgnoreDataMember]
    public string Id => PartitionKey;

    /// <summary>Whether it is known what became of it.</summary>
    [IgnoreDataMember]
    public bool HasEnded => Status is LoanOpeningStatus.Opened or LoanOpeningStatus.NotOpened;

    /// <summary>The key under which it is listed; each sending has its own.</summary>
    [IgnoreDataMember]
    public string IndexKey => TableKeys.NewestFirst(SentAt, SendingId);

    /// <summary>Every try to open it, oldest first.</summary>
    public IReadOnlyList<Sending> ReadSendings()
    {
        try
        {
            return Sendings is null ? [] : JsonSerializer.Deserialize(Sendings, LoanJson.Default.SendingArray) ?? [];
        }
        catch (JsonException)
        {
            // Nothing of ours writes such a row; all else in it may be right.
            return [];
        }
    }
}
