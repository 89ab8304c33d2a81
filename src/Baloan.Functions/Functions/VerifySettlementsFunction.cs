using Baloan.Core.Loans;
using Baloan.Core.Retention;
using Baloan.Core.Settlements;
using Baloan.Core.Uploads;
using Baloan.Functions.Stats;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Hosting;

namespace Baloan.Functions.Functions;

/// <summary>The sweep: takes up what stands still, such as after the death of an instance or the loss of a message.</summary>
public sealed class VerifySettlementsFunction(
    SettlementSweep settlements,
    SettlementRelisting relisting,
    UploadSweep uploads,
    LoanStore loans,
    LoanOpeningSweep openings,
    StatsSweep stats,
    RetentionSweep retention,
    SettlementWatch watch,
    SettlementOptions options,
    TimeProvider time,
    IHostApplicationLifetime host
)
{
    // What a timer of this schedule has at most.
    private static readonly TimeSpan TimerPeriod = TimeSpan.FromMinutes(1);

    // After so long it looks at what need not be known within a minute: each range that is read has its price.
    private static readonly TimeSpan LongPeriod = TimeSpan.FromMinutes(5);

    /// <summary>Sweeps every minute; more often where <c>Settlements__VerifyAfter</c> is shorter than that.</summary>
    [Function("VerifySettlements")]
    public async Task Run([TimerTrigger("0 * * * * *")] TimerInfo timer, CancellationToken cancellationToken)
    {
        try
        {
            await SweepAsync(IsLongPeriodOver(timer), cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // What it has not come to is the next sweep's.
        }
    }

    private async Task SweepAsync(bool isLongPeriodOver, CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, host.ApplicationStopping);
        var began = time.GetTimestamp();
        while (true)
        {
            watch.LookAtVerifying(await settlements.SweepAsync(cancellationToken));
            await relisting.GoOnAsync(cancellationToken);
            await uploads.SweepAsync(cancellationToken);
            await loans.AnnounceOverdueAsync(cancellationToken);
            await openings.SweepAsync(cancellationToken);
            if (isLongPeriodOver || stats.HasMore)
            {
                await stats.SweepAsync(cancellationToken);
            }

            await retention.GoOnAsync(cancellationToken);
            if (isLongPeriodOver)
            {
                await watch.LookAtReviewAsync(cancellationToken);
            }

            // Such a short time is for tests and one's own machine; a sleeping function is billed.
            if (time.GetElapsedTime(began) + options.VerifyAfter >= TimerPeriod)
            {
                return;
            }

            // A host that is asked to stop waits for its functions; this one has nothing to finish.
            await Task.Delay(options.VerifyAfter, time, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>Whether minute 0, 5, 10 … has come since the timer last fired, on whichever instance that was.</summary>
    private bool IsLongPeriodOver(TimerInfo timer) =>
        options.VerifyAfter < TimerPeriod
        || timer.ScheduleStatus is not { Last: var last }
        || PeriodOf(last.ToUniversalTime()) != PeriodOf(time.GetUtcNow().UtcDateTime);

    // Half a minute apart from the timer's own times, since it may fire a moment early.
    private static long PeriodOf(DateTime at) => (at + TimerPeriod / 2).Ticks / LongPeriod.Ticks;
}
