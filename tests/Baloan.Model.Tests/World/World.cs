using System.Globalization;
using Baloan.Model.Tests.Storage;

namespace Baloan.Model.Tests.World;

/// <summary>
/// Some instances of the app, and all that they can see. Everything runs on one thread: a call of an instance waits until the world
/// decides what becomes of it, and then runs on to its next call before the world does anything else.
/// </summary>
internal abstract class World : IDisposable
{
    // As StorageClients has it for each try.
    private static readonly TimeSpan NetworkTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ShortWait = TimeSpan.FromSeconds(5);
    private const int LongestEnd = 20_000;

    private readonly List<PendingCall> calls = [];
    private readonly List<Operation> operations = [];
    private readonly List<(DateTimeOffset At, Action Act)> later = [];
    private readonly List<Instance> all = [];
    private readonly Instance?[] instances;
    private readonly TimeSpan[] clockErrors;
    private readonly HashSet<Instance> stoodStill = [];
    private readonly int thread = Environment.CurrentManagedThreadId;
    private StorageRequest? stray;
    private bool isOver;

    protected World(int instances)
    {
        this.instances = new Instance?[instances];
        clockErrors = new TimeSpan[instances];
        Baloan = new BaloanBooks(Clock);
        Storage = new MemoryStorage(() => Clock.Now);
    }

    public WorldClock Clock { get; } = new();

    public MemoryStorage Storage { get; }

    public MemoryVault Vault { get; } = new();

    public BaloanBooks Baloan { get; }

    public Alerts Alerts { get; } = new();

    public Coverage Coverage { get; } = new();

    /// <summary>Every storage call that was carried out, with its answer, where somebody wants to know.</summary>
    public Action<StorageRequest, StorageAnswer>? CarriedOut { get; init; }

    /// <summary>Written to for each thing that happens, where somebody wants to know.</summary>
    public Action<string>? Trace { get; init; }

    /// <summary>A service of storage that fails every call now; null for none.</summary>
    protected string? Away { get; set; }

    protected IReadOnlyList<Operation> Operations => operations;

    protected IReadOnlyList<PendingCall> Calls => calls;

    protected bool IsEnding { get; private set; }

    public void Say(string line) => Trace?.Invoke($"{Clock.Now:HH:mm:ss.fff}  {line}");

    /// <summary>Takes one step of a sequence.</summary>
    public void Take(Step step)
    {
        Say($"- {step}");
        switch (step.Name)
        {
            case "run":
                Run(step.A, step.B);
                break;
            case "fate":
                if (calls.Count > 0 && Fates.IsFate(step.B))
                {
                    Release(calls[step.A % calls.Count], (Fate)step.B);
                }

                break;
            case "time":
                Run(step.B, 0);
                Advance(Durations[step.A % Durations.Length]);
                break;
            case "death":
                if (instances[step.A % instances.Length] is { } instance)
                {
                    Kill(instance);
                }

                break;
            case "still":
                if (instances[step.A % instances.Length] is { IsStandingStill: false } running)
                {
                    StandStill(running);
                }

                break;
            case "go":
                if (instances[step.A % instances.Length] is { IsStandingStill: true } still)
                {
                    GoOn(still);
                }

                break;
            case "clock":
                clockErrors[step.A % instances.Length] = ClockErrors[step.B % ClockErrors.Length];
                break;
            case "vault":
                Vault.AwayFor = step.A;
                break;
            default:
                TakeOwn(step);
                break;
        }

        Settle();
    }

    /// <summary>The faults are over: everything is answered, and time goes on, until nothing is left to do.</summary>
    public void End()
    {
        IsEnding = true;
        Vault.AwayFor = 0;
        Away = null;
        FaultsOver();
        foreach (var instance in instances.OfType<Instance>().Where(instance => instance.IsStandingStill))
        {
            GoOn(instance);
        }

        calls.RemoveAll(call => call.IsOrphan);
        Say("- the faults are over");
        var nextSweep = Clock.Now;
        var turn = 0;
        for (var steps = 0; ; steps++)
        {
            if (steps == LongestEnd)
            {
                throw new ModelException($"It does not end: {string.Join("; ", operations.Select(operation => operation.Name))}");
            }

            Settle();
            if (calls.Count > 0)
            {
                Release(calls[turn++ % calls.Count], Fate.Good);
            }
            else if (
                operations.Count > 0
                && NextEvent() is null
                && operations.Find(operation => stoodStill.Contains(operation.Instance)) is { } elsewhere
            )
            {
                // Its time limits passed while it stood still, and .NET goes on after a wait that is cancelled in another thread.
                Coverage.Count("processes that went on where no world can rule, and ended");
                Kill(elsewhere.Instance);
            }
            else if (operations.Count > 0)
            {
                MoveTo(NextEvent() ?? throw new ModelException($"It hangs: {operations[0].Name}{Stray()}"));
            }
            else if (TryDeliver(turn++)) { }
            else if (HasEnded() && later.Count == 0)
            {
                break;
            }
            else if (Clock.Now >= nextSweep)
            {
                nextSweep = Clock.Now + TimeSpan.FromMinutes(1);
                Sweep(At(turn++));
            }
            else
            {
                // A sweep every minute would change nothing before the next message comes.
                MoveTo(
                    NextMessage() is { } message && message > Clock.Now ? Earlier(message, NextEvent()) : Earlier(nextSweep, NextEvent())
                );
            }
        }

        Check();
        isOver = true;
    }

    /// <summary>What an instance's storage clients ask for.</summary>
    public async ValueTask<StorageAnswer> CallAsync(Instance instance, StorageRequest request, CancellationToken cancellationToken)
    {
        var isElsewhere = Environment.CurrentManagedThreadId != thread;
        if (instance.IsDead || isOver || isElsewhere)
        {
            if (!instance.IsDead && !isOver)
            {
                stray = request;
            }

            // What is left of an instance that has died.
            await new TaskCompletionSource().Task;
        }

        if (request.IsSetup)
        {
            return Dated(Storage.Answer(request));
        }

        var call = new StorageCall(instance, request, Clock.Now);
        calls.Add(call);
        using var canceled = cancellationToken.Register(() =>
        {
            if (!instance.IsDead && !isOver && Environment.CurrentManagedThreadId == thread)
            {
                Say($"{call} is no longer waited for");
                call.Cancel(cancellationToken);
            }
        });
        return await call.Outcome.ConfigureAwait(false);
    }

    /// <summary>Waits for the world to decide about a call to Baloan.</summary>
    public void Hold(PendingCall call) => calls.Add(call);

    /// <summary>A call that nobody waits for and that will do nothing any more.</summary>
    public void Drop(PendingCall call) => calls.Remove(call);

    public void Later(TimeSpan wait, Action act) => later.Add((Clock.Now + wait, act));

    public StorageAnswer CarryOut(StorageRequest request)
    {
        var answer = Storage.Answer(request);
        CarriedOut?.Invoke(request, answer);
        return Dated(answer);
    }

    /// <summary>An answer of storage with the time at which it was given.</summary>
    public StorageAnswer Dated(StorageAnswer answer) => answer.With("Date", Clock.Now.ToString("R", CultureInfo.InvariantCulture));

    /// <summary>How wrong the clock of an instance is.</summary>
    public TimeSpan ClockErrorOf(Instance instance) => clockErrors[instance.Number];

    /// <summary>An instance dies, with all that it was doing.</summary>
    public void Kill(Instance instance)
    {
        if (instance.IsDead)
        {
            return;
        }

        Say($"instance {instance.Number} dies");
        Coverage.Count("deaths");
        instance.Die();
        instances[instance.Number] = null;
        foreach (var operation in operations.Where(operation => operation.Instance == instance).ToList())
        {
            operations.Remove(operation);
            Died(operation);
        }

        calls.RemoveAll(call => call.Instance == instance && !call.IsOrphan && call.Abandon());
    }

    public void Dispose()
    {
        isOver = true;
        foreach (var instance in all)
        {
            instance.Dispose();
        }
    }

    /// <summary>What becomes of a call where the sequence says nothing about it.</summary>
    protected virtual Fate FateOf(PendingCall call) =>
        call is StorageCall storage && storage.Request.Service == Away ? Fate.Unavailable : Fate.Good;

    /// <summary>A step that only this world knows.</summary>
    protected abstract void TakeOwn(Step step);

    /// <summary>Ends the faults that only this world knows.</summary>
    protected abstract void FaultsOver();

    /// <summary>An operation's instance died.</summary>
    protected abstract void Died(Operation operation);

    /// <summary>Delivers what a queue holds and can be seen.</summary>
    /// <returns>Whether there was anything.</returns>
    protected abstract bool TryDeliver(int turn);

    protected abstract DateTimeOffset? NextMessage();

    protected abstract void Sweep(Instance instance);

    protected abstract bool HasEnded();

    /// <summary>What has to be true in the end.</summary>
    protected abstract void Check();

    protected static void Require(bool isTrue, string otherwise)
    {
        if (!isTrue)
        {
            throw new ModelException(otherwise);
        }
    }

    /// <summary>An instance by its place; a new one where the last one there has died.</summary>
    /// <remarks>Where that one stands still, the next that does not has the work.</remarks>
    protected Instance At(int place)
    {
        place = Enumerable
            .Range(place, instances.Length)
            .Select(next => next % instances.Length)
            .FirstOrDefault(next => instances[next] is not { IsStandingStill: true }, place % instances.Length);
        if (instances[place] is { IsStandingStill: true } still)
        {
            GoOn(still);
        }

        if (instances[place] is null)
        {
            instances[place] = new Instance(this, place);
            all.Add(instances[place]!);
        }

        return instances[place]!;
    }

    protected void Start(Instance instance, string name, Func<Task> work, Action<Task> ended)
    {
        Say($"{instance.Number}: {name} begins");
        operations.Add(new Operation(instance, name, work(), ended));
    }

    /// <summary>An operation's process stands still.</summary>
    protected virtual void StoodStill(Operation operation) { }

    /// <summary>Whether nothing is under way or still to come at Baloan.</summary>
    protected bool IsQuiet => later.Count == 0 && calls.Count == 0;

    /// <summary>The answer to a question, once everything that it needs has been answered well.</summary>
    protected T Ask<T>(Task<T> question)
    {
        while (!question.IsCompleted)
        {
            if (calls.Count > 0)
            {
                Release(calls[0], Fate.Good);
            }
            else
            {
                MoveTo(NextEvent() ?? throw new ModelException("A question hangs."));
            }
        }

        return question.GetAwaiter().GetResult();
    }

    private static readonly TimeSpan[] Durations =
    [
        TimeSpan.FromSeconds(1),
        TimeSpan.FromSeconds(5),
        TimeSpan.FromSeconds(31),
        TimeSpan.FromSeconds(105),
        TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(2),
        TimeSpan.FromHours(25),
    ];

    public static int DurationCount => Durations.Length;

    private static readonly TimeSpan[] ClockErrors =
    [
        TimeSpan.Zero,
        TimeSpan.FromSeconds(-290),
        TimeSpan.FromSeconds(290),
        TimeSpan.FromSeconds(-20),
        TimeSpan.FromSeconds(3),
        TimeSpan.FromHours(-26),
    ];

    public static int ClockErrorCount => ClockErrors.Length;

    private void StandStill(Instance instance)
    {
        Say($"instance {instance.Number} stands still");
        Coverage.Count("processes that stood still");
        instance.IsStandingStill = true;
        stoodStill.Add(instance);
        foreach (var operation in operations.Where(operation => operation.Instance == instance))
        {
            StoodStill(operation);
        }

        foreach (var call in calls.OfType<BaloanCall>().Where(call => call.Instance == instance).ToList())
        {
            call.StandStill();
        }
    }

    private void GoOn(Instance instance)
    {
        Say($"instance {instance.Number} goes on");
        instance.IsStandingStill = false;
    }

    private void Run(int count, int picks)
    {
        for (var released = 0; released < count; released++)
        {
            Settle();
            var running = calls.Where(call => !call.Instance.IsStandingStill).ToList();
            if (running.Count > 0)
            {
                var call = running[(picks + (released * 7919)) % running.Count];
                Release(call, FateOf(call));
            }
            else if (operations.Count > 0 && Clock.Next is { } next && next - Clock.Now <= ShortWait)
            {
                MoveTo(next);
            }
            else
            {
                return;
            }
        }
    }

    private void Release(PendingCall call, Fate fate)
    {
        if (call.Instance.IsStandingStill && !call.IsOrphan)
        {
            // What has left it may still be carried out; nothing else can happen to it.
            if (call is not StorageCall || fate is not (Fate.CutAfter or Fate.ErrorAfter or Fate.DeathAfter or Fate.Good or Fate.Done))
            {
                return;
            }

            fate = Fate.Done;
        }

        Say($"{call} → {fate.Text()}{(call.IsOrphan ? " (nobody waits)" : "")}");
        Coverage.Count($"call {fate.Text()}");
        if (call.Meet(fate))
        {
            calls.Remove(call);
        }
    }

    protected void Advance(TimeSpan by)
    {
        var until = Clock.Now + by;
        while (Clock.Now < until)
        {
            MoveTo(Earlier(until, NextEvent()));
            Settle();
        }
    }

    /// <summary>Moves the time on to a moment at which, or before which, something happens, and lets that happen.</summary>
    /// <summary>Time goes on to a moment, and what waits for one before it is over.</summary>
    protected void MoveTo(DateTimeOffset moment)
    {
        Clock.MoveTo(moment);
        foreach (var late in later.Where(late => late.At <= Clock.Now).ToList())
        {
            later.Remove(late);
            late.Act();
        }

        foreach (
            var call in calls
                .OfType<StorageCall>()
                .Where(call => Clock.Now - call.Since >= NetworkTimeout && !call.Instance.IsStandingStill)
                .ToList()
        )
        {
            calls.Remove(call);
            call.TimeOut();
        }
    }

    private string Stray() =>
        stray is null ? "" : $", or it went on in another thread, which no world can rule ({stray.Method} {stray.Path})";

    private DateTimeOffset? NextEvent()
    {
        DateTimeOffset? next = Clock.Next;
        foreach (var late in later)
        {
            next = Earlier(late.At, next);
        }

        foreach (var call in calls.OfType<StorageCall>().Where(call => !call.Instance.IsStandingStill))
        {
            next = Earlier(call.Since + NetworkTimeout, next);
        }

        return next;
    }

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset? other) => other < one ? other.Value : one;

    /// <summary>What has ended meanwhile has its consequences.</summary>
    private void Settle()
    {
        while (operations.Find(operation => operation.Task.IsCompleted) is { } ended)
        {
            operations.Remove(ended);
            var fault = ended.Task.IsFaulted ? ": " + ended.Task.Exception!.InnerException!.Message : "";
            Say($"{ended.Instance.Number}: {ended.Name} ends{fault}");
            ended.Ended(ended.Task);
        }
    }
}
