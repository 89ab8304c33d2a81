using System.Text.Json;
using Baloan.Client;
using Baloan.Core.Storage;
using Baloan.Core.Tokens;
using Microsoft.Extensions.Logging;

namespace Baloan.Core.Loans;

/// <summary>Opens loans at Baloan, each written down before it is sent, and under one key never twice.</summary>
public sealed partial class LoanOpener(
    LoanOpeningStore store,
    LoanRecorder recorder,
    CustomerHasher hasher,
    PartnershipClient baloan,
    StorageClock clock,
    TimeProvider time,
    ILogger<LoanOpener> logger
)
{
    // For who asks under a key whose request another instance is sending just now.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan TimeBetweenLooks = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan RecordingPatience = TimeSpan.FromSeconds(5);

    /// <summary>Opens a loan, or says again what became of the same request under the same key.</summary>
    /// <param name="request">The request.</param>
    /// <param name="key">The caller's key; null for none, and then each request opens a loan.</param>
    /// <param name="language">The language of Baloan's message, should it refuse.</param>
    /// <param name="cancellationToken">Stops it before anything is written down.</param>
    /// <exception cref="BaloanException">Baloan refuses or does not answer.</exception>
    /// <exception cref="IdempotencyKeyReusedException">The key belongs to another request.</exception>
    /// <exception cref="OpeningUnknownException">What became of the request is not known.</exception>
    public async Task<OpenedLoan> OpenAsync(LoanRequest request, string? key, Language language, CancellationToken cancellationToken)
    {
        // Keyed: people put into such keys what belongs in no table.
        var id = key is null ? Guid.NewGuid().ToString("N") : await hasher.HashAsync($"loan opening {key}", cancellationToken);
        var fingerprint = key is null
            ? null
            : await hasher.HashAsync($"loan request {JsonSerializer.Serialize(request, LoanJson.Default.LoanRequest)}", cancellationToken);
        var hashes = await TryHashAsync(request, cancellationToken);
        var began = time.GetTimestamp();
        while (true)
        {
            var (row, isWhole) = key is null ? (null, true) : await store.FindAsync(id, cancellationToken);
            switch (LoanOpeningRules.Decide(row, isWhole, fingerprint, clock.GetUtcNow()))
            {
                case LoanOpeningDecision.KeyReused:
                    throw new IdempotencyKeyReusedException();
                case LoanOpeningDecision.Answer:
                    return new(Guid.Parse(row!.Uuid!), LoanOpeningRules.Again(row.Answer!, request));
                case LoanOpeningDecision.Wait when time.GetElapsedTime(began) < Patience:
                    await Task.Delay(TimeBetweenLooks, time, cancellationToken);
                    break;
                case LoanOpeningDecision.Wait or LoanOpeningDecision.Unknown:
                    throw new OpeningUnknownException();
                default:
                    var sendBefore = Deadline.Start(time, LoanOpeningRules.SendingTime);
                    var sending = LoanOpeningRules.Begin(
                        row,
                        id,
                        request,
                        fingerprint,
                        Guid.NewGuid().ToString("N"),
                        hashes,
                        clock.GetUtcNow()
                    );
                    if (await TryBeginAsync(sending, isNew: row is null) is { } begun)
                    {
                        return await SendAsync(begun, request with { SendBefore = sendBefore }, language);
                    }

                    break;
            }
        }
    }

    /// <summary>By what the customer's openings are found; null where the key for it cannot be had, which holds up no opening.</summary>
    private async Task<(string Customer, string Phone)?> TryHashAsync(LoanRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return (
                await hasher.HashAsync(request.NationalIdentifier, cancellationToken),
                await hasher.HashPhoneNumberAsync(request.PhoneNumber, cancellationToken)
            );
        }
        catch (Exception away) when (away is KeyVaultUnavailableException or NotConfiguredException)
        {
            return null;
        }
    }

    private async Task<LoanOpeningRow?> TryBeginAsync(LoanOpeningRow sending, bool isNew)
    {
        try
        {
            return await store.TryBeginAsync(sending, isNew, CancellationToken.None);
        }
        catch (Exception outage) when (StorageOutage.IsCauseOf(outage))
        {
            // It may be written all the same, and nothing is sent.
            await NoteNotOpenedAsync(sending, sendings: null);
            throw;
        }
    }

    private async Task<OpenedLoan> SendAsync(LoanOpeningRow sending, LoanRequest request, Language language)
    {
        OpenedLoan opened;
        try
        {
            opened = await baloan.OpenLoanAsync(request, language, CancellationToken.None);
        }
        catch (BaloanException failure) when (!failure.OutcomeKnown)
        {
            await NoteAsync(sending, limit => store.ForgoAsync(sending, Told(failure), limit));
            throw;
        }
        catch (Exception failure) when (failure is BaloanException or KeyVaultUnavailableException or NotConfiguredException)
        {
            // Refused, or never sent: where no access token can be had, nothing took effect.
            await NoteNotOpenedAsync(sending, Told(failure));
            throw;
        }

        var plan =
            opened.Answer.TryGetProperty("plan_detail", out var detail) && detail.ValueKind == JsonValueKind.Object
                ? detail.GetRawText()
                : null;
        await recorder.RecordAsync(
            new LoanOpening(
                opened.Uuid.ToString(),
                request.Amount,
                request.LoanDue,
                request.Store,
                plan,
                clock.GetUtcNow(),
                new(sending.Id, sending.SendingId, LoanOpeningRules.Kept(opened.Answer))
            )
        );
        return opened;
    }

    private Task NoteNotOpenedAsync(LoanOpeningRow sending, string? sendings) =>
        NoteAsync(
            sending,
            limit =>
                store.ChangeAsync(sending.Id, row => LoanOpeningRules.AfterNo(row, sending.SendingId, sendings, clock.GetUtcNow()), limit)
        );

    /// <summary>
    /// Notes what became of a sending. Where that cannot be, the row is found by the sweep, and then nobody knows what Baloan said.
    /// </summary>
    private async Task NoteAsync(LoanOpeningRow sending, Func<CancellationToken, Task> note)
    {
        using var limit = new CancellationTokenSource(RecordingPatience, time);
        try
        {
            await note(limit.Token);
        }
        catch (Exception outage) when (outage is OperationCanceledException || StorageOutage.IsCauseOf(outage))
        {
            Log.NotNoted(logger, sending.Id, outage);
        }
    }

    private static string? Told(Exception failure) =>
        failure is BaloanException { Sendings: { Count: > 0 } sendings }
            ? JsonSerializer.Serialize([.. sendings], LoanJson.Readable.SendingArray)
            : null;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "What became of loan opening {Id} could not be noted; the sweep will list it as unknown.")]
        public static partial void NotNoted(ILogger logger, string id, Exception exception);
    }
}
