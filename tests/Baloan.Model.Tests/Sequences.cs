using System.Diagnostics;
using System.Globalization;
using System.Text;
using Baloan.Model.Tests.Storage;
using Baloan.Model.Tests.World;
using FsCheck;
using FsCheck.Fluent;

namespace Baloan.Model.Tests;

/// <summary>
/// Runs random sequences of steps, each in a world of its own, on all processors; where one fails, looks for the shortest that does.
/// </summary>
/// <remarks>
/// <c>BALOAN_MODEL_SEQUENCES</c> says how many, <c>BALOAN_MODEL_SEED</c> which ones (a number, or <c>random</c>);
/// <c>BALOAN_MODEL_STEPS</c> gives one sequence alone, as a failure prints it, and has it told step by step.
/// </remarks>
internal sealed class Sequences(string name, Gen<Step> first, Gen<Step[]> pieces, Func<Action<string>?, World.World> newWorld, int part = 1)
{
    // What is soon done; .ci/run asks for 10,000.
    private const int Default = 300;
    private const int Longest = 40;
    private const int StackSize = 16 * 1024 * 1024;
    private static readonly TimeSpan ShrinkingLimit = TimeSpan.FromMinutes(2);

    // What is not the main thing runs a part of the sequences.
    private readonly int count = Math.Max(1, Count / part);
    private readonly Lock gate = new();
    private readonly Coverage coverage = new();
    private int started;
    private int failedAt = int.MaxValue;
    private IReadOnlyList<Step>? failed;
    private Exception? failure;

    public static ulong Seed { get; } =
        Environment.GetEnvironmentVariable("BALOAN_MODEL_SEED") switch
        {
            null or "" => 1,
            "random" => (ulong)Random.Shared.NextInt64(1, 1_000_000_000),
            var text => ulong.Parse(text, CultureInfo.InvariantCulture),
        };

    public static int Count { get; } =
        Environment.GetEnvironmentVariable("BALOAN_MODEL_SEQUENCES") is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : Default;

    /// <summary>The sequence of a number.</summary>
    public IReadOnlyList<Step> Number(int number)
    {
        // An odd second half, as FsCheck's generator wants it.
        var random = new Rnd(Seed, ((ulong)number * 2) + 1);
        var all =
            from length in Gen.Choose(3, Longest)
            from beginning in first
            from rest in Gen.ListOf(pieces, length)
            select (IReadOnlyList<Step>)[beginning, .. rest.SelectMany(piece => piece)];
        return all.Sample(1, random, Longest).Single();
    }

    /// <summary>Runs them.</summary>
    /// <returns>What was counted.</returns>
    /// <exception cref="ModelException">One failed; the message has the shortest sequence that does, and how to run it again.</exception>
    public Coverage Run()
    {
        if (Environment.GetEnvironmentVariable("BALOAN_MODEL_STEPS") is { Length: > 0 } given)
        {
            OnThreads(1, () => Play(Step.Parse(given), Console.WriteLine));
            Throw();
            return coverage;
        }

        var began = Stopwatch.GetTimestamp();
        OnThreads(
            Environment.ProcessorCount,
            () =>
            {
                for (
                    var number = Interlocked.Increment(ref started);
                    number <= count && number < failedAt;
                    number = Interlocked.Increment(ref started)
                )
                {
                    var sequence = Number(number);
                    if (Play(sequence, null) is { } fault)
                    {
                        lock (gate)
                        {
                            if (number < failedAt)
                            {
                                (failedAt, failed, failure) = (number, sequence, fault);
                            }
                        }
                    }
                }
            }
        );
        Report(Stopwatch.GetElapsedTime(began));
        Throw();
        return coverage;
    }

    /// <summary>Plays one sequence, as a failure prints it: what it once found stays found.</summary>
    /// <exception cref="ModelException">It fails.</exception>
    public void Replay(string steps)
    {
        OnThreads(1, () => failure = Play(Step.Parse(steps), null));
        Throw();
    }

    /// <summary>Plays the sequence of a number.</summary>
    /// <returns>The storage as it is in the end.</returns>
    public MemoryStorage PlayOne(int number)
    {
        MemoryStorage? storage = null;
        OnThreads(
            1,
            () =>
            {
                using var world = newWorld(null);
                storage = world.Storage;
                try
                {
                    foreach (var step in Number(number))
                    {
                        world.Take(step);
                    }

                    world.End();
                }
                catch (Exception fault)
                {
                    failure = fault;
                }
            }
        );
        return failure is null ? storage! : throw new ModelException($"{name}, sequence {number} of seed {Seed}: {failure}");
    }

    private Exception? Play(IReadOnlyList<Step> sequence, Action<string>? trace)
    {
        using var world = newWorld(trace);
        try
        {
            foreach (var step in sequence)
            {
                world.Take(step);
            }

            world.End();
            lock (gate)
            {
                coverage.Add(world.Coverage);
            }

            return null;
        }
        catch (Exception fault)
        {
            trace?.Invoke(fault.ToString());
            if (trace is not null)
            {
                failure = fault;
            }

            return fault;
        }
    }

    private void Throw()
    {
        if (failure is null)
        {
            return;
        }

        var kind = failure.Message;
        if (failed is null)
        {
            throw new ModelException(kind);
        }

        IReadOnlyList<Step> shortest = failed;
        OnThreads(1, () => shortest = Shortest(failed));
        var text = Step.TextOf(shortest);
        throw new ModelException(
            $"{name}, sequence {failedAt} of seed {Seed}: {failure.Message}\n"
                + $"Shortened from {failed.Count} steps to {shortest.Count}. Run it again with\n"
                + $"  BALOAN_MODEL_STEPS='{text}' dotnet test tests/Baloan.Model.Tests --filter {name}\n{failure}"
        );
    }

    private IReadOnlyList<Step> Shortest(IReadOnlyList<Step> sequence)
    {
        var shrinker = Arb.From(Gen.Constant(sequence), Shrunk);
        var began = Stopwatch.GetTimestamp();
        var current = sequence;
        while (true)
        {
            var next = shrinker
                .Shrinker(current)
                .TakeWhile(_ => Stopwatch.GetElapsedTime(began) < ShrinkingLimit)
                .Select(shorter => (Steps: shorter, Fault: Play(shorter, null)))
                .FirstOrDefault(shorter => shorter.Fault is not null);
            if (next.Fault is null)
            {
                return current;
            }

            (current, failure) = next;
        }
    }

    private static IEnumerable<IReadOnlyList<Step>> Shrunk(IReadOnlyList<Step> steps)
    {
        for (var size = steps.Count / 2; size >= 1; size /= 2)
        {
            for (var at = 0; at + size <= steps.Count; at += size)
            {
                yield return [.. steps.Take(at), .. steps.Skip(at + size)];
            }
        }

        for (var at = 0; at < steps.Count; at++)
        {
            var step = steps[at];
            foreach (
                var simpler in new[]
                {
                    step with
                    {
                        A = 0,
                    },
                    step with
                    {
                        A = step.A / 2,
                    },
                    step with
                    {
                        A = step.A - 1,
                    },
                    step with
                    {
                        B = 0,
                    },
                    step with
                    {
                        B = step.B / 2,
                    },
                    step with
                    {
                        C = 0,
                    },
                }
            )
            {
                if (simpler != step && simpler.A >= 0)
                {
                    yield return [.. steps.Take(at), simpler, .. steps.Skip(at + 1)];
                }
            }
        }
    }

    private void Report(TimeSpan took)
    {
        var done = Math.Min(started, count);
        var text = new StringBuilder()
            .AppendLine(
                CultureInfo.InvariantCulture,
                $"{name}: {done} sequences of seed {Seed} in {took.TotalSeconds:F1} s ({done / took.TotalSeconds:F0} a second)"
            )
            .AppendLine(CultureInfo.InvariantCulture, $"  the same again: BALOAN_MODEL_SEED={Seed} BALOAN_MODEL_SEQUENCES={Count}");
        foreach (var (what, times) in coverage.All)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {what, -50} {times, 12:N0}");
        }

        Publish(name, text.ToString());
    }

    /// <summary>Shows a table to whoever runs the tests, and keeps it beside them.</summary>
    public static void Publish(string name, string text)
    {
        Console.WriteLine(text);
        TestContext.Current.SendDiagnosticMessage("{0}", text);
        File.WriteAllText(Path.Combine(AppContext.BaseDirectory, $"{name}.txt"), text);
    }

    /// <summary>On threads of their own: what goes on inline needs room, and no context of anybody's.</summary>
    private static void OnThreads(int count, Action work)
    {
        var threads = Enumerable.Range(0, count).Select(_ => new Thread(() => work(), StackSize)).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
    }
}
