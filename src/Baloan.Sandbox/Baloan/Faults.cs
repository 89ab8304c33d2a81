namespace Baloan.Sandbox;

/// <summary>Faults that a test has asked for: each strikes the next well-formed calls of one operation, in the order asked for.</summary>
public sealed class Faults
{
    private readonly Lock gate = new();
    private readonly Dictionary<Operation, Queue<Fault>> waiting = [];

    /// <summary>The faults that have not struck yet.</summary>
    public IReadOnlyList<Fault> Waiting
    {
        get
        {
            lock (gate)
            {
                return [.. waiting.Values.SelectMany(queue => queue)];
            }
        }
    }

    /// <summary>Makes the next calls of an operation go wrong. They go before the magic numbers.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="fault">How it goes wrong; <c>with { Delay = … }</c> for another wait than its own.</param>
    /// <param name="times">How many calls, from 1 up.</param>
    public void Next(Operation operation, Fault fault, int times = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(times, 1);
        lock (gate)
        {
            if (!waiting.TryGetValue(operation, out var queue))
            {
                waiting[operation] = queue = new();
            }

            for (var i = 0; i < times; i++)
            {
                queue.Enqueue(fault);
            }
        }
    }

    /// <summary>Forgets every fault that has not struck yet.</summary>
    public void Clear()
    {
        lock (gate)
        {
            waiting.Clear();
        }
    }

    internal Fault? Take(Operation operation)
    {
        lock (gate)
        {
            return waiting.TryGetValue(operation, out var queue) && queue.TryDequeue(out var fault) ? fault : null;
        }
    }
}
