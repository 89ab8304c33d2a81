namespace Baloan.Core.Settlements;

/// <summary>Which settlements are looked for: those that all of these are true of.</summary>
public sealed record SettlementQuery
{
    /// <summary>Their status; null for any.</summary>
    public SettlementStatus? Status { get; init; }

    /// <summary>They were accepted at this time (UTC) or later; null for no beginning.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>They were accepted before this time (UTC); null for no end.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>The keyed hash of their customer; null for any.</summary>
    public string? CustomerHash { get; init; }

    /// <summary>How their codes begin; null for any.</summary>
    public string? Code { get; init; }

    /// <summary>Whether a row is looked for.</summary>
    public bool Matches(Settlement row) =>
        MatchesForEver(row)
        && (CustomerHash is null || row.CustomerHash == CustomerHash)
        && (Status is null || (row.Status == Status && row.UnknownStatus is null));

    /// <summary>Whether what never changes of a settlement is looked for; then its row may be.</summary>
    public bool MatchesForEver(Settlement listed) =>
        (From is null || listed.CreatedAt >= From)
        && (To is null || listed.CreatedAt < To)
        && (Code is null || listed.Code.StartsWith(Code, StringComparison.Ordinal));
}
