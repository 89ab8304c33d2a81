using Baloan.Core.Storage;

namespace Baloan.Core.Loans;

/// <summary>
/// What is erased of loans and their openings. An opening's row is the memory of its idempotency key, and a loan's row and history that of
/// the callbacks that came: without them, a loan could be opened twice, and a late callback would be news. So none of them is deleted; the
/// masks, hashes, notes and Baloan's own words go.
/// </summary>
public static class LoanErasureRules
{
    /// <summary>Why a loan cannot be erased; null where it can be.</summary>
    /// <param name="loan">Its row.</param>
    /// <param name="endedBefore">When it has to have ended at the latest (UTC).</param>
    public static ErasureHindrance? HindranceOf(Loan loan, DateTimeOffset endedBefore) =>
        !LoanStates.IsFinal(loan.State) ? ErasureHindrance.UnderWay
        : loan.UpdatedAt >= endedBefore ? ErasureHindrance.EndedLately
        : null;

    /// <summary>Why an opening cannot be erased; null where it can be.</summary>
    /// <param name="opening">Its row.</param>
    /// <param name="loan">The loan that it opened; null where it opened none, or none is recorded.</param>
    /// <param name="endedBefore">When it has to have ended at the latest (UTC).</param>
    public static ErasureHindrance? HindranceOf(LoanOpeningRow opening, Loan? loan, DateTimeOffset endedBefore) =>
        opening switch
        {
            { Schema: > LoanOpeningRow.CurrentSchema } => ErasureHindrance.WrittenByNewerVersion,
            { HasEnded: false } => ErasureHindrance.AwaitsPerson,
            _ when opening.UpdatedAt >= endedBefore => ErasureHindrance.EndedLately,
            { Status: LoanOpeningStatus.Opened } => loan is null ? ErasureHindrance.UnderWay : HindranceOf(loan, endedBefore),
            _ => null,
        };

    /// <summary>The opening without all that tells of a person.</summary>
    public static LoanOpeningRow Erase(LoanOpeningRow opening, DateTimeOffset now) =>
        opening with
        {
            MaskedIdentifier = "",
            MaskedPhoneNumber = "",
            CustomerHash = null,
            PhoneHash = null,
            Sendings = null,
            Note = opening.Note is null ? null : "",
            By = null,
            ErasedAt = now,
        };
}
