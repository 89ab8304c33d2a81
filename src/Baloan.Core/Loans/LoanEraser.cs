using Baloan.Core.Storage;

namespace Baloan.Core.Loans;

/// <summary>What came of erasing the opening of a loan.</summary>
/// <param name="Why">Why it was kept; null where it is erased.</param>
/// <param name="IsOpeningErased">Whether the opening was erased now.</param>
/// <param name="IsLoanErased">Whether the loan was erased now.</param>
public sealed record LoanErasure(ErasureHindrance? Why, bool IsOpeningErased, bool IsLoanErased);

/// <summary>Erases what <see cref="LoanErasureRules"/> say.</summary>
/// <remarks>
/// A loan before its opening, by which it is found, and its history before its row: whatever process dies in between, the next one goes on.
/// </remarks>
public sealed class LoanEraser(LoanStore loans, LoanOpeningStore openings, StorageClock clock)
{
    /// <summary>Erases a loan, where it ended long enough ago.</summary>
    /// <returns>Whether it was erased now.</returns>
    public async Task<bool> EraseAsync(Loan loan, DateTimeOffset endedBefore, CancellationToken cancellationToken) =>
        loan.ErasedAt is null
        && LoanErasureRules.HindranceOf(loan, endedBefore) is null
        && await loans.TryEraseAsync(loan, cancellationToken);

    /// <summary>Erases an opening, and before it the loan that it opened, where both ended long enough ago.</summary>
    public async Task<LoanErasure> EraseAsync(LoanOpeningRow listed, DateTimeOffset endedBefore, CancellationToken cancellationToken)
    {
        var (opening, isWhole) = await openings.FindAsync(listed.Id, cancellationToken);
        if (opening is null || !isWhole || opening.ErasedAt is not null)
        {
            return new(isWhole ? null : ErasureHindrance.AwaitsPerson, false, false);
        }

        var loan = opening.Uuid is { } uuid ? await loans.FindAsync(uuid, cancellationToken) : null;
        if (LoanErasureRules.HindranceOf(opening, loan, endedBefore) is { } why)
        {
            return new(why, false, false);
        }

        var isLoanErased = false;
        if (loan is { ErasedAt: null })
        {
            if (!await loans.TryEraseAsync(loan, cancellationToken))
            {
                return new(ErasureHindrance.UnderWay, false, false);
            }

            isLoanErased = true;
        }

        var (_, changed) = await openings.ChangeAsync(
            opening.Id,
            row =>
                row.ErasedAt is null && LoanErasureRules.HindranceOf(row, loan, endedBefore) is null
                    ? LoanErasureRules.Erase(row, clock.GetUtcNow())
                    : null,
            cancellationToken
        );
        return new(null, changed, isLoanErased);
    }
}
