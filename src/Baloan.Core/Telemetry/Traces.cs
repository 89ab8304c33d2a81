using System.Diagnostics;

namespace Baloan.Core.Telemetry;

/// <summary>The app's spans: what a queue's message makes it do is one, and belongs to the trace that the message came from.</summary>
/// <remarks>
/// Spans may name a settlement's code, a loan's uuid, and the ids of uploads, events and subscriptions: whoever searches for one has
/// it at hand. Of customers they hold nothing, and no OTP, token or address of a subscriber.
/// </remarks>
public static class Traces
{
    /// <summary>The name of the <see cref="ActivitySource"/>.</summary>
    public const string Name = "Baloan.Functions";

    /// <summary>Tag: a settlement's code.</summary>
    public const string SettlementCode = "baloan.settlement.code";

    /// <summary>Tag: how it ended, as <see cref="AppMeter"/> counts it.</summary>
    public const string SettlementOutcome = "baloan.settlement.outcome";

    /// <summary>Tag: an upload's id.</summary>
    public const string UploadId = "baloan.upload.id";

    /// <summary>Tag: how it ended.</summary>
    public const string UploadOutcome = "baloan.upload.outcome";

    /// <summary>Tag: a loan's uuid.</summary>
    public const string LoanUuid = "baloan.loan.uuid";

    /// <summary>Tag: what a callback was taken for.</summary>
    public const string LoanVerdict = "baloan.loan.verdict";

    /// <summary>Tag: an event's id, the same on every try.</summary>
    public const string EventId = "baloan.event.id";

    /// <summary>Tag: <c>loan_state</c> or <c>settlement</c>.</summary>
    public const string EventType = "baloan.event.type";

    /// <summary>Tag: what came of one try to deliver it.</summary>
    public const string EventOutcome = "baloan.event.outcome";

    /// <summary>Tag: a subscription's id.</summary>
    public const string Subscription = "baloan.subscription.id";

    private static readonly ActivitySource Source = new(Name);

    /// <summary>Says something about the span that is under way, if there is one.</summary>
    public static void Tag(string name, string value) => Activity.Current?.SetTag(name, value);

    /// <summary>Does what a message asks for, as part of the trace that put it on the queue.</summary>
    /// <param name="name">The span's name; one of few.</param>
    /// <param name="queue">The queue.</param>
    /// <param name="traceParent">The W3C trace context in the message; null or anything else begins no new trace.</param>
    /// <param name="work">What is to be done.</param>
    public static async Task ContinueAsync(string name, string queue, string? traceParent, Func<Task> work)
    {
        // The host's span of this run belongs to a trace of its own.
        var run = Activity.Current;
        var known = ActivityContext.TryParse(traceParent, null, isRemote: true, out var origin);
        using var activity = Source.StartActivity(
            name,
            ActivityKind.Consumer,
            origin,
            [new("messaging.system", "azure_queue"), new("messaging.destination.name", queue)],
            known && run is not null ? [new ActivityLink(run.Context)] : null
        );
        try
        {
            await work();
        }
        catch (Exception failure)
        {
            // The type alone: a message may hold what does not belong here.
            activity?.SetTag("error.type", failure.GetType().FullName);
            activity?.SetStatus(ActivityStatusCode.Error);
            throw;
        }
    }
}
