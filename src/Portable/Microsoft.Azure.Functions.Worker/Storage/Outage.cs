using Azure;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Storage;

/// <summary>Storage that does not answer: one warning when it begins, one line when it is over, and growing waits between.</summary>
internal sealed partial class Outage(ILogger logger, string function)
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private TimeSpan wait;

    /// <summary>To be told of each failure.</summary>
    /// <returns>How long to wait before the next try.</returns>
    public TimeSpan Failed(Exception failure)
    {
        if (wait == TimeSpan.Zero)
        {
            Log.Began(logger, function, Describe(failure));
        }

        return wait = wait == TimeSpan.Zero ? ShortestWait : TimeSpan.FromTicks(Math.Min(wait.Ticks * 2, LongestWait.Ticks));
    }

    /// <summary>To be told of each success.</summary>
    public void Over()
    {
        if (wait != TimeSpan.Zero)
        {
            wait = TimeSpan.Zero;
            Log.Ended(logger, function);
        }
    }

    /// <summary>What failed, in a line and without an address.</summary>
    public static string Describe(Exception failure) => failure switch
    {
        RequestFailedException { Status: > 0 } answer => $"{answer.Status} {answer.ErrorCode}",
        AggregateException { InnerException: { } inner } => Describe(inner),
        _ => failure.Message,
    };

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Function} waits for storage, which does not answer: {Reason}")]
        public static partial void Began(ILogger logger, string function, string reason);

        [LoggerMessage(Level = LogLevel.Information, Message = "{Function} has storage again.")]
        public static partial void Ended(ILogger logger, string function);
    }
}
