using Baloan.Client;
using Baloan.Core.Storage;
using Baloan.Core.Telemetry;
using Microsoft.Extensions.Logging;

namespace Baloan.Core.Settlements;

/// <summary>Writes what the rules decided, and does what follows from it.</summary>
public sealed partial class SettlementRecorder(
    SettlementStore store,
    SettlementCompletion completion,
    SettlementMessages messages,
    MerchantClient baloan,
    SettlementOptions options,
    StorageClock clock,
    TimeProvider time,
    AppMeter meter,
    ILogger<SettlementRecorder> logger
)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Writes the next row of a settlement; one that has ended is completed, any other is looked at again when it is due.
    /// </summary>
    /// <returns>The row; null, and nothing done, where somebody else has changed it meanwhile.</returns>
    public async Task<Settlement?> RecordAsync(Settlement next, CancellationToken cancellationToken)
    {
        if (await store.TryUpdateAsync(next, cancellationToken) is not { } written)
        {
            return null;
        }

        if (written.HasEnded)
        {
            Tell(written);
            await completion.CompleteQuietlyAsync(written);
        }
        else if (written.Status != SettlementStatus.Submitting)
        {
            await messages.ScheduleAsync(written, written.DueAt - clock.GetUtcNow(), cancellationToken);
        }

        return written;
    }

    /// <summary>
    /// Records what came of sending a settlement. It is not forgotten: where the row cannot be written it goes onto the queue, and where
    /// that is away too, into a log line that wakes somebody.
    /// </summary>
    /// <param name="row">The row, as it was last seen.</param>
    /// <param name="answer">What came of it.</param>
    /// <param name="isKept">Whether it is on the queue already, so that it is for the caller to put it there again.</param>
    /// <returns>The row as it is now, or as it was last seen where the answer is on the queue.</returns>
    public async Task<Settlement> RecordAnswerAsync(Settlement row, SettleAnswer answer, bool isKept = false)
    {
        var began = time.GetTimestamp();
        var keepsItself = !isKept;
        while (true)
        {
            try
            {
                var version = baloan.Version;
                if (SettlementRules.Judge(row, answer, version, clock.GetUtcNow(), options, Random.Shared.NextDouble()) is not { } next)
                {
                    if (row.SendingId != answer.SendingId && answer.Verdict == SettleVerdict.Yes)
                    {
                        // A new attempt was let through although this one had not ended. The time limits are there so that this cannot be.
                        Log.SettledTooLate(logger, row.Code);
                    }

                    return row;
                }

                if (next.IsCorrected && row.Status != SettlementStatus.Settled)
                {
                    Log.Corrected(logger, row.Code, row.Status);
                }

                if (row.HasEnded)
                {
                    await completion.FinishAsync(row, null, CancellationToken.None);
                    next = next with { EndBefore = row.Status, EndedBeforeAt = row.Ended, KnownByBefore = row.EndKnownBy };
                    next = await store.ListAgainAsync(next, row, CancellationToken.None);
                }

                if (await RecordAsync(next, CancellationToken.None) is { } written)
                {
                    return written;
                }

                row = await store.FindAsync(row.Code, CancellationToken.None) ?? row;
            }
            catch (Exception outage) when (StorageOutage.IsCauseOf(outage))
            {
                isKept = isKept || await TryKeepAsync(row.Code, answer);
                if (time.GetElapsedTime(began) >= Patience)
                {
                    if (keepsItself && isKept)
                    {
                        Log.Kept(logger, row.Code, answer.Verdict);
                        return row;
                    }

                    if (!isKept)
                    {
                        Log.NotKept(logger, row.Code, answer.Verdict, answer.Code);
                    }

                    throw;
                }

                await Task.Delay(TimeSpan.FromSeconds(1), time, CancellationToken.None);
            }
        }
    }

    private async Task<bool> TryKeepAsync(string code, SettleAnswer answer)
    {
        try
        {
            await messages.KeepAsync(code, answer, KeptFor, CancellationToken.None);
            return true;
        }
        catch (Exception outage) when (StorageOutage.IsCauseOf(outage))
        {
            return false;
        }
    }

    private void Tell(Settlement ended)
    {
        switch (ended.Status)
        {
            case SettlementStatus.NeedsReview:
                Log.NeedsReview(logger, ended.Code);
                break;
            case SettlementStatus.Settled when ended.KnownBy == SettlementKnownBy.Baloan:
                Log.Settled(logger, ended.Code);
                break;
            case SettlementStatus.Settled when ended.KnownBy == SettlementKnownBy.Credit:
                Log.Inferred(logger, ended.Code);
                break;
            case { } status when ended.KnownBy == SettlementKnownBy.Person:
                Log.Resolved(logger, ended.Code, status);
                break;
            case { } status:
                Log.Ended(logger, ended.Code, status, ended.ErrorCode ?? "");
                break;
        }

        meter.SettlementEnded(
            (ended.Status, ended.KnownBy) switch
            {
                (SettlementStatus.Settled, SettlementKnownBy.Credit) => "settled_inferred",
                (SettlementStatus.Settled, SettlementKnownBy.Person) => "resolved_settled",
                (_, SettlementKnownBy.Person) => "resolved_not_settled",
                var (status, _) => status.Name(),
            }
        );
    }

    private static partial class Log
    {
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

        [LoggerMessage(
            8,
            LogLevel.Critical,
            "Baloan settled {Code} after a new attempt at it was let through. Check it with Baloan by hand."
        )]
        public static partial void SettledTooLate(ILogger logger, string code);

        [LoggerMessage(
            11,
            LogLevel.Critical,
            "Baloan said yes to {Code}, which had been recorded as {Status}. It is recorded as settled now; tell whoever was told "
                + "otherwise."
        )]
        public static partial void Corrected(ILogger logger, string code, SettlementStatus status);

        [LoggerMessage(
            13,
            LogLevel.Warning,
            "What came of sending settlement {Code} ({Outcome}) waits on the queue: its row cannot be written."
        )]
        public static partial void Kept(ILogger logger, string code, SettleVerdict outcome);

        [LoggerMessage(
            12,
            LogLevel.Critical,
            "Settlement {Code}: what came of sending it was {Outcome} ({Error}), and storage takes neither its row nor a message. Once "
                + "storage is back, hold it against its status."
        )]
        public static partial void NotKept(ILogger logger, string code, SettleVerdict outcome, string? error);
    }
}
