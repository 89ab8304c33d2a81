using Baloan.Client;

namespace Baloan.Core.Settlements;

/// <summary>
/// What becomes of a settlement, in the order in which it happens to it. Nothing here does anything: each rule takes the row, what was
/// seen and the time by the clock of the storage service, and gives the next row, not yet written.
/// </summary>
/// <remarks>
/// What follows from a row that was written is always the same: one that has ended is completed, any other is looked at again at its
/// <see cref="Settlement.DueAt"/>. Amounts are Toman.
/// </remarks>
internal static class SettlementRules
{
    // Between the rounds of trying to reach Baloan; each round tries several times by itself. About two minutes in all: the
    // customer stands at the counter, and an OTP does not live much longer.
    private static readonly TimeSpan[] RoundWaits =
    [
        TimeSpan.FromSeconds(2),
        TimeSpan.FromSeconds(5),
        TimeSpan.FromSeconds(15),
        TimeSpan.FromSeconds(30),
        TimeSpan.FromSeconds(60),
    ];

    // What Baloan asks for is obeyed up to here.
    private static readonly TimeSpan LongestRoundWait = TimeSpan.FromHours(1);

    private static readonly TimeSpan CustomerWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestCustomerWait = TimeSpan.FromHours(1);

    private static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestTimeBetweenLooks = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan GiveUpFindingOut = TimeSpan.FromDays(1);
    private static readonly TimeSpan GiveUpWaiting = TimeSpan.FromDays(1);

    // Two instances tell the time of the storage service alike to about this.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(2);

    /// <summary>What is to be done with a row now, whoever asks, however often and however late.</summary>
    public static SettlementStep NextStep(Settlement row, DateTimeOffset now) =>
        row switch
        {
            { IsNewer: true } or { HasEnded: true } => SettlementStep.Nothing,
            _ when row.NotAfter <= now && row.Status == SettlementStatus.Queued => SettlementStep.Expire,
            _ when row.DueAt - now > ClockTolerance => SettlementStep.Wait,
            { Status: SettlementStatus.Queued } => SettlementStep.Submit,
            { Status: SettlementStatus.Submitting } => SettlementStep.BeginVerifying,
            _ => SettlementStep.Verify,
        };

    // 1. Before the call, the row says so, with an id of this one sending. Who loses the race for that write does nothing.

    /// <summary>It is sent now. The credit is that before the first sending, however often it is sent.</summary>
    public static Settlement BeginSending(Settlement row, long credit, string sendingId, DateTimeOffset now, SettlementOptions options) =>
        row with
        {
            Status = SettlementStatus.Submitting,
            SendingId = sendingId,
            SubmittedAt = now,
            CreditBefore = CreditBefore(row, credit),
            DueAt = now + options.SendingLimit + SettlementOptions.SendingMargin,
        };

    /// <summary>How long the sending that begins now may wait for its first byte.</summary>
    public static TimeSpan TimeToBegin(Settlement row, DateTimeOffset now, SettlementOptions options) =>
        row.NotAfter - now is { } left && left < options.SendingLimit ? left : options.SendingLimit;

    /// <summary>
    /// An OTP whose validation was sent and not answered may be used up. No money can have moved: it is validated before it is settled.
    /// </summary>
    public static bool OtpMayBeUsedUp(Settlement row) => row is { OtpValidationStartedAt: not null, TransactionToken: null };

    // 2. It is sent once; again, in a later round, only where it certainly did not take effect.

    /// <summary>Another round later, or the end where there were enough.</summary>
    public static Settlement PutOff(
        Settlement row,
        string errorCode,
        TimeSpan? retryAfter,
        DateTimeOffset now,
        SettlementOptions options,
        double jitter
    )
    {
        if (row.Rounds >= RoundWaits.Length)
        {
            return EndUnsettled(row, SettlementStatus.Failed, errorCode, null, now, options);
        }

        // What was put off together must not come back together.
        var wait = RoundWaits[row.Rounds] * (1 + (jitter / 4));
        if (retryAfter > wait)
        {
            wait = retryAfter < LongestRoundWait ? retryAfter.Value : LongestRoundWait;
        }

        return Requeue(row with { Rounds = row.Rounds + 1 }, now + wait);
    }

    /// <summary>Another settlement of the customer is on its way: a little later, or the end after an hour.</summary>
    public static Settlement WaitForCustomer(Settlement row, DateTimeOffset now, SettlementOptions options) =>
        now - row.AttemptStartedAt > LongestCustomerWait
            ? EndUnsettled(row, SettlementStatus.Failed, SettlementErrors.CustomerBusy, null, now, options)
            : Requeue(row, now + CustomerWait);

    /// <summary>Whether the sweep is to give up what was never sent.</summary>
    public static bool HasWaitedTooLong(Settlement row, DateTimeOffset now) =>
        row.Status == SettlementStatus.Queued && now - row.AttemptStartedAt > GiveUpWaiting;

    /// <summary>Whether it can still be withdrawn: nothing of it has been sent.</summary>
    public static bool CanBeWithdrawn(Settlement row) =>
        !row.IsNewer && row.Status == SettlementStatus.Queued && SettlementSendings.Of(row).Count == 0;

    // 3. An answer is Baloan's word only where the documents know it. All else proves nothing.

    /// <summary>What becomes of it by an answer; null where the answer changes nothing any more.</summary>
    public static Settlement? Judge(
        Settlement row,
        SettleAnswer answer,
        MerchantApiVersion version,
        DateTimeOffset now,
        SettlementOptions options,
        double jitter
    )
    {
        if (row.IsNewer || row.SendingId != answer.SendingId)
        {
            return null;
        }

        row = row.With(answer.Sendings);
        var contradictsItself =
            answer.Verdict == SettleVerdict.Yes && version == MerchantApiVersion.V2 && answer.UserCredit == row.CreditBefore;
        return (contradictsItself ? SettleVerdict.Unknown : answer.Verdict, row.Status) switch
        {
            (SettleVerdict.Yes, SettlementStatus.Settled) when row.KnownBy == SettlementKnownBy.Baloan => null,
            // This is known, whatever anybody has written meanwhile.
            (SettleVerdict.Yes, _) => Settle(row, SettlementKnownBy.Baloan, answer.UserCredit, now) with { IsCorrected = row.HasEnded },
            (SettleVerdict.No, SettlementStatus.Submitting) => AwaitLook(
                row,
                SettlementStatus.Rejected,
                answer.Code!,
                answer.Message,
                now,
                TimeSpan.Zero
            ),
            (SettleVerdict.No, SettlementStatus.Verifying) when row.PendingEnd is null => AwaitLook(
                row,
                SettlementStatus.Rejected,
                answer.Code!,
                answer.Message,
                row.VerifyingSince ?? now,
                TimeSpan.Zero
            ) with
            {
                DueAt = now,
            },
            (SettleVerdict.NotTaken, SettlementStatus.Submitting) => PutOff(row, answer.Code!, answer.RetryAfter, now, options, jitter),
            (SettleVerdict.Unknown, SettlementStatus.Submitting) => BeginVerifying(row, now, options),
            _ => null,
        };
    }

    // 4. A no is not told, and no later round begun, before the customer's credit has been looked at once more.

    /// <summary>Whether the credit says that an earlier sending of the attempt took effect although its answer said it had not.</summary>
    public static bool HasMovedAlready(Settlement row, long credit) =>
        SettlementSendings.Reached(row) && credit == row.CreditBefore - row.Total;

    /// <summary>
    /// It ends without money having been moved: at once, where nothing of it can have got to Baloan; else once the credit says so too.
    /// </summary>
    public static Settlement EndUnsettled(
        Settlement row,
        SettlementStatus status,
        string code,
        string? message,
        DateTimeOffset now,
        SettlementOptions options
    ) =>
        SettlementSendings.Reached(row) && row.CreditBefore is not null
            ? AwaitLook(row, status, code, message, now, TimeSpan.Zero)
            : End(row, status, code, message, status == SettlementStatus.Rejected ? SettlementKnownBy.Baloan : null, now);

    // 5. What has no answer is found out by the customer's credit.

    /// <summary>From now on nothing more is sent.</summary>
    public static Settlement BeginVerifying(Settlement row, DateTimeOffset now, SettlementOptions options) =>
        row with
        {
            Status = SettlementStatus.Verifying,
            VerifyingSince = now,
            DueAt = now + (options.VerifyAfter / 2 < FirstLook ? options.VerifyAfter / 2 : FirstLook),
        };

    /// <summary>
    /// Whether a credit says more than Baloan itself said since, with nothing to explain it: then it is read from a copy that is not up to
    /// date, and proves nothing.
    /// </summary>
    public static bool IsStale(Settlement row, long credit, DateTimeOffset now, SettlementOptions options) =>
        credit > row.KnownCredit && now - row.KnownCreditAt <= options.StaleCreditLimit;

    /// <summary>What becomes of a <c>verifying</c> one by a look at the credit.</summary>
    /// <param name="row">The row.</param>
    /// <param name="credit">The credit; null where it cannot be read just now.</param>
    /// <param name="now">When it was asked for.</param>
    /// <param name="options">The options.</param>
    public static Settlement Look(Settlement row, long? credit, DateTimeOffset now, SettlementOptions options)
    {
        if (credit is null || IsStale(row, credit.Value, now, options))
        {
            return now - row.VerifyingSince > GiveUpFindingOut ? Review(row, null, now) : LookAgain(row, now, options);
        }

        if (credit == row.CreditBefore - row.Total)
        {
            // A no, and the money gone: something in front has sent it twice, and the second no hides the first yes.
            return row.PendingEnd is null
                ? Settle(row, SettlementKnownBy.Credit, credit, now)
                : BeginVerifying(row with { PendingEnd = null, PendingErrorCode = null, PendingErrorMessage = null }, now, options);
        }

        if (row.PendingEnd is { } end)
        {
            var knownBy = end == SettlementStatus.Rejected ? SettlementKnownBy.Baloan : (SettlementKnownBy?)null;
            return End(row, end, row.PendingErrorCode!, row.PendingErrorMessage, knownBy, now) with { CreditAfter = credit };
        }

        var unchanged = credit == row.CreditBefore;
        if (now < row.VerifyingSince + options.VerifyAfter || (unchanged && row.UnchangedAt is null))
        {
            // Baloan may still be at work on it. An end would let the customer's next settlement go on, and that one would take for
            // its own what is moved for this one.
            return LookAgain(unchanged ? row with { UnchangedAt = row.UnchangedAt ?? now } : row, now, options);
        }

        return unchanged
            ? End(row, SettlementStatus.Failed, SettlementErrors.NotSettled, null, SettlementKnownBy.Credit, now) with
            {
                CreditAfter = credit,
            }
            : Review(row, credit, now);
    }

    /// <summary>Whether a person may decide: it could not be found out, or could have been by now.</summary>
    public static bool MayBeResolved(Settlement row, DateTimeOffset now, SettlementOptions options) =>
        !row.IsNewer
        && (
            row.Status == SettlementStatus.NeedsReview
            || (row.Status == SettlementStatus.Verifying && now >= row.VerifyingSince + options.VerifyAfter)
        );

    /// <summary>A person decides.</summary>
    public static Settlement Resolve(Settlement row, bool settled, string note, string? by, DateTimeOffset now) =>
        (
            settled
                ? Settle(row, SettlementKnownBy.Person, row.UserCredit, now)
                : End(row, SettlementStatus.Failed, SettlementErrors.ResolvedNotSettled, null, SettlementKnownBy.Person, now)
        ) with
        {
            ResolvedSettled = settled,
            Note = note,
            ResolvedBy = by,
            ResolvedAt = now,
        };

    /// <summary>
    /// What Baloan has said last of the customer's credit, as far as this settlement knows; null where it has said nothing. With the
    /// settlement, or by the credit that it was found out by: a check that tells more, soon after, tells of the time before it.
    /// </summary>
    public static (long Credit, DateTimeOffset At)? LastSaidCredit(Settlement row) =>
        row is { Status: SettlementStatus.Settled, KnownBy: SettlementKnownBy.Baloan or SettlementKnownBy.Credit, EndedAt: { } at }
        && (row.UserCredit ?? row.CreditBefore - row.Total) is { } left
            ? (left, at)
        : row is { KnownCredit: { } known, KnownCreditAt: { } since } ? (known, since)
        : null;

    private static long CreditBefore(Settlement row, long credit) => SettlementSendings.Reached(row) ? row.CreditBefore ?? credit : credit;

    private static Settlement Requeue(Settlement row, DateTimeOffset dueAt) =>
        row with
        {
            Status = SettlementStatus.Queued,
            SendingId = null,
            SubmittedAt = null,
            DueAt = row.NotAfter < dueAt ? row.NotAfter.Value : dueAt,
        };

    private static Settlement AwaitLook(
        Settlement row,
        SettlementStatus end,
        string code,
        string? message,
        DateTimeOffset since,
        TimeSpan wait
    ) =>
        row with
        {
            Status = SettlementStatus.Verifying,
            VerifyingSince = since,
            DueAt = since + wait,
            PendingEnd = end,
            PendingErrorCode = code,
            PendingErrorMessage = message,
        };

    /// <summary>
    /// Looks again after as long as it took so far, and at the moment from which an unchanged credit is proof. From then on at steady
    /// intervals: who waited through an outage of Baloan waits no longer than its end.
    /// </summary>
    private static Settlement LookAgain(Settlement row, DateTimeOffset now, SettlementOptions options)
    {
        var sofar = now - row.VerifyingSince!.Value;
        var proofAt = row.VerifyingSince.Value + options.VerifyAfter;
        var longest = options.VerifyAfter < LongestTimeBetweenLooks ? options.VerifyAfter : LongestTimeBetweenLooks;
        var wait =
            sofar < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1)
            : sofar < longest ? sofar
            : longest;
        return row with { DueAt = now < proofAt && now + wait > proofAt ? proofAt : now + wait };
    }

    private static Settlement Settle(Settlement row, SettlementKnownBy by, long? credit, DateTimeOffset now) =>
        End(row, SettlementStatus.Settled, null, null, by, now) with
        {
            UserCredit = credit,
            CreditAfter = credit ?? row.CreditAfter,
        };

    private static Settlement Review(Settlement row, long? credit, DateTimeOffset now) =>
        End(row, SettlementStatus.NeedsReview, SettlementErrors.NeedsReview, null, null, now) with
        {
            CreditAfter = credit ?? row.CreditAfter,
            ReviewBeganAt = now,
        };

    private static Settlement End(
        Settlement row,
        SettlementStatus status,
        string? code,
        string? message,
        SettlementKnownBy? by,
        DateTimeOffset now
    ) =>
        (
            row with
            {
                Status = status,
                ErrorCode = code,
                ErrorMessage = message,
                PendingEnd = null,
                PendingErrorCode = null,
                PendingErrorMessage = null,
                KnownBy = by,
                Inferred = by == SettlementKnownBy.Credit,
                EndedAt = now,
            }
        ).WithoutSecrets();
}

/// <summary>What is to be done with a settlement now.</summary>
internal enum SettlementStep
{
    /// <summary>Nothing: it has ended, or is the matter of a newer version of the app.</summary>
    Nothing,

    /// <summary>It is not due yet.</summary>
    Wait,

    /// <summary>Nobody waits for it any more, and nothing was sent.</summary>
    Expire,

    /// <summary>It is to be sent.</summary>
    Submit,

    /// <summary>Whoever sent it is past every time limit: it died, or could not write what became of it.</summary>
    BeginVerifying,

    /// <summary>The credit is to be looked at.</summary>
    Verify,
}
