namespace Baloan.Model.Tests.World;

/// <summary>A call of an instance that waits for the world to decide what becomes of it.</summary>
internal abstract class PendingCall(Instance instance, string name, DateTimeOffset since)
{
    /// <summary>Who calls; what it is told no more once it has died.</summary>
    public Instance Instance => instance;

    public string Name => name;

    public DateTimeOffset Since { get; protected set; } = since;

    /// <summary>Whether nobody waits for the answer any more.</summary>
    public bool IsOrphan { get; protected set; }

    /// <summary>Lets a fate happen.</summary>
    /// <returns>Whether the call is over.</returns>
    public abstract bool Meet(Fate fate);

    /// <summary>The caller died.</summary>
    /// <returns>Whether the call is over.</returns>
    public abstract bool Abandon();

    public override string ToString() => $"{instance.Number}: {name}";
}
