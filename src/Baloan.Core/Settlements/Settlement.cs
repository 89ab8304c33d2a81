using System.Runtime.Serialization;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Baloan.Client;
using Baloan.Core.Storage;

namespace Baloan.Core.Settlements;

/// <summary>The row of a settlement: the truth about it. Rows are changed by writing a copy with the ETag that was read.</summary>
public sealed record Settlement : ITableEntity
{
    /// <summary>The row's key; the code is the partition's.</summary>
    public const string Row = "settlement";

    /// <summary>
    /// The version of the columns that this code writes and understands. Rows of before there was one have none, and are read as 1.
    /// </summary>
    public const int CurrentSchema = 2;

    /// <inheritdoc/>
    public string PartitionKey { get; set; } = "";

    /// <inheritdoc/>
    public string RowKey { get; set; } = Row;

    /// <inheritdoc/>
    public DateTimeOffset? Timestamp { get; set; }

    /// <inheritdoc/>
    public ETag ETag { get; set; }

    /// <summary>Names the write that made the row what it is: whose answer got lost finds by it that it was carried out.</summary>
    public string WriteId { get; set; } = "";

    private const int LongestStatus = 40;

    /// <summary>The version of the columns; see <see cref="CurrentSchema"/>.</summary>
    public int SchemaVersion { get; set; } = 1;

    /// <summary>The caller's code: the idempotency key.</summary>
    public string Code { get; set; } = "";

    /// <summary>Where it stands, by its name in storage.</summary>
    /// <remarks>A text, because what the table client does with a name that it does not know differs from version to version.</remarks>
    [DataMember(Name = nameof(Status))]
    public string StatusColumn { get; set; } = nameof(SettlementStatus.NeedsReview);

    /// <summary>Where it stands; in review, where the row does not say so.</summary>
    [IgnoreDataMember]
    public SettlementStatus Status
    {
        get => KnownStatuses.GetValueOrDefault(StatusColumn, SettlementStatus.NeedsReview);
        init => StatusColumn = value.ToString();
    }

    /// <summary>The national identifier with its last four digits alone.</summary>
    public string MaskedIdentifier { get; set; } = "";

    /// <summary>The keyed hash of the national identifier.</summary>
    public string CustomerHash { get; set; } = "";

    /// <summary>The national identifier; wiped when the settlement ends.</summary>
    public string? NationalIdentifier { get; set; }

    /// <summary>The OTP; wiped when it is used up or the settlement ends.</summary>
    public string? Otp { get; set; }

    /// <summary>Version 2's transaction token; wiped when the settlement ends.</summary>
    public string? TransactionToken { get; set; }

    /// <summary>Toman.</summary>
    public long Total { get; set; }

    /// <summary>How many POSTs were accepted as attempts.</summary>
    public int Attempts { get; set; }

    /// <summary>When the present attempt was accepted (UTC).</summary>
    public DateTimeOffset AttemptStartedAt { get; set; }

    /// <summary>How often the present attempt was put off because Baloan could not be reached.</summary>
    public int Rounds { get; set; }

    /// <summary>Before this time (UTC) there is nothing to do.</summary>
    public DateTimeOffset DueAt { get; set; }

    /// <summary>How often the sweep has found the present attempt standing still.</summary>
    public int Sweeps { get; set; }

    /// <summary>When the sweep last found it standing still (UTC).</summary>
    public DateTimeOffset? SweptAt { get; set; }

    /// <summary>Set before the OTP is sent for validation, which is done once.</summary>
    public DateTimeOffset? OtpValidationStartedAt { get; set; }

    /// <summary>Names the one sending that the row is about, from <c>submitting</c> on.</summary>
    public string? SendingId { get; set; }

    /// <summary>The ETag of the row that keeps other settlements of the customer waiting; see <see cref="CustomerHold"/>.</summary>
    public string? HoldETag { get; set; }

    /// <summary>
    /// What Baloan last said of the customer's credit when the hold was taken, in Toman; null where it has said nothing lately.
    /// </summary>
    public long? KnownCredit { get; set; }

    /// <summary>When Baloan said <see cref="KnownCredit"/> (UTC).</summary>
    public DateTimeOffset? KnownCreditAt { get; set; }

    /// <summary>The ETag of the index entry that lists the present attempt as under way.</summary>
    public string OpenETag { get; set; } = "";

    /// <summary>
    /// The ETag of its mark on the list by time; null where a version of the app has written the row that had no such list.
    /// </summary>
    public string? ListETag { get; set; }

    /// <summary>When it was sent (UTC), or a little before.</summary>
    public DateTimeOffset? SubmittedAt { get; set; }

    /// <summary>What has not been sent by then (UTC) is not sent any more; null for no such time.</summary>
    public DateTimeOffset? NotAfter { get; set; }

    /// <summary>Every try of the present attempt to send it, oldest first, in JSON; see <see cref="SettlementSendings"/>.</summary>
    public string? Sendings { get; set; }

    /// <summary>The customer's credit before the first sending of the present attempt, in Toman.</summary>
    public long? CreditBefore { get; set; }

    /// <summary>The customer's credit that its end was found out by, or told after, in Toman.</summary>
    public long? CreditAfter { get; set; }

    /// <summary>The end that is told once the credit has been looked at: Baloan said no, or would not take it any more.</summary>
    public SettlementStatus? PendingEnd { get; set; }

    /// <summary>The error of <see cref="PendingEnd"/>.</summary>
    public string? PendingErrorCode { get; set; }

    /// <summary>Baloan's own sentence for <see cref="PendingErrorCode"/>, where it gave one.</summary>
    public string? PendingErrorMessage { get; set; }

    /// <summary>From this time (UTC) on nothing more was sent; what is not moved within the waiting time after it never will be.</summary>
    public DateTimeOffset? VerifyingSince { get; set; }

    /// <summary>When the credit was first seen unchanged after the sending (UTC).</summary>
    public DateTimeOffset? UnchangedAt { get; set; }

    /// <summary>What the customer has left after it, in Toman; null where nobody has said.</summary>
    public long? UserCredit { get; set; }

    /// <summary>By whom its end is known; null while it is not, or where nothing was sent at all.</summary>
    public SettlementKnownBy? KnownBy { get; set; }

    /// <summary>Whether its end was found out by the credit rather than said by Baloan or a person.</summary>
    public bool Inferred { get; set; }

    /// <summary>Why it was refused or failed.</summary>
    public string? ErrorCode { get; set; }

    /// <summary>Baloan's own sentence for it, where it gave one.</summary>
    public string? ErrorMessage { get; set; }

    /// <summary>When it was put before a person (UTC); null where it never was.</summary>
    public DateTimeOffset? ReviewBeganAt { get; set; }

    /// <summary>What a person decided: whether the money was moved. Null where nobody had to.</summary>
    public bool? ResolvedSettled { get; set; }

    /// <summary>What the person who resolved it noted.</summary>
    public string? Note { get; set; }

    /// <summary>Who resolved it, as they named themselves.</summary>
    public string? ResolvedBy { get; set; }

    /// <summary>When it was resolved (UTC).</summary>
    public DateTimeOffset? ResolvedAt { get; set; }

    /// <summary>When it ended (UTC); null while it has not.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Whether it had ended otherwise before Baloan's own yes was recorded.</summary>
    public bool IsCorrected { get; set; }

    /// <summary>
    /// How it had ended before Baloan's own yes; null where it had not, or an older version of the app has recorded that yes.
    /// </summary>
    public SettlementStatus? EndBefore { get; set; }

    /// <summary>When it had ended so (UTC).</summary>
    public DateTimeOffset? EndedBeforeAt { get; set; }

    /// <summary>By whom that was known.</summary>
    public SettlementKnownBy? KnownByBefore { get; set; }

    /// <summary>The invoice's blob.</summary>
    public string InvoiceBlob { get; set; } = "";

    /// <summary>The snapshot of it, where the caller owns the blob.</summary>
    public string? InvoiceSnapshot { get; set; }

    /// <summary>The file's name as the caller gave it; null where there was none.</summary>
    public string? InvoiceName { get; set; }

    /// <summary>Bytes.</summary>
    public long InvoiceSize { get; set; }

    /// <summary>SHA-256 in lower-case hex.</summary>
    public string InvoiceSha256 { get; set; } = "";

    /// <summary>The language in which Baloan is asked to explain itself.</summary>
    public Language Language { get; set; }

    /// <summary>When the first attempt was accepted (UTC).</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When all was erased from it that tells of a person (UTC); null where it was not. See <see cref="ErasureRules"/>.</summary>
    public DateTimeOffset? ErasedAt { get; set; }

    /// <summary>When the row was last changed (UTC).</summary>
    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>The key under which the index lists it; the same for its whole life.</summary>
    [IgnoreDataMember]
    public string IndexKey => TableKeys.NewestFirst(CreatedAt, Code);

    /// <summary>The invoice, as the file store knows it.</summary>
    [IgnoreDataMember]
    public StoredFile Invoice => new(InvoiceBlob, InvoiceSnapshot, FileKind.Pdf, InvoiceSize, InvoiceSha256);

    /// <summary>
    /// The status of a row that a newer version of the app has written, which this one does not know; null for all others.
    /// </summary>
    [IgnoreDataMember]
    public string? UnknownStatus =>
        HasKnownStatus || StatusColumn.Length is 0 or > LongestStatus || !StatusColumn.All(char.IsAsciiLetter) ? null : StatusColumn;

    /// <summary>
    /// Whether the status is one that this version of the app knows; what is none and no name of one either is a broken row's.
    /// </summary>
    [IgnoreDataMember]
    public bool HasKnownStatus => KnownStatuses.ContainsKey(StatusColumn);

    /// <summary>Whether a newer version of the app has written the row: it is shown as it is, and left alone.</summary>
    [IgnoreDataMember]
    public bool IsNewer => SchemaVersion > CurrentSchema || UnknownStatus is not null;

    /// <summary>Whether nothing happens by itself any more, as far as this version of the app knows.</summary>
    [IgnoreDataMember]
    public bool HasEnded => UnknownStatus is null && Status.HasEnded();

    /// <summary>The name of the status in the API.</summary>
    [IgnoreDataMember]
    public string StatusName => UnknownStatus is null ? Status.Name() : JsonNamingPolicy.SnakeCaseLower.ConvertName(UnknownStatus);

    /// <summary>When it ended (UTC), also where an older version of the app has written the row.</summary>
    [IgnoreDataMember]
    public DateTimeOffset? Ended => HasEnded ? EndedAt ?? UpdatedAt : null;

    /// <summary>By whom its end is known, also where an older version of the app has written the row.</summary>
    [IgnoreDataMember]
    public SettlementKnownBy? EndKnownBy =>
        KnownBy
        ?? Status switch
        {
            _ when SchemaVersion >= 2 || !HasEnded || Status == SettlementStatus.NeedsReview => null,
            _ when Note is not null => SettlementKnownBy.Person,
            SettlementStatus.Settled => Inferred ? SettlementKnownBy.Credit : SettlementKnownBy.Baloan,
            SettlementStatus.Rejected => SettlementKnownBy.Baloan,
            _ => ErrorCode == SettlementErrors.NotSettled ? SettlementKnownBy.Credit : null,
        };

    /// <summary>
    /// Whether the row has all that its next step needs. One that has not was left by an older or a broken version: nothing may be sent
    /// for it.
    /// </summary>
    [IgnoreDataMember]
    public bool IsWhole =>
        HasKnownStatus
        && PartitionKey == TableKeys.Escape(Code)
        && (HoldETag is null || CanHold)
        && (
            Status.HasEnded()
            || (
                Total > 0
                && Attempts > 0
                && Enum.IsDefined(Language)
                && NationalIdentifier is { Length: 10 or 11 } identifier
                && identifier.All(char.IsAsciiDigit)
                && (Otp ?? TransactionToken) is { Length: > 0 }
                && IsHash(CustomerHash)
                && InvoiceBlob.Length > 0
                && InvoiceSize > 0
                && IsETag(OpenETag)
                && (Status == SettlementStatus.Queued || CreditBefore is not null)
                && (Status != SettlementStatus.Verifying || VerifyingSince is not null)
            )
        );

    /// <summary>The same without what only a whole row can have.</summary>
    public Settlement AsReadable(string code) => this with { Code = code, HoldETag = HoldETag is not null && CanHold ? HoldETag : null };

    /// <summary>The same with all wiped that only its work needed.</summary>
    public Settlement WithoutSecrets() => this with { NationalIdentifier = null, Otp = null, TransactionToken = null };

    private static readonly Dictionary<string, SettlementStatus> KnownStatuses = SettlementStatuses.All.ToDictionary(status =>
        status.ToString()
    );

    private bool CanHold => IsETag(HoldETag!) && IsHash(CustomerHash);

    private static bool IsHash(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);

    // What is none would be a header that storage does not understand.
    private static bool IsETag(string text) => text is ['"', .., '"'] or ['W', '/', '"', .., '"'] && text.All(c => c is > ' ' and <= '~');
}
