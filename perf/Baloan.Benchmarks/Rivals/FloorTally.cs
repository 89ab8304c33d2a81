using System.Threading.Channels;
using Azure;
using Azure.Data.Tables;

namespace Baloan.Benchmarks.Rivals;

/// <summary>The counter of the floor: one row, added to under its ETag by one writer, which takes together what comes together.</summary>
internal sealed class FloorTally(TableClient table)
{
    private const string Partition = "stats";

    // Of two rows at the most, and the counter: a transaction has at most a hundred.
    private const int MostTogether = 45;

    private readonly Channel<(IReadOnlyList<TableTransactionAction> Actions, TaskCompletionSource Done)> orders = Channel.CreateUnbounded<(
        IReadOnlyList<TableTransactionAction> Actions,
        TaskCompletionSource Done
    )>(new() { SingleReader = true });

    public static TableEntity Row(string code, string what) => new(Partition, $"counted-{what}-{code}");

    public static TableEntity Announcement(string id) => new(Partition, $"begun-{id}");

    public Task AnnounceAsync(string id) => table.UpsertEntityAsync(Announcement(id), TableUpdateMode.Replace);

    public async Task SetUpAsync(CancellationToken cancellationToken)
    {
        await table.CreateIfNotExistsAsync(cancellationToken);
        var counter = await table.UpsertEntityAsync(new TableEntity(Partition, "hour"), TableUpdateMode.Replace, cancellationToken);
        _ = WorkOffAsync(counter.Headers.ETag!.Value);
    }

    /// <summary>Adds to the counter, in one transaction with the rows given.</summary>
    public Task AddAsync(IReadOnlyList<TableTransactionAction> actions)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        orders.Writer.TryWrite((actions, done));
        return done.Task;
    }

    private async Task WorkOffAsync(ETag etag)
    {
        var sum = 0;
        while (await orders.Reader.WaitToReadAsync())
        {
            var together = new List<(IReadOnlyList<TableTransactionAction> Actions, TaskCompletionSource Done)>();
            while (together.Count < MostTogether && orders.Reader.TryRead(out var order))
            {
                together.Add(order);
            }

            try
            {
                var counter = new TableTransactionAction(
                    TableTransactionActionType.UpdateReplace,
                    new TableEntity(Partition, "hour") { ["Sum"] = sum += together.Count },
                    etag
                );
                var written = await table.SubmitTransactionAsync([
                    .. together.SelectMany(order => order.Actions).DistinctBy(action => action.Entity.RowKey),
                    counter,
                ]);
                etag = written.Value[^1].Headers.ETag!.Value;
                together.ForEach(order => order.Done.SetResult());
            }
            catch (RequestFailedException failure)
            {
                together.ForEach(order => order.Done.SetException(failure));
            }
        }
    }
}
