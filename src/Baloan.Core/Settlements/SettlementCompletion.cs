using Azure;
using Baloan.Core.Counters;
using Baloan.Core.Events;
using Baloan.Core.Storage;
using Microsoft.Extensions.Logging;

namespace Baloan.Core.Settlements;

/// <summary>Does what belongs to the end of a settlement, once its row says so.</summary>
/// <remarks>
/// The order of writes is the promise: the row (before this); then its place among its like, the customer's hold, the event for
/// subscribers and the counters, in any order; and last of all it leaves the list of those under way, by which the sweep finds what did
/// not come about.
/// </remarks>
public sealed partial class SettlementCompletion(
    SettlementStore store,
    CustomerHold hold,
    ISettlementView view,
    EventPublisher publisher,
    CounterStore counters,
    ILogger<SettlementCompletion> logger
)
{
    /// <summary>Completes a settlement that has ended. Doing so again does no harm.</summary>
    /// <param name="ended">The row.</param>
    /// <param name="openEntry">The entry among those under way that goes, and no other.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Whether all of it is done; not where the row is about to change, or has.</returns>
    public async Task<bool> CompleteAsync(Settlement ended, ETag openEntry, CancellationToken cancellationToken)
    {
        var listed = store.ListAsEndedAsync(ended, cancellationToken);
        await Task.WhenAll(
            listed,
            hold.ReleaseAsync(ended, cancellationToken),
            publisher.PublishAsync(SettlementEvent.Of(ended, view.Of(ended)), cancellationToken),
            counters
                .CountAsync(SettlementCounters.Ended(ended), SettlementCounters.Accepted(ended) with { IsMostlyCounted = true })
                .WaitAsync(cancellationToken)
        );
        if (await listed)
        {
            await store.RemoveFromOpenAsync(ended, openEntry, cancellationToken);
        }

        return await listed;
    }

    /// <summary>Completes it now if that can be done; the row has the truth already, and the sweep makes good what fails here.</summary>
    public async Task CompleteQuietlyAsync(Settlement ended)
    {
        try
        {
            await CompleteAsync(ended, new ETag(ended.OpenETag), CancellationToken.None);
        }
        catch (Exception outage) when (outage is RequestFailedException or AggregateException || StorageOutage.IsCauseOf(outage))
        {
            Log.NotCompleted(logger, ended.Code, outage);
        }
    }

    /// <summary>
    /// Completes it where somebody may not have done so yet: before it is listed as under way again, for then the sweep would not find
    /// that end any more. An entry that is not its own may have been put there by a POST that found it standing still.
    /// </summary>
    /// <param name="ended">The row.</param>
    /// <param name="ownEntry">The entry that the caller has put there for the next attempt; null where it has put none.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task FinishAsync(Settlement ended, ETag? ownEntry, CancellationToken cancellationToken)
    {
        if (await store.FindOpenAsync(ended, cancellationToken) is { } entry && entry != ownEntry)
        {
            await CompleteAsync(ended, new ETag(ended.OpenETag), cancellationToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Settlement {Code} has ended and is not listed so yet; the sweep will do so.")]
        public static partial void NotCompleted(ILogger logger, string code, Exception exception);
    }
}
