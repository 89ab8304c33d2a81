using Azure;
using Baloan.Client;
using Baloan.Core.Storage;
using Baloan.Core.Telemetry;
using Baloan.Core.Tokens;
using Baloan.Functions.Http;
using Microsoft.Extensions.Logging;

namespace Baloan.Functions.Settlements;

/// <summary>Carries a settlement on: from the queue to Baloan, and to a known end.</summary>
/// <remarks>
/// Baloan's settle call has no idempotency key. So the row says <c>submitting</c> before the call, written with the ETag that was
/// read: who loses that race does nothing. The call is made once. Whatever ends without an answer is found out by the customer's
/// credit and never sent again by itself. Everything here may be run twice, late, or by two instances at once.
/// </remarks>
public sealed partial class SettlementProcessor(
    SettlementStore store,
    CustomerHold hold,
    FileStore files,
    MerchantClient baloan,
    SettlementOptions options,
    TimeProvider time,
    AppMeter meter,
    ILogger<SettlementProcessor> logger)
{
    private const string InvoiceFileName = "invoice.pdf";

    // Between the rounds of trying to reach Baloan; each round tries several times by itself. About two minutes in all: the
    // customer stands at the counter, and an OTP does not live much longer.
    private static readonly TimeSpan[] RoundWaits =
    [
        TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60),
    ];

    // What Baloan asks for is obeyed up to here.
    private static readonly TimeSpan LongestRoundWait = TimeSpan.FromHours(1);

    private static readonly TimeSpan CustomerWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestCustomerWait = TimeSpan.FromHours(1);

    private static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestTimeBetweenLooks = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan GiveUpFindingOut = TimeSpan.FromDays(1);

    // The clocks of two instances, and of Queue storage, differ a little.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RecordingPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SendingMargin = TimeSpan.FromSeconds(5);

    /// <summary>Carries one settlement as far as it goes now.</summary>
    /// <param name="code">Its code.</param>
    /// <param name="cancellationToken">
    /// Stops it before anything is sent. What has been sent is waited for, and its outcome recorded, all the same.
    /// </param>
    public async Task ProcessAsync(string code, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(code, cancellationToken) is not { } settlement)
        {
            Log.NoRow(logger, code);
            return;
        }

        Traces.Tag(Traces.SettlementCode, settlement.Code);

        if (settlement.Status.HasEnded())
        {
            return;
        }

        var early = settlement.DueAt - time.GetUtcNow();
        if (early > ClockTolerance)
        {
            await store.RemindAsync(settlement, early, cancellationToken);
            return;
        }

        switch (settlement.Status)
        {
            case SettlementStatus.Queued:
                await SubmitAsync(settlement, cancellationToken);
                break;
            case SettlementStatus.Submitting:
                // Whoever sent it is past every time limit: it died, or could not write what became of it.
                await BeginVerifyingAsync(settlement, cancellationToken);
                break;
            default:
                await VerifyAsync(settlement, cancellationToken);
                break;
        }
    }

    /// <summary>Ends a settlement that was never sent, for good.</summary>
    public async Task GiveUpAsync(Settlement queued, string errorCode, CancellationToken cancellationToken) =>
        await TryEndAsync(queued, SettlementStatus.Failed, errorCode, null, cancellationToken);

    /// <summary>Carries out what a person has decided about a settlement in review.</summary>
    /// <returns>The row; null where somebody else has changed it meanwhile.</returns>
    public async Task<Settlement?> ResolveAsync(Settlement inReview, bool settled, string note, CancellationToken cancellationToken)
    {
        await store.FinishFilingAsync(inReview, cancellationToken);
        var opened = await store.ListAsOpenAsync(inReview, cancellationToken);
        var resolved = await store.TryUpdateAsync(
            opened with
            {
                Status = settled ? SettlementStatus.Settled : SettlementStatus.Failed,
                ErrorCode = settled ? null : SettlementErrors.ResolvedNotSettled,
                ErrorMessage = null,
                Note = note,
            },
            cancellationToken);
        if (resolved is not null)
        {
            Log.Resolved(logger, resolved.Code, resolved.Status);
            meter.SettlementEnded(settled ? "resolved_settled" : "resolved_not_settled");
            await FileQuietlyAsync(resolved);
        }

        return resolved;
    }

    private async Task SubmitAsync(Settlement settlement, CancellationToken cancellationToken)
    {
        if (settlement.OtpValidationStartedAt is not null && settlement.TransactionToken is null)
        {
            // It was sent for validation and whoever sent it did not live to write the answer. The OTP may be used up, and no money
            // can have moved.
            await TryEndAsync(settlement, SettlementStatus.Failed, SettlementErrors.OtpOutcomeUnknown, null, cancellationToken);
            return;
        }

        var holdETag = settlement.HoldETag ?? await hold.TryTakeAsync(settlement, IsUnderWayAsync, cancellationToken);
        if (holdETag is null)
        {
            await WaitForCustomerAsync(settlement, cancellationToken);
            return;
        }

        settlement = settlement with { HoldETag = holdETag };
        Stream? invoice = null;
        try
        {
            // Opened before anything is sent, so that a missing invoice is known in time.
            invoice = await files.OpenAsync(StorageSetup.InvoicesContainer, settlement.Invoice, cancellationToken);
            var credit = await baloan.CheckCreditAsync(settlement.NationalIdentifier!, settlement.Language, cancellationToken);
            settlement = settlement with { CreditBefore = credit.Amount };
            if (baloan.Version == MerchantApiVersion.V2 && settlement.TransactionToken is null)
            {
                if (await ValidateOtpAsync(settlement, cancellationToken) is not { } validated)
                {
                    return;
                }

                settlement = validated;
                // The OTP is used up: whoever stops now would throw away what its validation gave.
                cancellationToken = CancellationToken.None;
            }

            cancellationToken.ThrowIfCancellationRequested();
            await SendAsync(settlement, invoice, cancellationToken);
        }
        catch (BaloanException failure) when (failure.Failure is BaloanFailure.Rejected or BaloanFailure.NotFound)
        {
            await RejectAsync(settlement, failure, cancellationToken);
        }
        catch (BaloanException failure)
        {
            // The credit check changes nothing, whatever became of it.
            await PutOffAsync(settlement, failure.Code, failure.RetryAfter, cancellationToken);
        }
        catch (Exception failure) when (failure is KeyVaultUnavailableException or NotConfiguredException)
        {
            await PutOffAsync(settlement, CodeOf(failure), null, cancellationToken);
        }
        catch (RequestFailedException missing) when (missing.Status == 404 && invoice is null)
        {
            await TryEndAsync(settlement, SettlementStatus.Failed, SettlementErrors.InvoiceMissing, null, cancellationToken);
        }
        finally
        {
            if (invoice is not null)
            {
                await invoice.DisposeAsync();
            }
        }
    }

    /// <summary>Turns the OTP into a transaction token, once.</summary>
    /// <returns>The row with the token, not yet written; null where the settlement goes no further now.</returns>
    private async Task<Settlement?> ValidateOtpAsync(Settlement settlement, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var marking = settlement with { OtpValidationStartedAt = now, DueAt = now + options.SendingLimit + SendingMargin };
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
            await TryEndAsync(marked, SettlementStatus.Failed, SettlementErrors.OtpOutcomeUnknown, null, CancellationToken.None);
            return null;
        }
        catch (BaloanException failure) when (failure.Failure is BaloanFailure.Rejected or BaloanFailure.NotFound)
        {
            await RejectAsync(marked, failure, CancellationToken.None);
            return null;
        }
        catch (BaloanException failure)
        {
            await PutOffAsync(marked with { OtpValidationStartedAt = null }, failure.Code, failure.RetryAfter, CancellationToken.None);
            return null;
        }
        catch (Exception failure) when (failure is KeyVaultUnavailableException or NotConfiguredException)
        {
            await PutOffAsync(marked with { OtpValidationStartedAt = null }, CodeOf(failure), null, CancellationToken.None);
            return null;
        }
    }

    private async Task SendAsync(Settlement settlement, Stream invoice, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var now = time.GetUtcNow();
        var submitting = await store.TryUpdateAsync(
            settlement with
            {
                Status = SettlementStatus.Submitting,
                SendingId = Guid.NewGuid().ToString("N"),
                SubmittedAt = now,
                DueAt = now + options.SendingLimit + SendingMargin,
            },
            cancellationToken);
        if (submitting is null)
        {
            Log.LostRace(logger, settlement.Code);
            return;
        }

        if (time.GetElapsedTime(began) > SendingMargin)
        {
            // Storage or this machine stood still. The time limit of the row counts from before that, so there is too little left.
            await PutOffAsync(submitting, "baloan_unavailable", TimeSpan.Zero, CancellationToken.None);
            return;
        }

        var request = new SettleRequest(
            submitting.NationalIdentifier!,
            submitting.TransactionToken is null ? submitting.Otp : null,
            submitting.TransactionToken,
            submitting.Code,
            submitting.Total,
            files.SourceOf(StorageSetup.InvoicesContainer, submitting.Invoice, InvoiceFileName, invoice));
        try
        {
            // From here on nothing is cancelled: an answer that is on its way is worth more than a quick end.
            var receipt = await baloan.SettleAsync(request, submitting.Language, CancellationToken.None);
            await RecordSettledAsync(submitting, receipt.UserCredit);
        }
        catch (BaloanException failure) when (!failure.OutcomeKnown)
        {
            Log.NoAnswer(logger, submitting.Code);
            await BeginVerifyingAsync(submitting, CancellationToken.None);
        }
        catch (BaloanException failure) when (failure.Failure is BaloanFailure.Rejected or BaloanFailure.NotFound)
        {
            await RejectAsync(submitting, failure, CancellationToken.None);
        }
        catch (BaloanException failure)
        {
            await PutOffAsync(submitting, failure.Code, failure.RetryAfter, CancellationToken.None);
        }
        catch (Exception failure) when (failure is KeyVaultUnavailableException or NotConfiguredException)
        {
            // Baloan said 401, and no fresh token could be had: certainly nothing took effect.
            await PutOffAsync(submitting, CodeOf(failure), null, CancellationToken.None);
        }
    }

    /// <summary>Baloan said yes: this is known, whatever anybody has written meanwhile.</summary>
    private async Task RecordSettledAsync(Settlement submitting, long? userCredit)
    {
        var began = time.GetTimestamp();
        var row = submitting;
        while (row.SendingId == submitting.SendingId)
        {
            try
            {
                var settled = await store.TryUpdateAsync(
                    (row with
                    {
                        Status = SettlementStatus.Settled,
                        Inferred = false,
                        UserCredit = userCredit,
                        ErrorCode = null,
                        ErrorMessage = null,
                    }).WithoutSecrets(),
                    CancellationToken.None);
                if (settled is not null)
                {
                    Log.Settled(logger, settled.Code);
                    meter.SettlementEnded("settled");
                    await FileQuietlyAsync(settled);
                    return;
                }

                row = await store.FindAsync(row.Code, CancellationToken.None) ?? row;
            }
            catch (Exception outage) when (Problems.IsStorageOutage(outage) && time.GetElapsedTime(began) < RecordingPatience)
            {
                // What is known now would have to be found out later.
                await Task.Delay(TimeSpan.FromSeconds(1), time, CancellationToken.None);
            }
        }

        // A new attempt was let through although this one had not ended. The time limits are there so that this cannot be.
        Log.SettledTooLate(logger, submitting.Code);
    }

    private async Task BeginVerifyingAsync(Settlement submitting, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var wait = options.VerifyAfter / 2 < FirstLook ? options.VerifyAfter / 2 : FirstLook;
        var verifying = await store.TryUpdateAsync(
            submitting with { Status = SettlementStatus.Verifying, VerifyingSince = now, DueAt = now + wait },
            cancellationToken);
        if (verifying is not null)
        {
            await store.RemindAsync(verifying, wait, cancellationToken);
        }
    }

    private async Task VerifyAsync(Settlement verifying, CancellationToken cancellationToken)
    {
        var asked = time.GetUtcNow();
        long credit;
        try
        {
            credit = (await baloan.CheckCreditAsync(verifying.NationalIdentifier!, verifying.Language, cancellationToken)).Amount;
        }
        catch (Exception failure) when (failure is BaloanException or KeyVaultUnavailableException or NotConfiguredException)
        {
            if (asked - verifying.VerifyingSince > GiveUpFindingOut)
            {
                await ReviewAsync(verifying, cancellationToken);
            }
            else
            {
                await LookAgainAsync(verifying, asked, cancellationToken);
            }

            return;
        }

        if (credit == verifying.CreditBefore - verifying.Total)
        {
            var settled = await store.TryUpdateAsync(
                (verifying with { Status = SettlementStatus.Settled, Inferred = true, UserCredit = credit }).WithoutSecrets(),
                cancellationToken);
            if (settled is not null)
            {
                Log.Inferred(logger, settled.Code);
                meter.SettlementEnded("settled_inferred");
                await FileQuietlyAsync(settled);
            }
        }
        else if (asked < verifying.VerifyingSince + options.VerifyAfter
            || (credit == verifying.CreditBefore && verifying.UnchangedAt is null))
        {
            // Baloan may still be at work on it. An end would let the customer's next settlement go on, and that one would take for
            // its own what is moved for this one.
            await LookAgainAsync(
                credit == verifying.CreditBefore ? verifying with { UnchangedAt = verifying.UnchangedAt ?? asked } : verifying,
                asked,
                cancellationToken);
        }
        else if (credit == verifying.CreditBefore)
        {
            await TryEndAsync(verifying, SettlementStatus.Failed, SettlementErrors.NotSettled, null, cancellationToken);
        }
        else
        {
            await ReviewAsync(verifying, cancellationToken);
        }
    }

    /// <summary>
    /// Looks again after as long as it took so far, and at the moment from which an unchanged credit is proof. From then on at steady
    /// intervals: who waited through an outage of Baloan waits no longer than its end.
    /// </summary>
    private async Task LookAgainAsync(Settlement verifying, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var sofar = now - verifying.VerifyingSince!.Value;
        var proofAt = verifying.VerifyingSince.Value + options.VerifyAfter;
        var longest = options.VerifyAfter < LongestTimeBetweenLooks ? options.VerifyAfter : LongestTimeBetweenLooks;
        var wait = sofar < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : sofar < longest ? sofar : longest;
        var dueAt = now < proofAt && now + wait > proofAt ? proofAt : now + wait;
        if (await store.TryUpdateAsync(verifying with { DueAt = dueAt }, cancellationToken) is { } waiting)
        {
            await store.RemindAsync(waiting, dueAt - time.GetUtcNow(), cancellationToken);
        }
    }

    private async Task ReviewAsync(Settlement verifying, CancellationToken cancellationToken)
    {
        if (await TryEndAsync(verifying, SettlementStatus.NeedsReview, SettlementErrors.NeedsReview, null, cancellationToken))
        {
            Log.NeedsReview(logger, verifying.Code);
        }
    }

    private Task RejectAsync(Settlement settlement, BaloanException refusal, CancellationToken cancellationToken) =>
        TryEndAsync(
            settlement, SettlementStatus.Rejected, refusal.Code, refusal.IsBaloanText ? refusal.Message : null, cancellationToken);

    /// <summary>Another round later, or the end where there were enough. Nothing has been sent.</summary>
    private async Task PutOffAsync(Settlement settlement, string errorCode, TimeSpan? retryAfter, CancellationToken cancellationToken)
    {
        if (settlement.Rounds >= RoundWaits.Length)
        {
            await TryEndAsync(settlement, SettlementStatus.Failed, errorCode, null, cancellationToken);
            return;
        }

        // What was put off together must not come back together.
        var wait = RoundWaits[settlement.Rounds] * (1 + (Random.Shared.NextDouble() / 4));
        if (retryAfter > wait)
        {
            wait = retryAfter < LongestRoundWait ? retryAfter.Value : LongestRoundWait;
        }

        await WaitAsync(settlement with { Rounds = settlement.Rounds + 1 }, wait, cancellationToken);
    }

    private async Task WaitForCustomerAsync(Settlement settlement, CancellationToken cancellationToken)
    {
        if (time.GetUtcNow() - settlement.AttemptStartedAt > LongestCustomerWait)
        {
            await TryEndAsync(settlement, SettlementStatus.Failed, SettlementErrors.CustomerBusy, null, cancellationToken);
        }
        else
        {
            await WaitAsync(settlement, CustomerWait, cancellationToken);
        }
    }

    private async Task WaitAsync(Settlement settlement, TimeSpan wait, CancellationToken cancellationToken)
    {
        var queued = await store.TryUpdateAsync(
            settlement with { Status = SettlementStatus.Queued, SendingId = null, SubmittedAt = null, DueAt = time.GetUtcNow() + wait },
            cancellationToken);
        if (queued is not null)
        {
            await store.RemindAsync(queued, wait, cancellationToken);
        }
    }

    private async Task<bool> TryEndAsync(
        Settlement settlement, SettlementStatus status, string errorCode, string? errorMessage, CancellationToken cancellationToken)
    {
        var ended = await store.TryUpdateAsync(
            (settlement with { Status = status, ErrorCode = errorCode, ErrorMessage = errorMessage }).WithoutSecrets(), cancellationToken);
        if (ended is null)
        {
            return false;
        }

        Log.Ended(logger, ended.Code, ended.Status, errorCode);
        meter.SettlementEnded(status.Name());
        await FileQuietlyAsync(ended);
        return true;
    }

    /// <summary>The row has the truth already; what fails here is repaired by the sweep.</summary>
    private async Task FileQuietlyAsync(Settlement ended)
    {
        try
        {
            await store.FileAsync(ended, new ETag(ended.OpenETag), CancellationToken.None);
        }
        catch (Exception outage) when (outage is RequestFailedException or AggregateException)
        {
            Log.NotFiled(logger, ended.Code, outage);
        }
    }

    private static string CodeOf(Exception tokenFailure) =>
        tokenFailure is NotConfiguredException ? SettlementErrors.NotConfigured : SettlementErrors.KeyVaultUnavailable;

    private async Task<bool> IsUnderWayAsync(string code, int attempt, CancellationToken cancellationToken) =>
        await store.FindAsync(code, cancellationToken) is { } other && !other.Status.HasEnded() && other.Attempts == attempt;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A message names settlement {Code}, of which there is no row. It is dropped: nothing was accepted under that code.")]
        public static partial void NoRow(ILogger logger, string code);

        [LoggerMessage(2, LogLevel.Information, "Settlement {Code} is being sent by another instance.")]
        public static partial void LostRace(ILogger logger, string code);

        [LoggerMessage(3, LogLevel.Warning, "Settlement {Code} was sent and not answered; the customer's credit will tell.")]
        public static partial void NoAnswer(ILogger logger, string code);

        [LoggerMessage(4, LogLevel.Information, "Settlement {Code} ended as {Status}: {Error}.")]
        public static partial void Ended(ILogger logger, string code, SettlementStatus status, string error);

        [LoggerMessage(10, LogLevel.Information, "Settlement {Code} is settled.")]
        public static partial void Settled(ILogger logger, string code);

        [LoggerMessage(5, LogLevel.Warning, "Settlement {Code} is settled: the customer's credit is lower by exactly its total.")]
        public static partial void Inferred(ILogger logger, string code);

        [LoggerMessage(6, LogLevel.Critical, "Settlement {Code} needs review: it could not be found out whether the money was moved.")]
        public static partial void NeedsReview(ILogger logger, string code);

        [LoggerMessage(7, LogLevel.Warning, "Settlement {Code} was resolved by a person as {Status}.")]
        public static partial void Resolved(ILogger logger, string code, SettlementStatus status);

        [LoggerMessage(8, LogLevel.Critical, "Baloan settled {Code} after a new attempt at it was let through. Check it with Baloan by hand.")]
        public static partial void SettledTooLate(ILogger logger, string code);

        [LoggerMessage(9, LogLevel.Warning, "Settlement {Code} has ended and is not listed so yet; the sweep will do so.")]
        public static partial void NotFiled(ILogger logger, string code, Exception exception);
    }
}
