using Baloan.Core.Loans;
using Baloan.Core.Settlements;
using Baloan.Core.Storage;
using Baloan.Core.Tokens;

namespace Baloan.Core.Retention;

/// <summary>Whose data are to be erased; at least one of the two is given.</summary>
/// <param name="NationalIdentifier">The national identifier, by which settlements and loan openings are found.</param>
/// <param name="PhoneNumber">The phone number, by which loan openings are found.</param>
public sealed record CustomerToErase(string? NationalIdentifier, string? PhoneNumber);

/// <summary>Something of a customer that was not erased.</summary>
/// <param name="IsSettlement">Whether it is an attempt at a settlement; else it is the opening of a loan.</param>
/// <param name="Id">The settlement's code, or the opening's id.</param>
/// <param name="Why">Why it was kept.</param>
/// <param name="NotBefore">From when on it can be erased (UTC); null where that is not known.</param>
public sealed record KeptOfCustomer(bool IsSettlement, string Id, ErasureHindrance Why, DateTimeOffset? NotBefore);

/// <summary>What was erased of a customer, and what was not.</summary>
/// <param name="Settlements">The codes of which an attempt was erased.</param>
/// <param name="Attempts">How many attempts were erased, each with its invoice.</param>
/// <param name="LoanOpenings">How many openings of loans were erased.</param>
/// <param name="Loans">The uuids of the loans that were erased.</param>
/// <param name="Kept">What was kept, and why.</param>
/// <param name="IsComplete">Whether all was looked at; else the same call goes on.</param>
public sealed record CustomerErasure(
    IReadOnlyList<string> Settlements,
    int Attempts,
    int LoanOpenings,
    IReadOnlyList<string> Loans,
    IReadOnlyList<KeptOfCustomer> Kept,
    bool IsComplete
);

/// <summary>Erases all of one customer that may be erased.</summary>
public sealed class CustomerEraser(
    CustomerHasher hasher,
    SettlementList list,
    SettlementEraser settlements,
    LoanOpeningStore openings,
    LoanEraser loans,
    StorageClock clock,
    TimeProvider time
)
{
    /// <summary>
    /// How long after its end something is left alone at the least: what was put aside of it in a poison queue is gone after seven days.
    /// </summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromDays(8);

    // A caller waits, and whatever is left is found again by the same call.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private const int Page = 100;

    /// <summary>Erases it. Doing so again goes on where it stopped.</summary>
    /// <exception cref="KeyVaultUnavailableException">The key by which the customer is found cannot be had.</exception>
    /// <exception cref="Azure.RequestFailedException">Storage is away; what was erased until then stays erased.</exception>
    public async Task<CustomerErasure> EraseAsync(CustomerToErase whom, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(whom);
        var began = time.GetTimestamp();
        var endedBefore = clock.GetUtcNow() - Quiet;
        var customerHash = whom.NationalIdentifier is { } identifier ? await hasher.HashAsync(identifier, cancellationToken) : null;
        var phoneHash = whom.PhoneNumber is { } number ? await hasher.HashPhoneNumberAsync(number, cancellationToken) : null;
        var (codes, attempts, kept) = (new List<string>(), 0, new List<KeptOfCustomer>());
        if (customerHash is not null)
        {
            string? after = null;
            List<Settlement> page;
            do
            {
                page = await list.ReadOfCustomerAsync(customerHash, after, Page, cancellationToken);
                foreach (var listed in page)
                {
                    if (time.GetElapsedTime(began) > Patience)
                    {
                        return new(codes, attempts, 0, [], kept, IsComplete: false);
                    }

                    var erasure = await settlements.EraseOfCustomerAsync(listed, endedBefore, cancellationToken);
                    attempts += erasure.Erased;
                    if (erasure.Erased > 0)
                    {
                        codes.Add(listed.Code);
                    }

                    kept.AddRange(
                        erasure.Kept.Select(one => new KeptOfCustomer(
                            true,
                            one.Attempt.Code,
                            one.Why,
                            one.Why == ErasureHindrance.EndedLately ? one.Attempt.Ended + Quiet : null
                        ))
                    );
                    after = listed.RowKey;
                }
            } while (page.Count == Page);

            await settlements.ForgetCreditAsync(customerHash, endedBefore, cancellationToken);
        }

        var (opened, uuids) = (0, new List<string>());
        var all = await openings.ReadOfCustomerAsync(
            customerHash is null ? null : (customerHash, Masked.LastFour(whom.NationalIdentifier!)),
            phoneHash is null ? null : (phoneHash, Masked.LastFour(whom.PhoneNumber!)),
            cancellationToken
        );
        foreach (var opening in all)
        {
            if (time.GetElapsedTime(began) > Patience)
            {
                return new(codes, attempts, opened, uuids, kept, IsComplete: false);
            }

            var (why, isOpeningErased, isLoanErased) = await loans.EraseAsync(opening, endedBefore, cancellationToken);
            opened += isOpeningErased ? 1 : 0;
            if (isLoanErased)
            {
                uuids.Add(opening.Uuid!);
            }

            if (why is { } hindrance)
            {
                kept.Add(new(false, opening.Id, hindrance, null));
            }
        }

        return new(codes, attempts, opened, uuids, kept, IsComplete: true);
    }
}
