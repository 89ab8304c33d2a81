using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Baloan.Core.Telemetry;

/// <summary>What the app counts. Each tag has a handful of values; nothing here names a customer, a settlement or a loan.</summary>
public sealed class AppMeter
{
    /// <summary>The name of the <see cref="Meter"/>.</summary>
    public const string Name = "Baloan.Functions";

    private readonly ConcurrentQueue<(string Gateway, Func<TokenTimes?> Times)> watched = new();
    private readonly Counter<long> settlements;
    private readonly Counter<long> uploads;
    private readonly Counter<long> callbacks;
    private readonly Counter<long> events;
    private readonly Gauge<long> waiting;
    private readonly Gauge<double> oldest;

    /// <summary>Makes the instruments. Nothing is measured where nobody listens.</summary>
    public AppMeter(IMeterFactory meters, TimeProvider time)
    {
        var meter = meters.Create(Name);
        settlements = meter.CreateCounter<long>(
            "baloan.settlements",
            "{settlement}",
            "Ends of settlements by outcome: settled, settled_inferred, rejected, failed, needs_review, resolved_settled, "
                + "resolved_not_settled."
        );
        uploads = meter.CreateCounter<long>("baloan.uploads", "{upload}", "Ends of uploads by outcome: uploaded, rejected, failed.");
        callbacks = meter.CreateCounter<long>(
            "baloan.loan.callbacks",
            "{callback}",
            "Callbacks recorded by verdict: accepted, duplicate, late, conflict, unknown_state."
        );
        events = meter.CreateCounter<long>(
            "baloan.events",
            "{event}",
            "Tries to deliver an event by outcome: delivered, put_off, given_up, ended_by_receiver."
        );
        waiting = meter.CreateGauge<long>(
            "baloan.settlements.waiting",
            "{settlement}",
            "How many settlements wait, by status: verifying, needs_review."
        );
        oldest = meter.CreateGauge<double>(
            "baloan.settlements.oldest",
            "s",
            "How long the one has waited that has waited longest, by status; 0 where none does."
        );
        meter.CreateObservableGauge(
            "baloan.token.age",
            () => Measure(token => time.GetUtcNow() - token.ObtainedAt),
            "s",
            "How long ago this instance's access token was obtained, by gateway."
        );
        meter.CreateObservableGauge(
            "baloan.token.remaining_life",
            () => Measure(token => token.ExpiresAt - time.GetUtcNow()),
            "s",
            "How long this instance's access token still lives, by gateway."
        );
    }

    /// <summary>Measures a gateway's access token from now on.</summary>
    /// <param name="gateway">Whose token it is.</param>
    /// <param name="times">The times of the token that is in memory; null where there is none.</param>
    public void WatchToken(string gateway, Func<TokenTimes?> times) => watched.Enqueue((gateway, times));

    /// <summary>A settlement has ended.</summary>
    public void SettlementEnded(string outcome)
    {
        settlements.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
        Traces.Tag(Traces.SettlementOutcome, outcome);
    }

    /// <summary>So many settlements wait in a status, the oldest of them for so long.</summary>
    public void SettlementsWait(string status, int count, TimeSpan age)
    {
        var tag = new KeyValuePair<string, object?>("status", status);
        waiting.Record(count, tag);
        oldest.Record(age.TotalSeconds, tag);
    }

    /// <summary>An upload has ended.</summary>
    public void UploadEnded(string outcome)
    {
        uploads.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
        Traces.Tag(Traces.UploadOutcome, outcome);
    }

    /// <summary>A callback was recorded.</summary>
    public void CallbackRecorded(string verdict)
    {
        callbacks.Add(1, new KeyValuePair<string, object?>("verdict", verdict));
        Traces.Tag(Traces.LoanVerdict, verdict);
    }

    /// <summary>A try to deliver an event is over.</summary>
    public void EventTried(string outcome)
    {
        events.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
        Traces.Tag(Traces.EventOutcome, outcome);
    }

    private IEnumerable<Measurement<double>> Measure(Func<TokenTimes, TimeSpan> measure)
    {
        foreach (var (gateway, times) in watched)
        {
            if (times() is { } token)
            {
                yield return new(measure(token).TotalSeconds, new KeyValuePair<string, object?>("gateway", gateway));
            }
        }
    }

    /// <summary>When an access token was obtained and when it runs out (UTC).</summary>
    public sealed record TokenTimes(DateTimeOffset ObtainedAt, DateTimeOffset ExpiresAt);
}
