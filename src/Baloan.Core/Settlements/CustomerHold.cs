using Azure;
using Azure.Data.Tables;
using Baloan.Core.Storage;

namespace Baloan.Core.Settlements;

/// <summary>Lets one settlement of a customer at a time be on its way, and keeps what Baloan last said of the customer's credit.</summary>
/// <remarks>
/// What became of a settlement without an answer is found out by the customer's credit. Two of one customer at once would each take
/// the other's money for its own. The hold lasts from before the credit is read until the settlement has ended.
/// </remarks>
public sealed class CustomerHold(StorageClients storage, StorageSetup setup, SettlementStore settlements)
{
    private const string Row = "hold";
    private const string CodeColumn = "Code";
    private const string AttemptColumn = "Attempt";
    private const string CreditColumn = "Credit";
    private const string CreditAtColumn = "CreditAt";

    private readonly TableClient table = storage.Tables.GetTableClient(StorageSetup.SettlementsTable);

    /// <summary>Takes the hold for the present attempt of a settlement.</summary>
    /// <returns>
    /// The row with the hold, and with what Baloan last said of the customer's credit, not yet written; null where another settlement has
    /// it.
    /// </returns>
    public async Task<Settlement?> TryTakeAsync(Settlement settlement, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        while (true)
        {
            var (taken, isLost) = await TryTakeOnceAsync(settlement, cancellationToken);
            if (!isLost)
            {
                return taken;
            }
        }
    }

    /// <summary>Gives the hold back, where the settlement still has it.</summary>
    public async Task ReleaseAsync(Settlement settlement, CancellationToken cancellationToken)
    {
        if (settlement.HoldETag is null)
        {
            return;
        }

        var etag = new ETag(settlement.HoldETag);
        try
        {
            if (SettlementRules.LastSaidCredit(settlement) is { } said)
            {
                await table.UpdateEntityAsync(RowOf(settlement, "", said), etag, TableUpdateMode.Replace, cancellationToken);
            }
            else
            {
                await table.DeleteEntityAsync(PartitionOf(settlement), Row, etag, cancellationToken);
            }
        }
        catch (RequestFailedException gone) when (gone.Status is 404 or 412)
        {
            // Another settlement has it now, as it may once this one has ended.
        }
    }

    /// <summary>
    /// Forgets a customer's credit, where it was said before a time and no settlement holds the customer. Long before that it has become
    /// too old to prove anything.
    /// </summary>
    public async Task ForgetAsync(string customerHash, DateTimeOffset saidBefore, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        var partition = PartitionOf(customerHash);
        var found = await table.GetEntityIfExistsAsync<TableEntity>(partition, Row, cancellationToken: cancellationToken);
        if (!found.HasValue || !(found.Value!.Timestamp < saidBefore))
        {
            return;
        }

        if (
            found.Value[CodeColumn] is string { Length: > 0 } code
            && await settlements.FindAsync(code, cancellationToken) is { } holder
            && (holder.IsNewer || (!holder.HasEnded && holder.Attempts == found.Value[AttemptColumn] as int?))
        )
        {
            return;
        }

        try
        {
            await table.DeleteEntityAsync(partition, Row, found.Value.ETag, cancellationToken);
        }
        catch (RequestFailedException changed) when (changed.Status is 404 or 412)
        {
            // Another settlement of the customer has begun.
        }
    }

    private async Task<(Settlement? Taken, bool IsLost)> TryTakeOnceAsync(Settlement settlement, CancellationToken cancellationToken)
    {
        var found = await table.GetEntityIfExistsAsync<TableEntity>(PartitionOf(settlement), Row, cancellationToken: cancellationToken);
        var held = found.HasValue ? found.Value! : null;
        var said =
            held?[CreditColumn] is long credit && held[CreditAtColumn] is DateTimeOffset at
                ? (credit, at)
                : default((long, DateTimeOffset)?);
        var (code, attempt) = (held?[CodeColumn] as string ?? "", held?[AttemptColumn] as int? ?? 0);
        if (code == settlement.Code && attempt == settlement.Attempts)
        {
            // Taken before, by a process that died before it could write so.
            return (With(settlement, held!.ETag, said), false);
        }

        if (code.Length > 0 && await settlements.FindAsync(code, cancellationToken) is { } holder && holder.Attempts == attempt)
        {
            if (!holder.HasEnded)
            {
                return (null, false);
            }

            // It ended, and has not given the hold back yet.
            said = SettlementRules.LastSaidCredit(holder) ?? said;
        }

        try
        {
            var row = RowOf(settlement, settlement.Code, said);
            var written = held is null
                ? await table.AddEntityAsync(row, cancellationToken)
                : await table.UpdateEntityAsync(row, held.ETag, TableUpdateMode.Replace, cancellationToken);
            return (With(settlement, written.Headers.ETag!.Value, said), false);
        }
        catch (RequestFailedException lost) when (lost.Status is 404 or 409 or 412)
        {
            // Somebody was quicker: another settlement, or another instance with this one.
            return (null, true);
        }
    }

    private static Settlement With(Settlement settlement, ETag hold, (long Credit, DateTimeOffset At)? said) =>
        settlement with
        {
            HoldETag = hold.ToString(),
            KnownCredit = said?.Credit,
            KnownCreditAt = said?.At,
        };

    private static TableEntity RowOf(Settlement settlement, string holder, (long Credit, DateTimeOffset At)? said)
    {
        var row = new TableEntity(PartitionOf(settlement), Row)
        {
            [CodeColumn] = holder,
            [AttemptColumn] = holder.Length > 0 ? settlement.Attempts : 0,
        };
        if (said is { } known)
        {
            (row[CreditColumn], row[CreditAtColumn]) = (known.Credit, known.At);
        }

        return row;
    }

    // '!' begins an escape of four hex digits in the keys of settlements, so that no code has this partition.
    private static string PartitionOf(Settlement settlement) => PartitionOf(settlement.CustomerHash);

    private static string PartitionOf(string customerHash) => $"!customer-{customerHash}";
}
