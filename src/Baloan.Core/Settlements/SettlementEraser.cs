using Baloan.Core.Storage;

namespace Baloan.Core.Settlements;

/// <summary>What came of erasing a settlement.</summary>
/// <param name="Erased">How many attempts were erased; those that were erased before are not in it.</param>
/// <param name="Kept">The attempts that were not, and why.</param>
public sealed record SettlementErasure(int Erased, IReadOnlyList<(Settlement Attempt, ErasureHindrance Why)> Kept);

/// <summary>Erases what <see cref="ErasureRules"/> say, of the rows of a code, their invoices and the lists.</summary>
/// <remarks>
/// The order of writes is the promise: invoices, then rows, and last of all that by which it was found. Whatever process dies in between,
/// the next one finds it again and goes on; doing any of it again does no harm. Rows are written over the ETag that was read, so that an
/// attempt that begins meanwhile, a decision or an answer of Baloan's wins.
/// </remarks>
public sealed class SettlementEraser(SettlementStore store, SettlementList list, CustomerHold hold, FileStore files, StorageClock clock)
{
    /// <summary>Erases an attempt that ended long enough ago, found by the list of ends.</summary>
    /// <param name="listed">The entry of that list.</param>
    /// <param name="endedBefore">When it has to have ended at the latest (UTC).</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<SettlementErasure> EraseEndedAsync(Settlement listed, DateTimeOffset endedBefore, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(listed.Code, cancellationToken) is not { } row)
        {
            return new(0, []);
        }

        var attempt =
            listed.Attempts >= row.Attempts ? row : await store.FindAttemptAsync(row, listed.Attempts, cancellationToken) ?? listed;
        var isNew = !ErasureRules.IsErased(attempt);
        var (bare, why) = await EraseAsync(row, attempt, endedBefore, cancellationToken);
        if (bare is null)
        {
            return new(0, [(attempt, why)]);
        }

        if (listed.ErasedAt is null)
        {
            await hold.ForgetAsync(listed.CustomerHash, endedBefore, cancellationToken);
            if (!await UnlistAsync(row, listed, cancellationToken))
            {
                // Its entry stays as it is, so that the next one finds it.
                return new(isNew ? 1 : 0, []);
            }
        }

        await FileAsync(row, bare, cancellationToken);
        return new(isNew ? 1 : 0, []);
    }

    /// <summary>Erases what is of a customer among the attempts at a code, found by the list of the customer's settlements.</summary>
    /// <param name="listed">The entry of that list.</param>
    /// <param name="endedBefore">When it has to have ended at the latest (UTC).</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<SettlementErasure> EraseOfCustomerAsync(
        Settlement listed,
        DateTimeOffset endedBefore,
        CancellationToken cancellationToken
    )
    {
        var row = await store.FindAsync(listed.Code, cancellationToken);
        if (row is null || row.IndexKey != listed.RowKey)
        {
            // Listed and then not accepted, or about to be.
            await list.TryRemoveFromCustomerAsync(listed.CustomerHash, listed.RowKey, cancellationToken);
            return new(0, []);
        }

        var (erased, isDone) = (0, true);
        var kept = new List<(Settlement, ErasureHindrance)>();
        var before = await store.ReadAllAttemptsAsync(row, cancellationToken);
        foreach (var attempt in before.Append(row).Where(attempt => ErasureRules.IsOf(attempt, listed.CustomerHash)))
        {
            var isNew = !ErasureRules.IsErased(attempt);
            var (bare, why) = await EraseAsync(row, attempt, endedBefore, cancellationToken);
            if (bare is null)
            {
                kept.Add((attempt, why));
            }
            else
            {
                erased += isNew ? 1 : 0;
                isDone &= await FileAsync(row, bare, cancellationToken);
            }
        }

        if (isDone && kept.Count == 0)
        {
            await list.TryRemoveFromCustomerAsync(listed.CustomerHash, listed.RowKey, cancellationToken);
        }

        return new(erased, kept);
    }

    /// <summary>Erases what Baloan last said of a customer's credit, where that is old and nothing is under way.</summary>
    public Task ForgetCreditAsync(string customerHash, DateTimeOffset saidBefore, CancellationToken cancellationToken) =>
        hold.ForgetAsync(customerHash, saidBefore, cancellationToken);

    /// <summary>Erases the row of an attempt.</summary>
    /// <returns>The row as it is then; null where it is kept, and why.</returns>
    private async Task<(Settlement? Bare, ErasureHindrance Why)> EraseAsync(
        Settlement row,
        Settlement attempt,
        DateTimeOffset endedBefore,
        CancellationToken cancellationToken
    )
    {
        if (row.IsNewer)
        {
            return (null, ErasureHindrance.WrittenByNewerVersion);
        }

        if (ErasureRules.IsErased(attempt))
        {
            return (attempt, default);
        }

        if (ErasureRules.HindranceOf(attempt, endedBefore) is { } why)
        {
            return (null, why);
        }

        var isPresent = ReferenceEquals(attempt, row);
        if (isPresent && await store.FindOpenAsync(row, cancellationToken) is not null)
        {
            // Its end is not told and counted yet, for which the sweep needs all of it.
            return (null, ErasureHindrance.UnderWay);
        }

        if (attempt.InvoiceBlob.Length > 0)
        {
            await files.DeleteAsync(StorageSetup.InvoicesContainer, attempt.Invoice, cancellationToken);
        }

        var bare = ErasureRules.Erase(attempt, clock.GetUtcNow());
        var written = isPresent
            ? await store.TryUpdateAsync(bare, cancellationToken)
            : await store.TryUpdateAttemptAsync(bare, cancellationToken);
        return (written, ErasureHindrance.UnderWay);
    }

    /// <summary>Lists an erased attempt as it is now.</summary>
    /// <returns>Whether it is; not where a new attempt is about to begin.</returns>
    private async Task<bool> FileAsync(Settlement row, Settlement bare, CancellationToken cancellationToken)
    {
        if (bare.Attempts >= row.Attempts)
        {
            return await list.FileAsync(bare, () => store.FindAsync(bare.Code, cancellationToken), cancellationToken);
        }

        await list.AddEndAsync(bare, cancellationToken);
        return true;
    }

    /// <summary>Takes a settlement off the list of the customer of an attempt, where no other attempt is of the same one.</summary>
    /// <returns>Whether nothing is left to be done.</returns>
    private async Task<bool> UnlistAsync(Settlement row, Settlement attempt, CancellationToken cancellationToken)
    {
        var all = (await store.ReadAllAttemptsAsync(row, cancellationToken)).Append(row);
        return all.Any(other => other.Attempts != attempt.Attempts && other.ErasedAt is null && other.CustomerHash == attempt.CustomerHash)
            || await list.TryRemoveFromCustomerAsync(attempt.CustomerHash, row.IndexKey, cancellationToken);
    }
}
