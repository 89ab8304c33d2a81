using Baloan.Core.Storage;
using Baloan.Core.Telemetry;
using Microsoft.Extensions.Logging;

namespace Baloan.Core.Settlements;

/// <summary>Carries a settlement on, as far as it goes now: from the queue to Baloan, and to a known end.</summary>
public sealed partial class SettlementProcessor(
    SettlementStore store,
    SettlementSubmitter submitter,
    SettlementVerifier verifier,
    SettlementRecorder recorder,
    SettlementMessages messages,
    SettlementOptions options,
    StorageClock clock,
    ILogger<SettlementProcessor> logger
)
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(30);

    /// <summary>Carries on the settlement of a code.</summary>
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
        var now = clock.GetUtcNow();
        switch (SettlementRules.NextStep(settlement, now))
        {
            case SettlementStep.Wait:
                await messages.ScheduleAsync(settlement, settlement.DueAt - now, cancellationToken);
                break;
            case SettlementStep.Expire:
                await recorder.RecordAsync(
                    SettlementRules.EndUnsettled(settlement, SettlementStatus.Failed, SettlementErrors.Expired, null, now, options),
                    cancellationToken
                );
                break;
            case SettlementStep.Submit:
                await submitter.SubmitAsync(settlement, cancellationToken);
                break;
            case SettlementStep.BeginVerifying:
                await recorder.RecordAsync(SettlementRules.BeginVerifying(settlement, now, options), cancellationToken);
                break;
            case SettlementStep.Verify:
                await verifier.LookAsync(settlement, cancellationToken);
                break;
            case SettlementStep.Nothing when settlement.IsNewer:
                Log.IsNewer(logger, settlement.Code);
                break;
        }
    }

    /// <summary>Records an answer of Baloan's that was kept on the queue because its row could not be written.</summary>
    public async Task RecordKeptAsync(string code, SettleAnswer answer, CancellationToken cancellationToken)
    {
        try
        {
            if (await store.FindAsync(code, cancellationToken) is not { } settlement)
            {
                Log.NoRow(logger, code);
                return;
            }

            var recorded = await recorder.RecordAnswerAsync(settlement, answer, isKept: true);
            if (recorded is { Status: SettlementStatus.Verifying, PendingEnd: not null })
            {
                await verifier.LookAsync(recorded, cancellationToken);
            }
        }
        catch (Exception outage) when (StorageOutage.IsCauseOf(outage))
        {
            // A message that only failed again and again would be given up.
            await messages.KeepAsync(code, answer, KeptFor, cancellationToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Error,
            "A message names settlement {Code}, of which there is no row. It is dropped: nothing was accepted under that code."
        )]
        public static partial void NoRow(ILogger logger, string code);

        [LoggerMessage(2, LogLevel.Warning, "The row of settlement {Code} was written by a newer version of the app, which carries it on.")]
        public static partial void IsNewer(ILogger logger, string code);
    }
}
