using Azure;
using Azure.Data.Tables;
using Baloan.Core.Storage;
using Microsoft.Extensions.Logging;

namespace Baloan.Core.Loans;

/// <summary>Keeps openings of loans in Table storage, and lists those whose outcome is not known.</summary>
/// <remarks>
/// An opening is a partition of one row. The list is the partition <see cref="StatusIndex.Open"/> of the same table: an entry is written
/// before its row and taken away after the row has ended, and where a loan was opened, after that was recorded too.
/// </remarks>
public sealed partial class LoanOpeningStore(
    StorageClients storage,
    StorageSetup setup,
    StorageClock clock,
    ILogger<LoanOpeningStore> logger
)
{
    private readonly TableClient table = storage.Tables.GetTableClient(StorageSetup.LoanOpeningsTable);
    private readonly StatusIndex index = new(storage, setup, clock, StorageSetup.LoanOpeningsTable);

    /// <summary>Reads an opening, null where there is none; and whether all of it could be read.</summary>
    public async Task<(LoanOpeningRow? Row, bool IsWhole)> FindAsync(string id, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        var (row, unreadable) = await table.FindAsync<LoanOpeningRow>(id, LoanOpeningRow.Row, cancellationToken);
        if (unreadable.Count > 0)
        {
            Log.NotWhole(logger, id, string.Join(", ", unreadable));
        }

        return (row, unreadable.Count == 0);
    }

    /// <summary>Writes an opening down before it is sent.</summary>
    /// <param name="row">The row.</param>
    /// <param name="isNew">Whether there was none; else the ETag says over which it is written.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The row as written; null where somebody else was quicker.</returns>
    public async Task<LoanOpeningRow?> TryBeginAsync(LoanOpeningRow row, bool isNew, CancellationToken cancellationToken)
    {
        await index.AddAsync(StatusIndex.Open, row.IndexKey, row.Id, cancellationToken);
        try
        {
            var written = isNew
                ? await table.AddEntityAsync(row, cancellationToken)
                : await table.UpdateEntityAsync(row, row.ETag, TableUpdateMode.Replace, cancellationToken);
            return row with { ETag = written.Headers.ETag!.Value };
        }
        catch (RequestFailedException lost) when (lost.Status is 409 or 412)
        {
            if ((await FindAsync(row.Id, cancellationToken)).Row is { } there && there.SendingId == row.SendingId)
            {
                // Written by an earlier try whose answer was lost.
                return there;
            }

            await index.RemoveAsync(StatusIndex.Open, row.IndexKey, ETag.All, cancellationToken);
            return null;
        }
    }

    /// <summary>Changes an opening as a rule says, also where somebody else changes it at the same time.</summary>
    /// <param name="id">The opening.</param>
    /// <param name="rule">From the row as it is to the row as it is to be; null for no change.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The row as it is then, null where there is none that can be read; and whether it was changed.</returns>
    public async Task<(LoanOpeningRow? Row, bool Changed)> ChangeAsync(
        string id,
        Func<LoanOpeningRow, LoanOpeningRow?> rule,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            var (row, isWhole) = await FindAsync(id, cancellationToken);
            if (row is null || !isWhole)
            {
                return (null, false);
            }

            if (rule(row) is not { } next)
            {
                return (row, false);
            }

            try
            {
                await table.UpdateEntityAsync(next, row.ETag, TableUpdateMode.Replace, cancellationToken);
            }
            catch (RequestFailedException lost) when (lost.Status == 412)
            {
                continue;
            }

            if (next.Status == LoanOpeningStatus.NotOpened)
            {
                await CompleteAsync(next, cancellationToken);
            }

            return (next, true);
        }
    }

    /// <summary>Reads a page of the openings whose outcome is not known, newest first.</summary>
    /// <param name="top">How many at the most.</param>
    /// <param name="after">The index key of the last one of the page before; null for the first page.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The rows, and the key to go on after; null at the end.</returns>
    public Task<(IReadOnlyList<LoanOpeningRow> Rows, string? After)> ListAsync(
        int top,
        string? after,
        CancellationToken cancellationToken
    ) =>
        index.ListAsync<LoanOpeningRow>(
            [StatusIndex.Open],
            top,
            after,
            async (id, stop) => (await FindAsync(id, stop)).Row,
            (row, entry) => row.IndexKey == entry.Key && LoanOpeningRules.IsOpen(row, clock.GetUtcNow()),
            stray: null,
            cancellationToken
        );

    /// <summary>Reads a page of all openings, in the order of their ids.</summary>
    /// <param name="after">The id of the last one of the page before; null for the first page.</param>
    /// <param name="most">How many at the most.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<List<LoanOpeningRow>> ReadAllAsync(string? after, int most, CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        var (first, row) = (after ?? "", LoanOpeningRow.Row);
        return await table.ReadAsync<LoanOpeningRow>(
            TableClient.CreateQueryFilter($"PartitionKey gt {first} and RowKey eq {row}"),
            most,
            null,
            cancellationToken
        );
    }

    /// <summary>Reads all openings of a customer. The service looks through all openings for it.</summary>
    /// <param name="customer">The hash and the mask of the national identifier; null for any.</param>
    /// <param name="phone">The hash and the mask of the phone number; null for any.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Those of the one or the other; of rows without hashes, those that have both masks.</returns>
    public async Task<List<LoanOpeningRow>> ReadOfCustomerAsync(
        (string Hash, string Mask)? customer,
        (string Hash, string Mask)? phone,
        CancellationToken cancellationToken
    )
    {
        await setup.ReadyAsync(cancellationToken);
        var ways = new List<string>();
        if (customer is { } identifier)
        {
            ways.Add(TableClient.CreateQueryFilter($"CustomerHash eq {identifier.Hash}"));
        }

        if (phone is { } number)
        {
            ways.Add(TableClient.CreateQueryFilter($"PhoneHash eq {number.Hash}"));
        }

        if (customer is { Mask: var first } && phone is { Mask: var second })
        {
            ways.Add(TableClient.CreateQueryFilter($"(MaskedIdentifier eq {first} and MaskedPhoneNumber eq {second})"));
        }

        var row = TableClient.CreateQueryFilter($"RowKey eq {LoanOpeningRow.Row}");
        var rows = await table.ReadAsync<LoanOpeningRow>($"{row} and ({string.Join(" or ", ways)})", int.MaxValue, null, cancellationToken);
        // With a hash, masks tell nothing more.
        return [.. rows.Where(one => one.CustomerHash is null || one.CustomerHash == customer?.Hash || one.PhoneHash == phone?.Hash)];
    }

    /// <summary>Takes an opening out of the list: nothing is left to be done for it.</summary>
    public Task CompleteAsync(LoanOpeningRow row, CancellationToken cancellationToken) =>
        index.RemoveAsync(StatusIndex.Open, row.IndexKey, ETag.All, cancellationToken);

    /// <summary>Reads all that is listed; an entry's id is the opening's.</summary>
    public IAsyncEnumerable<StatusIndex.Entry> ReadOpenAsync(CancellationToken cancellationToken) =>
        index.ReadAsync(StatusIndex.Open, null, 100, cancellationToken);

    /// <summary>Takes away an entry that points to nothing, unless it was written again.</summary>
    public Task ForgetAsync(StatusIndex.Entry entry, CancellationToken cancellationToken) =>
        index.RemoveAsync(entry.Partition, entry.Key, entry.ETag, cancellationToken);

    /// <summary>Notes that nobody knows what became of a sending, and raises the alert for it.</summary>
    public Task ForgoAsync(LoanOpeningRow sent, string? sendings, CancellationToken cancellationToken) =>
        ChangeAsync(
            sent.Id,
            row =>
            {
                var next = LoanOpeningRules.AfterSilence(row, sent.SendingId, sendings, clock.GetUtcNow());
                if (next is not null)
                {
                    // Before it is written: who dies in between has raised the alert, and the next who tries raises it once more.
                    Log.Unknown(logger, sent.Id);
                }

                return next;
            },
            cancellationToken
        );

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Critical,
            "Whether Baloan opened the loan of opening {Id} is not known. Ask Baloan, then decide with POST "
                + "/api/loan-openings/{Id}/resolve."
        )]
        public static partial void Unknown(ILogger logger, string id);

        [LoggerMessage(
            2,
            LogLevel.Error,
            "The row of loan opening {Id} is not whole and is left alone. Columns of another type: {Columns}."
        )]
        public static partial void NotWhole(ILogger logger, string id, string columns);
    }
}
