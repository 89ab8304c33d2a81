using Azure;
using Azure.Data.Tables;
using Baloan.Core.Storage;

namespace Baloan.Core.Loans;

/// <summary>The row of a loan: its present state, and what was agreed when it was opened here. It holds nothing of the customer.</summary>
public sealed record Loan : ITableEntity
{
    /// <summary>The row's key; the loan's uuid is the partition's.</summary>
    public const string Row = "loan";

    /// <inheritdoc/>
    public string PartitionKey { get; set; } = "";

    /// <inheritdoc/>
    public string RowKey { get; set; } = Row;

    /// <inheritdoc/>
    public DateTimeOffset? Timestamp { get; set; }

    /// <inheritdoc/>
    public ETag ETag { get; set; }

    /// <summary>One of <see cref="LoanStates"/>; null where only unknown ones have come.</summary>
    public string? State { get; set; }

    /// <summary>Why, where Baloan has said so.</summary>
    public string? Reason { get; set; }

    /// <summary>The furthest <see cref="LoanStates.RankOf"/> that it has had.</summary>
    public int Reached { get; set; }

    /// <summary>Toman; null where the loan was not opened here.</summary>
    public long? Amount { get; set; }

    /// <summary>Months.</summary>
    public long? LoanDue { get; set; }

    /// <summary>The store's id.</summary>
    public long? Store { get; set; }

    /// <summary>Baloan's <c>plan_detail</c> as JSON.</summary>
    public string? PlanDetail { get; set; }

    /// <summary>Whether it was its opening that made it <see cref="LoanStates.Created"/>, rather than a callback.</summary>
    public bool IsCreatedByOpening { get; set; }

    /// <summary>Whether the statistics count it in its state; not where that was written before there were any.</summary>
    public bool IsCounted { get; set; }

    /// <summary>How many states have come that nobody knows, the same ones once; those of before this was counted are not in it.</summary>
    public int UnknownStates { get; set; }

    /// <summary>When it was opened here (UTC).</summary>
    public DateTimeOffset? OpenedAt { get; set; }

    /// <summary>When its state last changed (UTC).</summary>
    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>When all was erased from it that may tell of a person (UTC); null where it was not.</summary>
    public DateTimeOffset? ErasedAt { get; set; }

    /// <summary>The loan's uuid.</summary>
    [System.Runtime.Serialization.IgnoreDataMember]
    public string Uuid => PartitionKey;

    /// <summary>The partition of the index that lists it.</summary>
    [System.Runtime.Serialization.IgnoreDataMember]
    public string IndexPartition => State ?? NoState;

    /// <summary>The key under which the index lists it.</summary>
    [System.Runtime.Serialization.IgnoreDataMember]
    public string IndexKey => TableKeys.NewestFirst(UpdatedAt, Uuid);

    /// <summary>The partition of the index for loans of which no known state has come.</summary>
    public const string NoState = "none";
}
