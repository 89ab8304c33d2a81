using Azure.Data.Tables;
using Baloan.Core.Storage;

namespace Baloan.Core.Retention;

/// <summary>How far a lap over all there is has come: a piece with each sweep, and once it is through, the next one a day later.</summary>
/// <remarks>
/// A lap goes over everything again rather than on from where the last one ended: what could not be erased then, and what was listed late,
/// stands before that.
/// </remarks>
internal sealed class RetentionLap(StorageClients storage, StorageSetup setup, StorageClock clock, string name)
{
    private const string Partition = "retention";
    private const string AfterColumn = "After";
    private const string EndedColumn = "EndedAt";

    private static readonly TimeSpan BetweenLaps = TimeSpan.FromDays(1);

    private readonly TableClient table = storage.Tables.GetTableClient(StorageSetup.SettlementIndexTable);
    private DateTimeOffset nextAt = DateTimeOffset.MinValue;

    /// <summary>Carries out the next piece, where one is due; mostly none is, and nothing is called.</summary>
    /// <param name="piece">From the key to go on after, null at the beginning, to the key that it came to; null at the end.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task GoOnAsync(Func<string?, Task<string?>> piece, CancellationToken cancellationToken)
    {
        if (clock.GetUtcNow() < nextAt)
        {
            return;
        }

        await setup.ReadyAsync(cancellationToken);
        var found = await table.GetEntityIfExistsAsync<TableEntity>(Partition, name, cancellationToken: cancellationToken);
        var row = found.HasValue ? found.Value! : null;
        if (row?[EndedColumn] is DateTimeOffset ended && clock.GetUtcNow() < ended + BetweenLaps)
        {
            nextAt = ended + BetweenLaps;
            return;
        }

        var after = await piece(row?[AfterColumn] as string);
        var now = clock.GetUtcNow();
        var next = after is null
            ? new TableEntity(Partition, name) { [EndedColumn] = now }
            : new TableEntity(Partition, name) { [AfterColumn] = after };
        await table.UpsertEntityAsync(next, TableUpdateMode.Replace, cancellationToken);
        nextAt = after is null ? now + BetweenLaps : nextAt;
    }
}
