namespace Microsoft.Azure.Functions.Worker;

/// <summary>What is known of one run of a function.</summary>
public abstract class FunctionContext
{
    /// <summary>The id of this run; no two runs share it.</summary>
    public abstract string InvocationId { get; }

    /// <summary>The id of the function; the same for all its runs.</summary>
    public abstract string FunctionId { get; }

    /// <summary>The trace that this run belongs to.</summary>
    public abstract TraceContext TraceContext { get; }

    /// <summary>Which try this is. Both counts are 0 here: a queue's own count is in the message's <c>DequeueCount</c>.</summary>
    public abstract RetryContext RetryContext { get; }

    /// <summary>The services of this run; what is scoped lives as long as the run.</summary>
    public abstract IServiceProvider InstanceServices { get; set; }

    /// <summary>The function that runs.</summary>
    public abstract FunctionDefinition FunctionDefinition { get; }

    /// <summary>Values that are kept for as long as the run.</summary>
    public abstract IDictionary<object, object> Items { get; set; }

    /// <summary>
    /// Cancelled when the caller of an HTTP function has gone, and for every function when the host stops and its time to finish is over.
    /// It is not cancelled at the moment when the host is asked to stop, as a draining host in Azure does not either.
    /// </summary>
    public virtual CancellationToken CancellationToken { get; }
}
