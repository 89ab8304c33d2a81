using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Hosting;

/// <summary>Runs the functions that no HTTP request waits for, and knows which still run.</summary>
internal sealed partial class FunctionRunner(IServiceScopeFactory scopes, Shutdown shutdown, ILogger<FunctionRunner> logger)
{
    private static readonly ActivitySource Source = new("Microsoft.Azure.Functions.Worker");

    private readonly ConcurrentDictionary<Task, bool> running = new();

    /// <summary>Runs a function once. Its failure is logged.</summary>
    /// <returns>Whether it succeeded. Never throws.</returns>
    public async Task<bool> RunAsync(FunctionDescriptor function, Func<ParameterInfo, object?> bind)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        running.TryAdd(done.Task, true);
        var kind = function.Trigger is QueueTriggerAttribute ? ActivityKind.Consumer : ActivityKind.Internal;

        // A run begins a trace of its own; what the loop that polls happened to be part of is not its cause.
        Activity.Current = null;
        using var activity = Source.StartActivity(function.Name, kind);
        var began = Stopwatch.GetTimestamp();
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var invocation = new FunctionInvocation(function, scope.ServiceProvider, shutdown.LimitReached);
            activity?.SetTag("faas.invocation_id", invocation.InvocationId);
            using (logger.BeginScope("{FunctionName} {InvocationId}", function.Name, invocation.InvocationId))
            {
                try
                {
                    await function.InvokeAsync(invocation, bind);
                    Log.Succeeded(logger, function.Name, invocation.InvocationId, Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                    return true;
                }
                catch (Exception failure)
                {
                    activity?.SetStatus(ActivityStatusCode.Error);
                    Log.Failed(logger, failure, function.Name, invocation.InvocationId);
                    return false;
                }
            }
        }
        catch (Exception failure)
        {
            // What is scoped failed while it was let go; the function itself is done.
            Log.Failed(logger, failure, function.Name, "");
            return false;
        }
        finally
        {
            running.TryRemove(done.Task, out _);
            done.SetResult();
        }
    }

    /// <summary>Waits until nothing runs any more.</summary>
    public Task WhenIdleAsync() => Task.WhenAll(running.Keys);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "{Function} succeeded (id {InvocationId}, {Milliseconds:0} ms).")]
        public static partial void Succeeded(ILogger logger, string function, string invocationId, double milliseconds);

        [LoggerMessage(Level = LogLevel.Error, Message = "{Function} failed (id {InvocationId}).")]
        public static partial void Failed(ILogger logger, Exception failure, string function, string invocationId);
    }
}
