using Azure;
using Azure.Data.Tables;
using Baloan.Core.Storage;

namespace Baloan.Core.Events;

/// <summary>Keeps, for each subscription, the events that it has not taken.</summary>
public sealed class EventBacklog(StorageClients storage, StorageSetup setup)
{
    // A transaction takes 4 MB; a row has at most 64 KB, which travel as base64.
    private const int MostMoved = 25;

    private static readonly string[] WithoutMessage =
    [
        nameof(BacklogEntry.PartitionKey),
        nameof(BacklogEntry.RowKey),
        nameof(BacklogEntry.Since),
        nameof(BacklogEntry.DueAt),
        nameof(BacklogEntry.Attempts),
    ];

    private readonly TableClient table = storage.Tables.GetTableClient(StorageSetup.SubscriptionsTable);

    /// <summary>Keeps a row, also where it is there already.</summary>
    public async Task KeepAsync(BacklogEntry entry, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        await table.UpsertEntityAsync(entry, TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>The rows that wait, oldest first and without their messages.</summary>
    public async Task<List<BacklogEntry>> ReadWaitingAsync(string subscription, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        return await table.ReadAsync<BacklogEntry>(
            RangeOf(subscription, BacklogEntry.Waiting),
            int.MaxValue,
            WithoutMessage,
            cancellationToken
        );
    }

    /// <summary>Reads a row; null where it is gone.</summary>
    public async Task<BacklogEntry?> FindAsync(BacklogEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        await setup.ReadyAsync(cancellationToken);
        return (await table.FindAsync<BacklogEntry>(entry.PartitionKey, entry.RowKey, cancellationToken)).Row;
    }

    /// <summary>How many rows of each kind there are.</summary>
    public async Task<(int Waiting, int Failed)> CountAsync(string subscription, CancellationToken cancellationToken)
    {
        var keys = await KeysAsync(subscription, cancellationToken);
        var failed = keys.Count(key => key.StartsWith(BacklogEntry.Failed, StringComparison.Ordinal));
        return (keys.Count - failed, failed);
    }

    /// <summary>Takes a row away; nothing where it is gone.</summary>
    public async Task RemoveAsync(string subscription, string key, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        try
        {
            await table.DeleteEntityAsync(BacklogEntry.PartitionOf(subscription), key, ETag.All, cancellationToken);
        }
        catch (RequestFailedException gone) when (gone.Status == 404) { }
    }

    /// <summary>Lets rows that failed for good wait again, as if they had been published now.</summary>
    public async Task RestoreAsync(string subscription, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        while (
            await table.ReadAsync<BacklogEntry>(RangeOf(subscription, BacklogEntry.Failed), MostMoved, null, cancellationToken)
                is { Count: > 0 } failed
        )
        {
            await table.SubmitTransactionAsync(
                failed.SelectMany(row =>
                    new[]
                    {
                        new TableTransactionAction(TableTransactionActionType.Delete, row, ETag.All),
                        new TableTransactionAction(TableTransactionActionType.UpsertReplace, row.As(BacklogEntry.Waiting).Anew(now)),
                    }
                ),
                cancellationToken
            );
        }
    }

    /// <summary>Takes away all rows of a subscription that has ended.</summary>
    public async Task ClearAsync(string subscription, CancellationToken cancellationToken)
    {
        foreach (var key in await KeysAsync(subscription, cancellationToken))
        {
            await RemoveAsync(subscription, key, cancellationToken);
        }
    }

    private async Task<List<string>> KeysAsync(string subscription, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        var rows = await table.ReadAsync<BacklogEntry>(
            TableClient.CreateQueryFilter($"PartitionKey eq {BacklogEntry.PartitionOf(subscription)}"),
            int.MaxValue,
            [nameof(BacklogEntry.RowKey)],
            cancellationToken
        );
        return [.. rows.Select(row => row.RowKey)];
    }

    private static string RangeOf(string subscription, string kind) =>
        TableClient.CreateQueryFilter(
            $"PartitionKey eq {BacklogEntry.PartitionOf(subscription)} and RowKey ge {kind} and RowKey lt {kind[..1] + "."}"
        );
}
