using Azure;
using Azure.Data.Tables;
using Baloan.Core.Storage;

namespace Baloan.Functions.Subscriptions;

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
            TableClient.CreateQueryFilter($"PartitionKey eq {Subscription.Partition}"), int.MaxValue, select: null, cancellationToken);
    }

    /// <summary>Keeps a subscription, also where it is there already.</summary>
    public async Task SaveAsync(Subscription subscription, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        await table.UpsertEntityAsync(subscription, TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>Ends a subscription; nothing where it is gone already.</summary>
    /// <param name="id">The id.</param>
    /// <param name="etag">The subscription that is meant, where the same one may have been made again; <see cref="ETag.All"/> for whatever is there.</param>
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
}
