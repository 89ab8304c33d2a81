using Azure;
using Azure.Data.Tables;
using Baloan.Functions.Storage;

namespace Baloan.Functions.Settlements;

/// <summary>Lets one settlement of a customer at a time be on its way, and keeps what Baloan last said of the customer's credit.</summary>
/// <remarks>
/// What became of a settlement without an answer is found out by the customer's credit. Two of one customer at once would each take
/// the other's money for its own. The hold lasts from before the credit is read until the settlement has ended.
/// </remarks>
public sealed class CustomerHold(StorageClients storage, StorageSetup setup)
{
    private const string Row = "hold";
    private const string CodeColumn = "Code";
    private const string AttemptColumn = "Attempt";
    private const string CreditColumn = "Credit";
    private const string CreditAtColumn = "CreditAt";

    private readonly TableClient table = storage.Tables.GetTableClient(StorageSetup.SettlementsTable);

    /// <summary>Reads who has a customer; null where there is no row, and nobody does.</summary>
    public async Task<Holder?> FindAsync(string customerHash, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        var found = await table.GetEntityIfExistsAsync<TableEntity>(PartitionOf(customerHash), Row, cancellationToken: cancellationToken);
        if (!found.HasValue)
        {
            return null;
        }

        var row = found.Value!;
        var said = row[CreditColumn] is long credit && row[CreditAtColumn] is DateTimeOffset at ? (credit, at) : default((long, DateTimeOffset)?);
        return new Holder(row[CodeColumn] as string ?? "", row[AttemptColumn] as int? ?? 0, said, row.ETag);
    }

    /// <summary>Takes the hold for the present attempt of a settlement.</summary>
    /// <param name="settlement">The settlement.</param>
    /// <param name="from">The row as it was read: of nobody, or of one that has ended.</param>
    /// <param name="said">What Baloan last said of the customer's credit.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The hold's ETag; null where somebody else was quicker.</returns>
    public async Task<string?> TryTakeAsync(
        Settlement settlement, Holder? from, (long Credit, DateTimeOffset At)? said, CancellationToken cancellationToken)
    {
        var row = RowOf(settlement.CustomerHash, settlement.Code, settlement.Attempts, said);
        try
        {
            var written = from is null
                ? await table.AddEntityAsync(row, cancellationToken)
                : await table.UpdateEntityAsync(row, from.ETag, TableUpdateMode.Replace, cancellationToken);
            return written.Headers.ETag.ToString();
        }
        catch (RequestFailedException lost) when (lost.Status is 404 or 409 or 412)
        {
            return null;
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
                await table.UpdateEntityAsync(RowOf(settlement.CustomerHash, "", 0, said), etag, TableUpdateMode.Replace, cancellationToken);
            }
            else
            {
                await table.DeleteEntityAsync(PartitionOf(settlement.CustomerHash), Row, etag, cancellationToken);
            }
        }
        catch (RequestFailedException gone) when (gone.Status is 404 or 412)
        {
            // Another settlement has it now, as it may once this one has ended.
        }
    }

    private static TableEntity RowOf(string customerHash, string code, int attempt, (long Credit, DateTimeOffset At)? said)
    {
        var row = new TableEntity(PartitionOf(customerHash), Row) { [CodeColumn] = code, [AttemptColumn] = attempt };
        if (said is { } known)
        {
            (row[CreditColumn], row[CreditAtColumn]) = (known.Credit, known.At);
        }

        return row;
    }

    // '!' begins an escape of four hex digits in the keys of settlements, so that no code has this partition.
    private static string PartitionOf(string customerHash) => $"!customer-{customerHash}";

    /// <summary>Who has a customer.</summary>
    /// <param name="Code">The settlement's code; empty for nobody.</param>
    /// <param name="Attempt">Its attempt.</param>
    /// <param name="Said">What Baloan last said of the customer's credit (Toman), and when (UTC); null where it is not known.</param>
    /// <param name="ETag">The row's ETag.</param>
    public sealed record Holder(string Code, int Attempt, (long Credit, DateTimeOffset At)? Said, ETag ETag);
}
