using Azure;
using Azure.Data.Tables;
using Baloan.Client;
using Baloan.Core.Storage;
using Baloan.Functions.Http;

namespace Baloan.Functions.Settlements;

/// <summary>The row of a settlement: the truth about it. Rows are changed by writing a copy with the ETag that was read.</summary>
public sealed record Settlement : ITableEntity
{
    /// <summary>The row's key; the code is the partition's.</summary>
    public const string Row = "settlement";

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

    /// <summary>The caller's code: the idempotency key.</summary>
    public string Code { get; set; } = "";

    /// <summary>Where it stands; in review, where the row does not say so.</summary>
    public SettlementStatus Status { get; set; } = SettlementStatus.NeedsReview;

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

    /// <summary>The ETag of the index entry that lists the present attempt as under way.</summary>
    public string OpenETag { get; set; } = "";

    /// <summary>When it was sent (UTC), or a little before.</summary>
    public DateTimeOffset? SubmittedAt { get; set; }

    /// <summary>The customer's credit before the sending, in Toman.</summary>
    public long? CreditBefore { get; set; }

    /// <summary>From this time (UTC) on nothing more was sent; what is not moved within the waiting time after it never will be.</summary>
    public DateTimeOffset? VerifyingSince { get; set; }

    /// <summary>When the credit was first seen unchanged after the sending (UTC).</summary>
    public DateTimeOffset? UnchangedAt { get; set; }

    /// <summary>What the customer has left after it, in Toman; null where nobody has said.</summary>
    public long? UserCredit { get; set; }

    /// <summary>Whether <c>settled</c> was found out by the credit rather than said by Baloan.</summary>
    public bool Inferred { get; set; }

    /// <summary>Why it was refused or failed.</summary>
    public string? ErrorCode { get; set; }

    /// <summary>Baloan's own sentence for it, where it gave one.</summary>
    public string? ErrorMessage { get; set; }

    /// <summary>What the person who resolved it noted.</summary>
    public string? Note { get; set; }

    /// <summary>The invoice's blob.</summary>
    public string InvoiceBlob { get; set; } = "";

    /// <summary>The snapshot of it, where the caller owns the blob.</summary>
    public string? InvoiceSnapshot { get; set; }

    /// <summary>Bytes.</summary>
    public long InvoiceSize { get; set; }

    /// <summary>SHA-256 in lower-case hex.</summary>
    public string InvoiceSha256 { get; set; } = "";

    /// <summary>The language in which Baloan is asked to explain itself.</summary>
    public Language Language { get; set; }

    /// <summary>When the first attempt was accepted (UTC).</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When the row was last changed (UTC).</summary>
    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>The key under which the index lists it; the same for its whole life.</summary>
    [System.Runtime.Serialization.IgnoreDataMember]
    public string IndexKey => TableKeys.NewestFirst(CreatedAt, Code);

    /// <summary>The invoice, as the file store knows it.</summary>
    [System.Runtime.Serialization.IgnoreDataMember]
    public StoredFile Invoice => new(InvoiceBlob, InvoiceSnapshot, FileKind.Pdf, InvoiceSize, InvoiceSha256);

    /// <summary>
    /// Whether the row has all that its next step needs. One that has not was left by an older or a broken version: nothing may be sent
    /// for it.
    /// </summary>
    [System.Runtime.Serialization.IgnoreDataMember]
    public bool IsWhole => PartitionKey == TableKeys.Escape(Code) && Enum.IsDefined(Status) && (HoldETag is null || CanHold)
        && (Status.HasEnded()
            || (Total > 0 && Attempts > 0 && Enum.IsDefined(Language) && NationalIdentifier is { } identifier && Digits.AreAll(identifier, 10, 11) && (Otp ?? TransactionToken) is { Length: > 0 }
                && IsHash(CustomerHash) && InvoiceBlob.Length > 0 && InvoiceSize > 0 && IsETag(OpenETag)
                && (Status == SettlementStatus.Queued || CreditBefore is not null)
                && (Status != SettlementStatus.Verifying || VerifyingSince is not null)));

    /// <summary>The same without what only a whole row can have.</summary>
    public Settlement AsReadable(string code) => this with { Code = code, HoldETag = HoldETag is not null && CanHold ? HoldETag : null };

    /// <summary>The same with all wiped that only its work needed.</summary>
    public Settlement WithoutSecrets() => this with { NationalIdentifier = null, Otp = null, TransactionToken = null };

    private bool CanHold => IsETag(HoldETag!) && IsHash(CustomerHash);

    private static bool IsHash(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);

    // What is none would be a header that storage does not understand.
    private static bool IsETag(string text) =>
        text is ['"', .., '"'] or ['W', '/', '"', .., '"']
        && text.All(c => c is > ' ' and <= '~');
}
