namespace Microsoft.Azure.Functions.Worker;

/// <summary>Which try of a function's own retry policy a run is.</summary>
public abstract class RetryContext
{
    /// <summary>The tries before this one.</summary>
    public abstract int RetryCount { get; }

    /// <summary>How many further tries the policy allows in all.</summary>
    public abstract int MaxRetryCount { get; }
}
