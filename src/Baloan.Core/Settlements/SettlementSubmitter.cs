using Azure;
using Baloan.Client;
using Baloan.Core.Storage;
using Baloan.Core.Tokens;
using Microsoft.Extensions.Logging;

namespace Baloan.Core.Settlements;

/// <summary>Sends a settlement to Baloan, once, as <see cref="SettlementRules"/> decide.</summary>
/// <remarks>
/// Baloan's settle call has no idempotency key. So the row says <c>submitting</c> before the call, written with the ETag that was
/// read: who loses that race does nothing. Everything here may be run twice, late, or by two instances at once.
/// </remarks>
public sealed partial class SettlementSubmitter(
    SettlementStore store,
    SettlementRecorder recorder,
    SettlementVerifier verifier,
    CustomerHold hold,
    FileStore files,
    MerchantClient baloan,
    SettlementOptions options,
    StorageClock clock,
    TimeProvider time,
    ILogger<SettlementSubmitter> logger
)
{
    // The name that Baloan sees: a caller's own may say who somebody is.
    private const string InvoiceFileName = "invoice.pdf";

    private static double Jitter => Random.Shared.NextDouble();

    /// <summary>Sends a settlement that is queued and due.</summary>
    /// <param name="settlement">The row.</param>
    /// <param name="cancellationToken">
    /// Stops it before anything is sent. What has been sent is waited for, and its outcome recorded, all the same.
    /// </param>
    public async Task SubmitAsync(Settlement settlement, CancellationToken cancellationToken)
    {
        if (SettlementRules.OtpMayBeUsedUp(settlement))
        {
            await EndAsync(settlement, SettlementErrors.OtpOutcomeUnknown, cancellationToken);
            return;
        }

        var held = settlement.HoldETag is null ? await hold.TryTakeAsync(settlement, cancellationToken) : settlement;
        if (held is null)
        {
            await recorder.RecordAsync(SettlementRules.WaitForCustomer(settlement, clock.GetUtcNow(), options), cancellationToken);
            return;
        }

        settlement = held;
        FileSource? invoice = null;
        try
        {
            // Looked at before anything is sent, so that a missing or changed invoice is known in time.
            invoice = await files.OpenUnchangedAsync(
                StorageSetup.InvoicesContainer,
                settlement.Invoice,
                InvoiceFileName,
                cancellationToken
            );
            await SubmitAsync(settlement, invoice, cancellationToken);
        }
        catch (FileChangedException)
        {
            await EndAsync(settlement, SettlementErrors.InvoiceChanged, cancellationToken);
        }
        catch (RequestFailedException missing) when (missing.Status == 404 && invoice is null)
        {
            await EndAsync(settlement, SettlementErrors.InvoiceMissing, cancellationToken);
        }
    }

    private async Task SubmitAsync(Settlement settlement, FileSource invoice, CancellationToken cancellationToken)
    {
        long credit;
        try
        {
            credit = (await baloan.CheckCreditAsync(settlement.NationalIdentifier!, settlement.Language, cancellationToken)).Amount;
        }
        catch (BaloanException refusal)
            when (refusal.Failure is BaloanFailure.Rejected or BaloanFailure.NotFound && !SettlementSendings.Reached(settlement))
        {
            // A page of something in front of Baloan is no word of Baloan's, and the credit is still to be had.
            await (
                IsBaloansWord(refusal)
                    ? RejectAsync(settlement, refusal)
                    : recorder.RecordAsync(
                        SettlementRules.PutOff(settlement, "baloan_timeout", refusal.RetryAfter, clock.GetUtcNow(), options, Jitter),
                        cancellationToken
                    )
            );
            return;
        }
        catch (Exception failure) when (failure is BaloanException or KeyVaultUnavailableException or NotConfiguredException)
        {
            // The credit check changes nothing, whatever became of it.
            await PutOffAsync(settlement, failure, cancellationToken);
            return;
        }

        var now = clock.GetUtcNow();
        if (SettlementRules.IsStale(settlement, credit, now, options))
        {
            await recorder.RecordAsync(
                SettlementRules.PutOff(settlement, SettlementErrors.CreditUnclear, null, now, options, Jitter),
                cancellationToken
            );
        }
        else if (SettlementRules.HasMovedAlready(settlement, credit))
        {
            await recorder.RecordAsync(SettlementRules.BeginVerifying(settlement, now, options), cancellationToken);
        }
        else if (baloan.Version == MerchantApiVersion.V1 || settlement.TransactionToken is not null)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await SendAsync(settlement, credit, invoice);
        }
        else if (await ValidateOtpAsync(settlement, cancellationToken) is { } validated)
        {
            // The OTP is used up: whoever stops now would throw away what its validation gave.
            await SendAsync(validated, credit, invoice);
        }
    }

    /// <summary>Turns the OTP into a transaction token, once.</summary>
    /// <returns>The row with the token, not yet written; null where the settlement goes no further now.</returns>
    private async Task<Settlement?> ValidateOtpAsync(Settlement settlement, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var marking = settlement with
        {
            OtpValidationStartedAt = now,
            DueAt = now + options.SendingLimit + SettlementOptions.SendingMargin,
        };
        if (await store.TryUpdateAsync(marking, cancellationToken) is not { } marked)
        {
            return null;
        }

        using var limit = new CancellationTokenSource(options.SendingLimit, time);
        try
        {
            var token = await baloan.ValidateOtpAsync(marked.NationalIdentifier!, marked.Otp!, marked.Language, limit.Token);
            return marked with { TransactionToken = token, Otp = null };
        }
        catch (Exception failure) when (failure is BaloanException { OutcomeKnown: false } or OperationCanceledException)
        {
            await EndAsync(marked, SettlementErrors.OtpOutcomeUnknown, CancellationToken.None);
        }
        catch (BaloanException refusal) when (refusal.Failure is BaloanFailure.Rejected or BaloanFailure.NotFound)
        {
            await RejectAsync(marked, refusal);
        }
        catch (Exception failure) when (failure is BaloanException or KeyVaultUnavailableException or NotConfiguredException)
        {
            await PutOffAsync(marked with { OtpValidationStartedAt = null }, failure, CancellationToken.None);
        }

        return null;
    }

    private async Task SendAsync(Settlement settlement, long credit, FileSource invoice)
    {
        var began = time.GetTimestamp();
        var now = clock.GetUtcNow();
        if (settlement.NotAfter <= now)
        {
            await EndAsync(settlement, SettlementErrors.Expired, CancellationToken.None);
            return;
        }

        // Counted from before the row is written, as the row's own time limit is.
        var sendBefore = Deadline.Start(time, SettlementRules.TimeToBegin(settlement, now, options));
        var beginning = SettlementRules.BeginSending(settlement, credit, Guid.NewGuid().ToString("N"), now, options);
        if (await store.TryUpdateAsync(beginning, CancellationToken.None) is not { } submitting)
        {
            Log.LostRace(logger, settlement.Code);
            return;
        }

        if (time.GetElapsedTime(began) > SettlementOptions.SendingMargin)
        {
            // Storage or this machine stood still, so that there is too little left of the row's time limit.
            await recorder.RecordAsync(
                SettlementRules.PutOff(submitting, "baloan_unavailable", TimeSpan.Zero, clock.GetUtcNow(), options, Jitter),
                CancellationToken.None
            );
            return;
        }

        var request = new SettleRequest(
            submitting.NationalIdentifier!,
            submitting.TransactionToken is null ? submitting.Otp : null,
            submitting.TransactionToken,
            submitting.Code,
            submitting.Total,
            invoice
        )
        {
            SendBefore = sendBefore,
        };
        var answer = await SendAsync(request, submitting);
        var recorded = await recorder.RecordAnswerAsync(submitting, answer);
        if (recorded is { Status: SettlementStatus.Verifying, PendingEnd: not null })
        {
            await verifier.LookAsync(recorded, CancellationToken.None);
        }
    }

    private async Task<SettleAnswer> SendAsync(SettleRequest request, Settlement submitting)
    {
        try
        {
            // From here on nothing is cancelled: an answer that is on its way is worth more than a quick end.
            return SettleAnswer.Of(submitting.SendingId!, await baloan.SettleAsync(request, submitting.Language, CancellationToken.None));
        }
        catch (BaloanException failure)
        {
            if (!failure.OutcomeKnown)
            {
                Log.NoAnswer(logger, submitting.Code);
            }

            return SettleAnswer.Of(submitting.SendingId!, failure);
        }
        catch (Exception failure)
            when (failure
                    is KeyVaultUnavailableException
                        or NotConfiguredException
                        or FileChangedException
                        or RequestFailedException
                        or AggregateException
            )
        {
            // No token could be had, or the invoice not be read once more: nothing was sent, or only what Baloan said 401 to.
            return new SettleAnswer(submitting.SendingId!, SettleVerdict.NotTaken, []) { Code = SettlementErrors.CodeOf(failure) };
        }
    }

    private static bool IsBaloansWord(BaloanException refusal) =>
        refusal.IsBaloanText || (refusal.Failure == BaloanFailure.Rejected && refusal.Code != "baloan_rejected");

    private Task EndAsync(Settlement settlement, string errorCode, CancellationToken cancellationToken) =>
        recorder.RecordAsync(
            SettlementRules.EndUnsettled(settlement, SettlementStatus.Failed, errorCode, null, clock.GetUtcNow(), options),
            cancellationToken
        );

    // Baloan said it of a call before the settlement; that is known, and nothing was sent.
    private Task RejectAsync(Settlement settlement, BaloanException refusal) =>
        recorder.RecordAsync(
            SettlementRules.EndUnsettled(
                settlement,
                SettlementStatus.Rejected,
                refusal.Code,
                refusal.IsBaloanText ? refusal.Message : null,
                clock.GetUtcNow(),
                options
            ),
            CancellationToken.None
        );

    private Task PutOffAsync(Settlement settlement, Exception failure, CancellationToken cancellationToken) =>
        recorder.RecordAsync(
            SettlementRules.PutOff(
                settlement,
                SettlementErrors.CodeOf(failure),
                (failure as BaloanException)?.RetryAfter,
                clock.GetUtcNow(),
                options,
                Jitter
            ),
            cancellationToken
        );

    private static partial class Log
    {
        [LoggerMessage(2, LogLevel.Information, "Settlement {Code} is being sent by another instance.")]
        public static partial void LostRace(ILogger logger, string code);

        [LoggerMessage(3, LogLevel.Warning, "Settlement {Code} was sent and not answered; the customer's credit will tell.")]
        public static partial void NoAnswer(ILogger logger, string code);
    }
}
