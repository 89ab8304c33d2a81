namespace Baloan.Core.Reconciliation;

/// <summary>What the app's own books say of a code.</summary>
/// <param name="Code">The code.</param>
/// <param name="Status">Where it stands, by its name in the API.</param>
/// <param name="IsSettled">Whether the money was moved, as far as the books know.</param>
/// <param name="Total">Toman.</param>
/// <param name="KnownBy">By whom its end is known; null where that is not known.</param>
/// <param name="SentAt">When it was sent (UTC); null where it was not.</param>
/// <param name="EndedAt">When it ended (UTC); null where it has not.</param>
/// <param name="IsInPeriod">Whether it belongs to the days that are compared.</param>
public sealed record OurSettlement(
    string Code,
    string Status,
    bool IsSettled,
    long Total,
    string? KnownBy,
    DateTimeOffset? SentAt,
    DateTimeOffset? EndedAt,
    bool IsInPeriod
);
