using System.Runtime.Serialization;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Baloan.Client;
using Baloan.Core.Storage;

namespace Baloan.Core.Uploads;

/// <summary>Where an upload stands.</summary>
public enum UploadStatus
{
    /// <summary>Recorded; the file is in Blob storage.</summary>
    Queued,

    /// <summary>Baloan has the file.</summary>
    Uploaded,

    /// <summary>Baloan refused the file.</summary>
    Rejected,

    /// <summary>Baloan could not be reached within the retries.</summary>
    Failed,
}

/// <summary>The row of an upload: the truth about it.</summary>
public sealed record Upload : ITableEntity
{
    /// <summary>The row's key; the id is the partition's.</summary>
    public const string Row = "upload";

    // A name that the table client does not know leaves the property as it is: it must not become an upload that is to be sent.
    private const UploadStatus Unreadable = (UploadStatus)(-1);

    /// <inheritdoc/>
    public string PartitionKey { get; set; } = "";

    /// <inheritdoc/>
    public string RowKey { get; set; } = Row;

    /// <inheritdoc/>
    public DateTimeOffset? Timestamp { get; set; }

    /// <inheritdoc/>
    public ETag ETag { get; set; }

    /// <summary>The id that the app gave it.</summary>
    public string Id { get; set; } = "";

    /// <summary>Where it stands.</summary>
    public UploadStatus Status { get; set; } = Unreadable;

    /// <summary>The file's name as the caller gave it.</summary>
    public string FileName { get; set; } = "";

    /// <summary>The blob in container <c>uploads</c>.</summary>
    public string Blob { get; set; } = "";

    /// <summary>What the file is, by its bytes.</summary>
    public FileKind Kind { get; set; }

    /// <summary>Bytes.</summary>
    public long Size { get; set; }

    /// <summary>SHA-256 in lower-case hex.</summary>
    public string Sha256 { get; set; } = "";

    /// <summary>Baloan's id of the file.</summary>
    public string? Uuid { get; set; }

    /// <summary>Baloan's pre-signed address of the file, which expires.</summary>
    public string? File { get; set; }

    /// <summary>Why it was refused or failed.</summary>
    public string? ErrorCode { get; set; }

    /// <summary>Baloan's own sentence for it, where it gave one.</summary>
    public string? ErrorMessage { get; set; }

    /// <summary>How often it was put off because Baloan could not be reached.</summary>
    public int Rounds { get; set; }

    /// <summary>Before this time (UTC) there is nothing to do.</summary>
    public DateTimeOffset DueAt { get; set; }

    /// <summary>The language in which Baloan is asked to explain itself.</summary>
    public Language Language { get; set; }

    /// <summary>When it was accepted (UTC).</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>The key under which the index lists it.</summary>
    [IgnoreDataMember]
    public string IndexKey => TableKeys.NewestFirst(CreatedAt, Id);

    /// <summary>The file, as the file store knows it.</summary>
    [IgnoreDataMember]
    public StoredFile StoredFile => new(Blob, null, Kind, Size, Sha256);

    /// <summary>Whether nothing happens by itself any more.</summary>
    [IgnoreDataMember]
    public bool HasEnded => Status != UploadStatus.Queued;

    /// <summary>Whether the row has all that its sending needs. One that has not was left by an older or a broken version.</summary>
    [IgnoreDataMember]
    public bool IsWhole =>
        PartitionKey == TableKeys.Escape(Id)
        && Enum.IsDefined(Status)
        && (HasEnded || (Blob.Length > 0 && Size > 0 && Kind != FileKind.Other && Enum.IsDefined(Kind) && Enum.IsDefined(Language)));

    /// <summary>The status as the API names it.</summary>
    [IgnoreDataMember]
    public string StatusName => JsonNamingPolicy.SnakeCaseLower.ConvertName(Status.ToString());
}
