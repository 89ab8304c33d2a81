using Azure;
using Azure.Data.Tables;
using Baloan.Core.Storage;
using Microsoft.Extensions.Logging;

namespace Baloan.Core.Settlements;

/// <summary>
/// Lists anew what versions of the app have listed that knew only lists by outcome: a piece with each sweep, until none is left.
/// </summary>
/// <remarks>
/// An old entry goes once its settlement is listed, so that whoever goes on goes on where the last one stopped. Once there was none, it is
/// looked for once an hour: an older version may still be running beside this one, or again.
/// </remarks>
public sealed partial class SettlementRelisting(
    StorageClients storage,
    StorageSetup setup,
    StorageClock clock,
    SettlementStore store,
    ILogger<SettlementRelisting> logger
)
{
    private const string Marker = "relisted";
    private const string AtColumn = "At";
    private const int MostOfSweep = 1_000;
    private const int AtOnce = 16;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromHours(1);

    // What a person waits for comes first.
    private static readonly SettlementStatus[] Old =
    [
        SettlementStatus.NeedsReview,
        SettlementStatus.Failed,
        SettlementStatus.Rejected,
        SettlementStatus.Settled,
    ];

    private readonly TableClient table = storage.Tables.GetTableClient(StorageSetup.SettlementIndexTable);
    private readonly StatusIndex index = new(storage, setup, clock, StorageSetup.SettlementIndexTable);
    private DateTimeOffset lookedAt = DateTimeOffset.MinValue;

    /// <summary>Lists the next piece anew; mostly there is none, and nothing is called.</summary>
    public async Task GoOnAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (now - lookedAt < BetweenLooks)
        {
            return;
        }

        await setup.ReadyAsync(cancellationToken);
        var marker = await table.GetEntityIfExistsAsync<TableEntity>(Marker, Marker, cancellationToken: cancellationToken);
        lookedAt = marker.HasValue && marker.Value![AtColumn] is DateTimeOffset at ? at : DateTimeOffset.MinValue;
        if (now - lookedAt < BetweenLooks)
        {
            return;
        }

        var count = 0;
        foreach (var status in Old)
        {
            var entries = await index
                .ReadAsync(status.Name(), null, MostOfSweep, cancellationToken)
                .Take(MostOfSweep - count)
                .ToListAsync(cancellationToken);
            foreach (var some in entries.Chunk(AtOnce))
            {
                await Task.WhenAll(some.Select(entry => RelistQuietlyAsync(entry, cancellationToken)));
            }

            count += entries.Count;
            if (count == MostOfSweep)
            {
                break;
            }
        }

        if (count > 0)
        {
            Log.Relisted(logger, count);
            return;
        }

        await table.UpsertEntityAsync(new TableEntity(Marker, Marker) { [AtColumn] = now }, TableUpdateMode.Replace, cancellationToken);
        lookedAt = now;
    }

    private async Task RelistQuietlyAsync(StatusIndex.Entry entry, CancellationToken cancellationToken)
    {
        try
        {
            await RelistAsync(entry, cancellationToken);
        }
        catch (Exception fault) when (fault is not OperationCanceledException && !StorageOutage.IsCauseOf(fault))
        {
            Log.NotRelisted(logger, entry.Id, fault);
        }
    }

    private async Task RelistAsync(StatusIndex.Entry entry, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(entry.Id, cancellationToken) is { } row && row.IndexKey == entry.Key)
        {
            if (row.IsNewer || !row.HasEnded)
            {
                await store.ListLateAsync(row, cancellationToken);
            }
            else
            {
                await store.ListBeforeAsync(row, cancellationToken);
                if (!await store.ListAsEndedAsync(row, cancellationToken))
                {
                    // It is about to change; the next sweep comes by here again.
                    return;
                }
            }
        }

        await index.RemoveAsync(entry.Partition, entry.Key, entry.ETag, cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Information,
            "{Count} settlements of an older version's lists were listed anew. The next sweep goes on until none is left."
        )]
        public static partial void Relisted(ILogger logger, int count);

        [LoggerMessage(2, LogLevel.Error, "Settlement {Code} of an older version's lists could not be listed anew.")]
        public static partial void NotRelisted(ILogger logger, string code, Exception exception);
    }
}
