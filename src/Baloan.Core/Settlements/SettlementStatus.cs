using System.Text.Json;

namespace Baloan.Core.Settlements;

/// <summary>Where a settlement stands.</summary>
public enum SettlementStatus
{
    /// <summary>Recorded; the invoice is in Blob storage, a message is on the queue.</summary>
    Queued,

    /// <summary>On its way to Baloan.</summary>
    Submitting,

    /// <summary>Sent, no answer: being found out by the customer's credit.</summary>
    Verifying,

    /// <summary>Baloan said yes, or it was found out.</summary>
    Settled,

    /// <summary>Baloan said no.</summary>
    Rejected,

    /// <summary>Certainly no money was moved.</summary>
    Failed,

    /// <summary>It could not be found out; a person decides.</summary>
    NeedsReview,
}

/// <summary>By whom the end of a settlement is known.</summary>
public enum SettlementKnownBy
{
    /// <summary>Baloan said it.</summary>
    Baloan,

    /// <summary>It was found out by the customer's credit.</summary>
    Credit,

    /// <summary>A person decided it.</summary>
    Person,
}

/// <summary>What follows from a status.</summary>
public static class SettlementStatuses
{
    /// <summary>All of them, in the order of a settlement's life.</summary>
    public static readonly IReadOnlyList<SettlementStatus> All = Enum.GetValues<SettlementStatus>();

    /// <summary>Those in which nothing happens by itself any more.</summary>
    public static readonly IReadOnlyList<SettlementStatus> Ended = [.. All.Where(HasEnded)];

    /// <summary>Whether nothing happens by itself any more.</summary>
    public static bool HasEnded(this SettlementStatus status) => status >= SettlementStatus.Settled;

    /// <summary>Whether a POST with the same code is a new attempt.</summary>
    public static bool AllowsNewAttempt(this SettlementStatus status) => status is SettlementStatus.Rejected or SettlementStatus.Failed;

    /// <summary>The name in the API and in storage: snake_case.</summary>
    public static string Name(this SettlementStatus status) => JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString());
}
