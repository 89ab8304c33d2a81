using System.Runtime.ExceptionServices;
using Microsoft.Azure.WebJobs.Host.Timers;

namespace LocalFunctionsHost.Functions;

/// <summary>
/// Keeps listening to a queue. Microsoft's own listener ends where storage has been away for longer than it tries, and takes its process
/// with it unless somebody handles that; here another one is started.
/// </summary>
internal sealed partial class QueueListener(string function, Func<IWebJobsExceptionHandler, IHost> build, ILogger logger)
{
    private static readonly TimeSpan WaitAfterFailure = TimeSpan.FromSeconds(1);

    /// <summary>Listens until it is cancelled, and then lets what runs finish.</summary>
    public async Task RunAsync(CancellationToken ending)
    {
        while (!ending.IsCancellationRequested)
        {
            var failure = new Failure();
            using var listener = build(failure);
            try
            {
                await listener.StartAsync(ending);
                Log.Ended(logger, await failure.Task.WaitAsync(ending), function);
            }
            catch (Exception notStarted) when (!ending.IsCancellationRequested)
            {
                Log.Ended(logger, notStarted, function);
            }
            catch (OperationCanceledException)
            {
                // The host ends.
            }

            await listener.StopAsync(CancellationToken.None);
            await Task.Delay(WaitAfterFailure, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private sealed class Failure : IWebJobsExceptionHandler
    {
        private readonly TaskCompletionSource<Exception> failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Exception> Task => failed.Task;

        // No function has a time limit here.
        public Task OnTimeoutExceptionAsync(ExceptionDispatchInfo exceptionInfo, TimeSpan timeoutGracePeriod) =>
            OnUnhandledExceptionAsync(exceptionInfo);

        public Task OnUnhandledExceptionAsync(ExceptionDispatchInfo exceptionInfo)
        {
            failed.TrySetResult(exceptionInfo.SourceException);
            return System.Threading.Tasks.Task.CompletedTask;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The queue of {Function} cannot be read. It is tried again.")]
        public static partial void Ended(ILogger logger, Exception failure, string function);
    }
}
