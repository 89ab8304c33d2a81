using System.Collections.Concurrent;
using System.Globalization;

namespace Baloan.EndToEnd.Tests.Chaos;

/// <summary>The kinds of things that are asked of the app, or that it does by itself.</summary>
internal enum ErrandKind
{
    Settlement,
    Upload,
    Loan,
    Callback,
    Event,
}

/// <summary>What went wrong with what.</summary>
/// <param name="What">Moved twice, lost, or said wrong.</param>
internal sealed record Finding(ErrandKind Kind, string Name, Wrong What, string Text);

internal enum Wrong
{
    MovedTwice,
    Lost,
    SaidWrong,
}

/// <summary>One thing that a caller wants done, and all that it was told about it.</summary>
internal abstract class Errand(ErrandKind kind, string name, Caller caller, ChaosLedger ledger)
{
    private readonly ConcurrentQueue<(DateTimeOffset At, string Text)> history = new();

    public ErrandKind Kind => kind;

    /// <summary>Its code, uuid or id: what the app's log and answers call it.</summary>
    public string Name { get; protected set; } = name;

    /// <summary>When the app first said that it has it.</summary>
    public DateTimeOffset? AcceptedAt { get; protected set; }

    /// <summary>When the caller knew its end.</summary>
    public DateTimeOffset? EndedAt { get; protected set; }

    /// <summary>How it ended, or why the caller stopped asking; null while it is under way.</summary>
    public string? End { get; protected set; }

    public IReadOnlyList<string> History =>
        [.. history.Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.At:HH:mm:ss.fff} {entry.Text}"))];

    protected Caller Caller => caller;

    protected ChaosLedger Ledger => ledger;

    public abstract Task RunAsync(CancellationToken cancellationToken);

    public void Note(string text) => history.Enqueue((DateTimeOffset.UtcNow, text));

    /// <summary>Sends a request and notes what came back.</summary>
    /// <returns>The answer; null where there was none.</returns>
    protected async Task<Answer?> AskAsync(HttpMethod method, string path, Func<HttpContent>? content, CancellationToken cancellationToken)
    {
        var sent = DateTimeOffset.UtcNow;
        var answer = await caller.SendAsync(method, path, content, cancellationToken);
        if (method != HttpMethod.Get || answer is null or { Status: not (200 or 202) })
        {
            Note(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{method} {path} ({(DateTimeOffset.UtcNow - sent).TotalSeconds:0.0} s): "
                        + $"{answer?.Status.ToString(CultureInfo.InvariantCulture) ?? "no answer"} "
                        + $"{answer?.Json?["status"] ?? answer?.Json?["state"]} {answer?.Json?["code"]}"
                )
            );
        }

        if (answer is { Status: 500 or 400 or 415 or 413 or 409 or 401 })
        {
            ledger.Add(this, Wrong.SaidWrong, $"{method} {path} was answered {answer.Status} {answer.Json?["code"]}");
        }

        return answer;
    }

    /// <summary>Waits before the next look, longer each time, as whoever polls thousands of things would.</summary>
    /// <param name="looks">How often it was looked already.</param>
    /// <param name="cancellationToken">Stops it.</param>
    protected Task BeforeLookAsync(int looks, CancellationToken cancellationToken) =>
        PauseAsync(0.7, Math.Min(1.5 + (looks * 0.5), 8), cancellationToken);

    protected Task PauseAsync(double from, double to, CancellationToken cancellationToken) =>
        Task.Delay(TimeSpan.FromSeconds(from + (caller.Random.NextDouble() * (to - from))), cancellationToken);
}

/// <summary>What was done and found. Safe for use by many errands at once.</summary>
internal sealed class ChaosLedger
{
    private readonly ConcurrentQueue<Errand> errands = new();
    private readonly ConcurrentDictionary<(ErrandKind, string, Wrong), Finding> findings = new();
    private readonly ConcurrentQueue<(ErrandKind Kind, DateTimeOffset At)> successes = new();
    private readonly ConcurrentQueue<(ErrandKind Kind, TimeSpan Time)> times = new();

    public IReadOnlyList<Errand> Errands => [.. errands];

    public IReadOnlyList<Finding> Findings => [.. findings.Values];

    public IReadOnlyList<(ErrandKind Kind, DateTimeOffset At)> Successes => [.. successes];

    /// <summary>From acceptance to the end.</summary>
    public IReadOnlyList<(ErrandKind Kind, TimeSpan Time)> Times => [.. times];

    public void Add(Errand errand) => errands.Enqueue(errand);

    public void Add(Errand errand, Wrong what, string text)
    {
        errand.Note($"!! {what}: {text}");
        Add(new Finding(errand.Kind, errand.Name, what, text));
    }

    /// <summary>Adds a finding; of each thing, the first of a sort counts.</summary>
    public void Add(Finding finding) => findings.TryAdd((finding.Kind, finding.Name, finding.What), finding);

    public void Succeeded(ErrandKind kind, DateTimeOffset accepted, DateTimeOffset ended)
    {
        successes.Enqueue((kind, ended));
        times.Enqueue((kind, ended - accepted));
    }
}
