using System.Globalization;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Baloan.Core.Storage;

/// <summary>
/// The clock of the storage service, which all instances of the app see alike, whatever their own clocks say: the <c>Date</c> of its
/// latest answers, and the time since.
/// </summary>
/// <remarks>Before the first answer it is this machine's own clock.</remarks>
public sealed class StorageClock(TimeProvider time)
{
    // A Date is in whole seconds, and an answer takes its time: within this, what was reckoned from an earlier answer is kept.
    private static readonly TimeSpan Precision = TimeSpan.FromSeconds(2);

    private volatile Reading? latest;

    /// <summary>The time (UTC), to about a second.</summary>
    public DateTimeOffset GetUtcNow() => latest is { } reading ? reading.At + time.GetElapsedTime(reading.Timestamp) : time.GetUtcNow();

    /// <summary>Takes note of the <c>Date</c> of an answer.</summary>
    /// <param name="date">The date.</param>
    /// <param name="asked">When it was asked for. One that was long on its way, or came to a process that stood still, tells no
    /// time.</param>
    internal void Observe(DateTimeOffset date, long asked)
    {
        if (latest is not null && time.GetElapsedTime(asked) > Precision)
        {
            return;
        }

        var now = latest is null ? DateTimeOffset.MinValue : GetUtcNow();
        if (now < date || now > date + Precision)
        {
            latest = new Reading(date, time.GetTimestamp());
        }
    }

    private long Timestamp() => time.GetTimestamp();

    private sealed record Reading(DateTimeOffset At, long Timestamp);

    /// <summary>Has a clock take note of the <c>Date</c> of every answer.</summary>
    internal sealed class Policy(StorageClock clock) : HttpPipelineSynchronousPolicy
    {
        public override void OnSendingRequest(HttpMessage message) => message.SetProperty(typeof(Policy), clock.Timestamp());

        public override void OnReceivedResponse(HttpMessage message)
        {
            if (
                message.HasResponse
                && message.TryGetProperty(typeof(Policy), out var asked)
                && message.Response.Headers.TryGetValue("Date", out var text)
                && DateTimeOffset.TryParseExact(text, "R", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            )
            {
                clock.Observe(date, (long)asked!);
            }
        }
    }
}
