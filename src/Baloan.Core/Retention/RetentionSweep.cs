using Baloan.Core.Loans;
using Baloan.Core.Settlements;
using Baloan.Core.Storage;
using Baloan.Core.Uploads;
using Microsoft.Extensions.Logging;

namespace Baloan.Core.Retention;

/// <summary>Erases what ended longer ago than <see cref="RetentionOptions"/> say, a piece with each sweep.</summary>
public sealed partial class RetentionSweep(
    RetentionOptions options,
    SettlementList list,
    SettlementEraser settlements,
    LoanOpeningStore openings,
    LoanStore allLoans,
    LoanEraser loans,
    UploadStore uploads,
    FileStore files,
    StorageClients storage,
    StorageSetup setup,
    StorageClock clock,
    ILogger<RetentionSweep> logger
)
{
    // What a storage call brings at the most; of these, some are erased with each sweep.
    private const int MostRead = 1_000;
    private const int MostErased = 100;
    private const int AtOnce = 8;

    private readonly RetentionLap settlementLap = new(storage, setup, clock, "settlements");
    private readonly RetentionLap openingLap = new(storage, setup, clock, "openings");
    private readonly RetentionLap loanLap = new(storage, setup, clock, "loans");
    private readonly RetentionLap uploadLap = new(storage, setup, clock, "uploads");

    /// <summary>Erases the next piece.</summary>
    /// <exception cref="Azure.RequestFailedException">Storage is away; the next sweep goes on.</exception>
    public async Task GoOnAsync(CancellationToken cancellationToken)
    {
        if (options.Days is not { } days)
        {
            return;
        }

        var before = clock.GetUtcNow() - TimeSpan.FromDays(days);
        await settlementLap.GoOnAsync(after => EraseSettlementsAsync(after, before, cancellationToken), cancellationToken);
        await openingLap.GoOnAsync(after => EraseOpeningsAsync(after, before, cancellationToken), cancellationToken);
        await loanLap.GoOnAsync(after => EraseLoansAsync(after, before, cancellationToken), cancellationToken);
        await uploadLap.GoOnAsync(after => DeleteUploadsAsync(after, before, cancellationToken), cancellationToken);
    }

    private async Task<string?> EraseSettlementsAsync(string? after, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var page = await list.ReadEndsAsync(after, before, MostRead, cancellationToken);
        var whole = page.Where(end => !ErasureRules.IsErased(end)).Take(MostErased).ToList();
        // Attempts of one code would take each other's rows away.
        foreach (var some in whole.GroupBy(end => end.Code).Chunk(AtOnce))
        {
            await Task.WhenAll(some.Select(EraseInTurnAsync));
        }

        return After(whole, page, end => end.RowKey);

        async Task EraseInTurnAsync(IEnumerable<Settlement> ends)
        {
            foreach (var end in ends)
            {
                await QuietlyAsync($"Settlement {end.Code}", () => settlements.EraseEndedAsync(end, before, cancellationToken));
            }
        }
    }

    private async Task<string?> EraseOpeningsAsync(string? after, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var page = await openings.ReadAllAsync(after, MostRead, cancellationToken);
        var old = page.Where(opening => opening.ErasedAt is null && opening.HasEnded && opening.UpdatedAt < before)
            .Take(MostErased)
            .ToList();
        foreach (var some in old.Chunk(AtOnce))
        {
            await Task.WhenAll(
                some.Select(opening =>
                    QuietlyAsync($"Loan opening {opening.Id}", () => loans.EraseAsync(opening, before, cancellationToken))
                )
            );
        }

        return After(old, page, opening => opening.Id);
    }

    private async Task<string?> EraseLoansAsync(string? after, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var page = await allLoans.ReadAllAsync(after, MostRead, cancellationToken);
        var old = page.Where(loan => loan.ErasedAt is null && LoanErasureRules.HindranceOf(loan, before) is null).Take(MostErased).ToList();
        foreach (var some in old.Chunk(AtOnce))
        {
            await Task.WhenAll(
                some.Select(loan => QuietlyAsync($"Loan {loan.Uuid}", () => loans.EraseAsync(loan, before, cancellationToken)))
            );
        }

        return After(old, page, loan => loan.Uuid);
    }

    private async Task<string?> DeleteUploadsAsync(string? after, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var page = await uploads.ReadAllAsync(after, MostRead, cancellationToken);
        var old = page.Where(upload => UploadStore.MayBeDeleted(upload, before)).Take(MostErased).ToList();
        foreach (var some in old.Chunk(AtOnce))
        {
            await Task.WhenAll(some.Select(upload => QuietlyAsync($"Upload {upload.Id}", () => DeleteAsync(upload))));
        }

        return After(old, page, upload => upload.PartitionKey);

        async Task DeleteAsync(Upload upload)
        {
            // Before the row, by which it is found.
            await files.DeleteAsync(StorageSetup.UploadsContainer, upload.StoredFile, cancellationToken);
            await uploads.DeleteAsync(upload, cancellationToken);
        }
    }

    /// <summary>The key to go on after: where enough was done for one sweep, or the page is full; null at the end.</summary>
    private static string? After<T>(List<T> done, List<T> page, Func<T, string> keyOf) =>
        done.Count == MostErased ? keyOf(done[^1])
        : page.Count == MostRead ? keyOf(page[^1])
        : null;

    private async Task QuietlyAsync(string what, Func<Task> erase)
    {
        try
        {
            await erase();
        }
        catch (Exception fault) when (fault is not OperationCanceledException && !StorageOutage.IsCauseOf(fault))
        {
            // What cannot be erased must not keep the others from it.
            Log.NotErased(logger, what, fault);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "{What} is older than Retention__Days and could not be erased.")]
        public static partial void NotErased(ILogger logger, string what, Exception exception);
    }
}
