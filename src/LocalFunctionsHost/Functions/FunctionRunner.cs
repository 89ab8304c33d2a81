using System.Diagnostics;
using LocalFunctionsHost.Protocol;
using LocalFunctionsHost.Workers;

namespace LocalFunctionsHost.Functions;

/// <summary>Runs the functions that no HTTP request waits for.</summary>
internal sealed partial class FunctionRunner(Worker worker, ILogger<FunctionRunner> logger)
{
    /// <summary>Runs a function once, and waits for its end.</summary>
    /// <param name="function">Which.</param>
    /// <param name="input">Of its trigger.</param>
    /// <param name="metadata">Of its trigger.</param>
    /// <param name="ending">Tells the function to come to an end.</param>
    /// <exception cref="FunctionsHostException">It failed; that is logged.</exception>
    public async Task RunAsync(
        Function function,
        TypedData input,
        IEnumerable<KeyValuePair<string, TypedData>> metadata,
        CancellationToken ending = default
    )
    {
        var id = Guid.NewGuid().ToString();
        var began = Stopwatch.GetTimestamp();
        // Each run begins a trace of its own.
        using var activity = new Activity(function.Name).Start();
        try
        {
            var channel = await worker.ChannelAsync(CancellationToken.None);
            await channel.InvokeAsync(function, id, input, activity, metadata, ending);
            Log.Succeeded(logger, function.Name, id, Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        catch (FunctionsHostException failure)
        {
            Log.Failed(logger, function.Name, id, failure.Message);
            throw;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "{Function} succeeded (id {InvocationId}, {Milliseconds:0} ms).")]
        public static partial void Succeeded(ILogger logger, string function, string invocationId, double milliseconds);

        [LoggerMessage(Level = LogLevel.Error, Message = "{Function} failed (id {InvocationId}): {Failure}")]
        public static partial void Failed(ILogger logger, string function, string invocationId, string failure);
    }
}
