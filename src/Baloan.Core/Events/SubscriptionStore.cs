using Azure;
using Azure.Data.Tables;
using Baloan.Core.Storage;

namespace Baloan.Core.Events;

/// <summary>Keeps subscriptions in Table storage.</summary>
public sealed class SubscriptionStore(StorageClients storage, StorageSetup setup)
{
    private readonly TableClient table = storage.Tables.GetTableClient(StorageSetup.SubscriptionsTable);

    /// <summary>Reads a subscription; null where it is gone.</summary>
    public async Task<Subscription?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        return (await table.FindAsync<Subscription>(Subscription.Partition, id, cancellationToken)).Row;
    }

    /// <summary>Reads all subscriptions, up to a thousand with each storage call.</summary>
    public async Task<List<Subscription>> ReadAllAsync(CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        return await table.ReadAsync<Subscription>(
            TableClient.CreateQueryFilter($"PartitionKey eq {Subscription.Partition}"),
            int.MaxValue,
            select: null,
            cancellationToken
        );
    }

    /// <summary>Keeps a subscription, also where it is there already: then it is tried anew, and what waits for it still does.</summary>
    public async Task SaveAsync(Subscription subscription, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        await table.UpsertEntityAsync(subscription, TableUpdateMode.Merge, cancellationToken);
    }

    /// <summary>Records what came of a delivery; nothing where the subscription is gone.</summary>
    /// <param name="id">The subscription.</param>
    /// <param name="at">When it was tried (UTC).</param>
    /// <param name="status">The HTTP status; null where there was no answer.</param>
    /// <param name="failures">How many tries have failed one after the other.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task RecordTryAsync(string id, DateTimeOffset at, int? status, int failures, CancellationToken cancellationToken) =>
        MergeAsync(
            id,
            new()
            {
                [nameof(Subscription.LastTriedAt)] = at,
                // A column cannot be emptied beside others that stay.
                [nameof(Subscription.LastStatus)] = status ?? Subscription.NoAnswer,
                [nameof(Subscription.Failures)] = failures,
            },
            ETag.All,
            cancellationToken
        );

    /// <summary>Records when what waits is tried next; null where nothing waits.</summary>
    /// <param name="id">The subscription.</param>
    /// <param name="at">When (UTC).</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task RecordRetryAsync(string id, DateTimeOffset? at, CancellationToken cancellationToken) =>
        MergeAsync(id, RetryAt(at), ETag.All, cancellationToken);

    /// <summary>Takes up what waits for a subscription until <paramref name="until"/> (UTC), before anybody else does.</summary>
    /// <returns>Whether nobody else was first.</returns>
    public Task<bool> ClaimAsync(Subscription subscription, DateTimeOffset until, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        return MergeAsync(subscription.RowKey, RetryAt(until), subscription.ETag, cancellationToken);
    }

    /// <summary>Ends a subscription; nothing where it is gone already.</summary>
    /// <param name="id">The id.</param>
    /// <param name="etag">The subscription that is meant, where the same one may have been made again; <see cref="ETag.All"/> for
    /// whatever is there.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task RemoveAsync(string id, ETag etag, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        try
        {
            await table.DeleteEntityAsync(Subscription.Partition, id, etag, cancellationToken);
        }
        catch (RequestFailedException elsewise) when (elsewise.Status is 404 or 412)
        {
            // Gone, or made again meanwhile.
        }
    }

    private static TableEntity RetryAt(DateTimeOffset? at) => new() { [nameof(Subscription.RetryAt)] = at ?? DateTimeOffset.UnixEpoch };

    private async Task<bool> MergeAsync(string id, TableEntity columns, ETag etag, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        (columns.PartitionKey, columns.RowKey) = (Subscription.Partition, id);
        try
        {
            await table.UpdateEntityAsync(columns, etag, TableUpdateMode.Merge, cancellationToken);
            return true;
        }
        catch (RequestFailedException elsewise) when (elsewise.Status is 404 or 412)
        {
            return false;
        }
    }
}
