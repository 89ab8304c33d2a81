namespace Baloan.Functions.Http.Responses;

/// <summary>How the app is doing.</summary>
/// <param name="GeneratedAt">When this was put together (UTC).</param>
/// <param name="Hours">Each hour of the span, oldest first; the last one is the present one.</param>
/// <param name="Days">Today, yesterday and the same day a week ago, as Tehran counts them; of what was counted in sums.</param>
/// <param name="TimeToSettle">How long settlements took that became <c>settled</c> in the span.</param>
/// <param name="Waiting">What waits now, by status.</param>
/// <param name="Loans">How many loans are in each state, of those whose state was recorded since there are counters.</param>
/// <param name="Queues">The app's queues.</param>
/// <param name="Tokens">The access tokens.</param>
public sealed record StatsResponse(
    DateTime GeneratedAt,
    IReadOnlyList<HourResponse> Hours,
    DaysResponse Days,
    TimeToSettleResponse TimeToSettle,
    IReadOnlyDictionary<string, WaitingResponse> Waiting,
    IReadOnlyDictionary<string, int> Loans,
    IReadOnlyList<QueueResponse> Queues,
    TokensResponse Tokens
);

/// <summary>What was counted in an hour.</summary>
/// <param name="Hour">Its beginning (UTC).</param>
/// <param name="Settlements">Attempts at settlements.</param>
/// <param name="Sums">The same in Toman.</param>
/// <param name="KnownBy">By whom it is known of those that were settled.</param>
/// <param name="Callbacks">Callbacks recorded, duplicates among them.</param>
/// <param name="Conflicts">Those that contradicted a loan's end.</param>
/// <param name="RefusedCallbacks">Callbacks that could not be read and were not recorded.</param>
/// <param name="SecondHalf">What of it was counted from half past on, when the hours of Tehran begin; null where that is not known.</param>
public sealed record HourResponse(
    DateTime Hour,
    SettlementCounts Settlements,
    SettlementSums Sums,
    KnownByCounts KnownBy,
    int Callbacks,
    int Conflicts,
    int RefusedCallbacks,
    HalfHourResponse? SecondHalf
);

/// <summary>What was counted in half an hour; each as in <see cref="HourResponse"/>.</summary>
public sealed record HalfHourResponse(
    SettlementCounts Settlements,
    SettlementSums Sums,
    KnownByCounts KnownBy,
    int Callbacks,
    int Conflicts,
    int RefusedCallbacks
);

/// <summary>
/// Attempts at settlements: accepted, and ended by outcome. One that was in review is counted where it ended when it is decided, and no
/// more
/// where it was put before a person.
/// </summary>
public sealed record SettlementCounts(int Accepted, int Settled, int Rejected, int Failed, int NeedsReview);

/// <summary>The totals of attempts at settlements in Toman: accepted, and ended by outcome.</summary>
public sealed record SettlementSums(long Accepted, long Settled, long Rejected, long Failed, long NeedsReview);

/// <summary>How many of those that were settled are known to be by Baloan's word, by the customer's credit, and by a person's.</summary>
public sealed record KnownByCounts(int Baloan, int Credit, int Person);

/// <summary>Days to compare: today until now, the others whole.</summary>
public sealed record DaysResponse(DayResponse Today, DayResponse Yesterday, DayResponse SameWeekdayLastWeek);

/// <summary>What was counted on a day of Tehran.</summary>
/// <param name="Settlements">Attempts at settlements.</param>
/// <param name="Sums">The same in Toman.</param>
public sealed record DayResponse(SettlementCounts Settlements, SettlementSums Sums);

/// <summary>How long it took from <c>accepted</c> to <c>settled</c>.</summary>
/// <param name="Count">How many were settled.</param>
/// <param name="MedianSeconds">Half of them took at most this long, give or take 5 %; null where there are none.</param>
/// <param name="P95Seconds">Nineteen of twenty took at most this long, give or take 5 %; null where there are none.</param>
public sealed record TimeToSettleResponse(int Count, double? MedianSeconds, double? P95Seconds);

/// <summary>What waits in a status.</summary>
/// <param name="Count">How many.</param>
/// <param name="OldestAt">Since when the one does that has waited longest (UTC); null where there are none.</param>
public sealed record WaitingResponse(int Count, DateTime? OldestAt);

/// <summary>A queue, in approximate numbers.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Messages">What it holds.</param>
/// <param name="Poison">What its poison queue holds.</param>
public sealed record QueueResponse(string Name, int Messages, int Poison);

/// <summary>The access tokens of both contracts.</summary>
public sealed record TokensResponse(TokenResponse Merchant, TokenResponse Partnership);

/// <summary>The access token of a contract.</summary>
/// <param name="Configured">Whether the credentials are set; null where Key Vault does not answer.</param>
/// <param name="ExpiresAt">When it runs out (UTC); null where none is known.</param>
public sealed record TokenResponse(bool? Configured, DateTime? ExpiresAt);
