using Azure;
using Azure.Data.Tables;
using Baloan.Core.Storage;

namespace Baloan.Functions.Settlements;

/// <summary>Lets one settlement of a customer at a time be on its way.</summary>
/// <remarks>
/// What became of a settlement without an answer is found out by the customer's credit. Two of one customer at once would each take
/// the other's money for its own. The hold lasts from before the credit is read until the settlement has ended.
/// </remarks>
public sealed class CustomerHold(StorageClients storage, StorageSetup setup)
{
    private const string Row = "hold";
    private const string CodeColumn = "Code";
    private const string AttemptColumn = "Attempt";

    private readonly TableClient table = storage.Tables.GetTableClient(StorageSetup.SettlementsTable);

    /// <summary>Takes the hold for the present attempt of a settlement.</summary>
    /// <param name="settlement">The settlement.</param>
    /// <param name="isUnderWay">Whether an attempt of another settlement is still under way; what has ended holds nothing.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The hold's ETag; null where another settlement has it.</returns>
    public async Task<string?> TryTakeAsync(
        Settlement settlement, Func<string, int, CancellationToken, Task<bool>> isUnderWay, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        var hold = new TableEntity(PartitionOf(settlement), Row)
        {
            [CodeColumn] = settlement.Code,
            [AttemptColumn] = settlement.Attempts,
        };
        try
        {
            return (await table.AddEntityAsync(hold, cancellationToken)).Headers.ETag.ToString();
        }
        catch (RequestFailedException taken) when (taken.Status == 409)
        {
            // Looked at below.
        }

        var found = await table.GetEntityIfExistsAsync<TableEntity>(hold.PartitionKey, Row, cancellationToken: cancellationToken);
        if (!found.HasValue)
        {
            // Released in between; the next round gets it.
            return null;
        }

        var (code, attempt) = (found.Value!.GetString(CodeColumn)!, found.Value.GetInt32(AttemptColumn) ?? 0);
        if (code == settlement.Code && attempt == settlement.Attempts)
        {
            return found.Value.ETag.ToString();
        }

        if (await isUnderWay(code, attempt, cancellationToken))
        {
            return null;
        }

        try
        {
            var stolen = await table.UpdateEntityAsync(hold, found.Value.ETag, TableUpdateMode.Replace, cancellationToken);
            return stolen.Headers.ETag.ToString();
        }
        catch (RequestFailedException lost) when (lost.Status is 404 or 412)
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

        try
        {
            await table.DeleteEntityAsync(PartitionOf(settlement), Row, new ETag(settlement.HoldETag), cancellationToken);
        }
        catch (RequestFailedException gone) when (gone.Status is 404 or 412)
        {
            // Another settlement has it now, as it may once this one has ended.
        }
    }

    // '!' begins an escape of four hex digits in the keys of settlements, so that no code has this partition.
    private static string PartitionOf(Settlement settlement) => $"!customer-{settlement.CustomerHash}";
}
