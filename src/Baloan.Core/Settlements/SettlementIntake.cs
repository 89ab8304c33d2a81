using Azure;
using Baloan.Core.Counters;
using Baloan.Core.Storage;
using Baloan.Core.Tokens;

namespace Baloan.Core.Settlements;

/// <summary>What a request for a settlement came to.</summary>
/// <param name="Row">The settlement that is there now.</param>
/// <param name="IsNew">Whether this request made it so; if not, nothing is sent for it.</param>
/// <param name="Differences">
/// What another settlement has of the same code: <c>total</c>, <c>customer</c>, <c>invoice</c>; empty where it is the same one.
/// </param>
public sealed record Acceptance(Settlement Row, bool IsNew, IReadOnlyList<string> Differences);

/// <summary>Accepts settlements.</summary>
/// <remarks>
/// The order of writes is the promise: invoice (before this), index, row, message. Whatever process dies in between, the sweep finds the
/// row by the index.
/// </remarks>
public sealed class SettlementIntake(
    SettlementStore store,
    SettlementCompletion completion,
    SettlementMessages messages,
    CustomerHasher hasher,
    CounterStore counters,
    SettlementOptions options,
    StorageClock clock
)
{
    /// <summary>Accepts a settlement, or a new attempt at one that was refused or failed.</summary>
    public async Task<Acceptance> AcceptAsync(NewSettlement request, CancellationToken cancellationToken)
    {
        var customerHash = await hasher.HashAsync(request.NationalIdentifier, cancellationToken);
        var now = clock.GetUtcNow();
        var first = new Settlement
        {
            PartitionKey = TableKeys.Escape(request.Code),
            Code = request.Code,
            Status = SettlementStatus.Queued,
            MaskedIdentifier = Masked.LastFour(request.NationalIdentifier),
            CustomerHash = customerHash,
            NationalIdentifier = request.NationalIdentifier,
            Otp = request.Otp,
            TransactionToken = request.TransactionToken,
            Total = request.Total,
            Attempts = 1,
            AttemptStartedAt = now,
            DueAt = now,
            NotAfter = request.NotAfter,
            InvoiceBlob = request.Invoice.Blob,
            InvoiceSnapshot = request.Invoice.Snapshot,
            InvoiceName = request.InvoiceName,
            InvoiceSize = request.Invoice.Size,
            InvoiceSha256 = request.Invoice.Sha256,
            Language = request.Language,
            CreatedAt = now,
        };

        first = await store.ListAsOpenAsync(first, cancellationToken);
        var acceptance = await store.TryInsertAsync(first, cancellationToken) is { } inserted
            ? new Acceptance(inserted, true, [])
            : await AcceptAgainAsync(first, cancellationToken);
        if (acceptance.IsNew)
        {
            // Where this fails, it is counted when the end is.
            counters.CountSoon(SettlementCounters.Accepted(acceptance.Row));
            await messages.ScheduleAsync(acceptance.Row, TimeSpan.Zero, cancellationToken);
        }

        return acceptance;
    }

    /// <summary>
    /// The settlement that a request asks for once more whose invoice is gone from Blob storage; null where there is none.
    /// </summary>
    /// <param name="request">The request; its invoice is not looked at.</param>
    /// <param name="blob">The name that the invoice had.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<Settlement?> FindRepeatedAsync(NewSettlement request, string blob, CancellationToken cancellationToken) =>
        await store.FindAsync(request.Code, cancellationToken) is { } existing
        && (existing.IsNewer || !existing.Status.AllowsNewAttempt())
        && (existing.InvoiceBlob == blob || existing.ErasedAt is not null)
        && existing.Total == request.Total
        && ErasureRules.IsOf(existing, await hasher.HashAsync(request.NationalIdentifier, cancellationToken))
            ? existing
            : null;

    private async Task<Acceptance> AcceptAgainAsync(Settlement request, CancellationToken cancellationToken)
    {
        var ownEntry = new ETag(request.OpenETag);
        while (true)
        {
            var existing =
                await store.FindAsync(request.Code, cancellationToken)
                ?? throw new InvalidOperationException("A settlement's row vanished; rows are never deleted by this app.");
            if (existing.IndexKey != request.IndexKey)
            {
                await store.ForgetAsync(request, cancellationToken);
            }

            if (existing.IsNewer || !existing.Status.AllowsNewAttempt())
            {
                await TakeUpAsync(existing, cancellationToken);
                return new Acceptance(existing, false, DifferencesOf(existing, request));
            }

            var next = request with { Attempts = existing.Attempts + 1, CreatedAt = existing.CreatedAt };
            await completion.FinishAsync(existing, ownEntry, cancellationToken);
            next = await store.ListAgainAsync(next, existing, cancellationToken);
            ownEntry = new ETag(next.OpenETag);
            if (await store.TryReplaceAsync(existing, next, cancellationToken) is { } attempt)
            {
                return new Acceptance(attempt, true, []);
            }
        }
    }

    /// <summary>
    /// What stands still may have been forgotten: whoever wrote it stood still so long between index and row that the sweep took the entry
    /// for one without a row, and died before the message. From here on it is accepted, and has to be carried out.
    /// </summary>
    private async Task TakeUpAsync(Settlement existing, CancellationToken cancellationToken)
    {
        if (!existing.IsNewer && !existing.HasEnded && clock.GetUtcNow() - existing.DueAt > options.StandstillLimit * 2)
        {
            await store.ListStandingAsync(existing, cancellationToken);
            await messages.ScheduleAsync(existing, TimeSpan.Zero, cancellationToken);
        }
    }

    private static string[] DifferencesOf(Settlement existing, Settlement request) =>
        [
            .. existing.Total == request.Total ? (string[])[] : ["total"],
            .. ErasureRules.IsOf(existing, request.CustomerHash) ? (string[])[] : ["customer"],
            .. existing.InvoiceSha256 == request.InvoiceSha256 || existing.ErasedAt is not null ? (string[])[] : ["invoice"],
        ];
}
