using System.Diagnostics;
using Azure;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Azure.Functions.Worker.Storage;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Timers;

/// <summary>The right to fire a timer: a blob lease, renewed until it is let go or lost.</summary>
internal sealed partial class TimerLock : IAsyncDisposable
{
    private readonly BlobLeaseClient lease;
    private readonly TimeSpan duration;
    private readonly string function;
    private readonly ILogger logger;
    private readonly CancellationTokenSource ended = new();
    private readonly CancellationTokenSource lost = new();
    private readonly Task renewing;

    public TimerLock(BlobLeaseClient lease, TimeSpan duration, string function, ILogger logger)
    {
        (this.lease, this.duration, this.function, this.logger) = (lease, duration, function, logger);
        renewing = RenewAsync();
    }

    /// <summary>Cancelled when another instance may have the timer.</summary>
    public CancellationToken Lost => lost.Token;

    /// <summary>Lets another instance have the timer at once.</summary>
    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        await renewing;
        if (!lost.IsCancellationRequested)
        {
            try
            {
                await lease.ReleaseAsync();
            }
            catch (Exception failure)
            {
                Log.NotReleased(logger, function, Outage.Describe(failure));
            }
        }

        ended.Dispose();
        lost.Dispose();
    }

    private async Task RenewAsync()
    {
        var renewed = Stopwatch.GetTimestamp();
        while (true)
        {
            await Task.Delay(duration / 3, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ended.IsCancellationRequested)
            {
                return;
            }

            // The lease counts from when storage got the request, which is later than this.
            var asked = Stopwatch.GetTimestamp();
            try
            {
                using var limit = new CancellationTokenSource(duration / 3);
                await lease.RenewAsync(cancellationToken: limit.Token);
                renewed = asked;
            }
            catch (Exception failure)
            {
                if (failure is RequestFailedException { Status: 404 or 409 or 412 } || Stopwatch.GetElapsedTime(renewed) > duration * 0.6)
                {
                    Log.Lost(logger, function, Outage.Describe(failure));
                    await lost.CancelAsync();
                    return;
                }
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Timer {Function} is no longer held by this instance: {Reason}")]
        public static partial void Lost(ILogger logger, string function, string reason);

        [LoggerMessage(Level = LogLevel.Debug, Message = "Timer {Function} could not be let go, and is free when its lease ends: {Reason}")]
        public static partial void NotReleased(ILogger logger, string function, string reason);
    }
}
