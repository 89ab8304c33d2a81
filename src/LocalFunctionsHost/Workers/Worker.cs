using Grpc.Core;
using LocalFunctionsHost.Functions;
using LocalFunctionsHost.Protocol;

namespace LocalFunctionsHost.Workers;

/// <summary>Keeps a process of the function app running, as Azure's host does: where one ends, another is started.</summary>
internal sealed partial class Worker(string folder, LaunchWorker launch, ILoggerFactory logs, ILogger<Worker> logger) : IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan WaitAfterFailure = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource ending = new();
    private volatile Instance? current;
    private volatile WorkerProcess? running;
    private volatile TaskCompletionSource<WorkerChannel> next = NewWait();
    private Task keeping = Task.CompletedTask;

    /// <summary>Starts the first process and waits until it has loaded its functions.</summary>
    /// <exception cref="FunctionsHostException">It did not come so far.</exception>
    public async Task<IReadOnlyList<Function>> StartAsync(Uri address, CancellationToken cancellationToken)
    {
        var first = new TaskCompletionSource<IReadOnlyList<Function>>(TaskCreationOptions.RunContinuationsAsynchronously);
        keeping = Task.Run(() => KeepAsync(address, first), CancellationToken.None);
        return await first.Task.WaitAsync(cancellationToken);
    }

    /// <summary>The channel to a process that is ready; waits while there is none.</summary>
    /// <exception cref="FunctionsHostException">None became ready within a minute.</exception>
    public async Task<WorkerChannel> ChannelAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await next.Task.WaitAsync(ConnectLimit, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new FunctionsHostException("There has been no process of the function app for a minute.");
        }
    }

    /// <summary>Takes the stream of a process that this host started.</summary>
    public async Task ConnectAsync(
        IAsyncStreamReader<StreamingMessage> incoming,
        IServerStreamWriter<StreamingMessage> outgoing,
        CancellationToken gone
    )
    {
        if (
            await incoming.MoveNext(gone)
            && incoming.Current.StartStream is { } hello
            && current is { } instance
            && hello.WorkerId == instance.Id
        )
        {
            await instance.Channel.RunAsync(incoming, outgoing, gone);
        }
    }

    /// <summary>Asks the process to end, and ends it at once if it has not after ten seconds.</summary>
    public async Task StopAsync()
    {
        await ending.CancelAsync();
        current?.Channel.Terminate();
        if (running is { } process)
        {
            await Task.WhenAny(process.Exited, Task.Delay(Grace));
            process.Kill();
        }

        await keeping;
    }

    public void Dispose() => ending.Dispose();

    private static TaskCompletionSource<WorkerChannel> NewWait() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task KeepAsync(Uri address, TaskCompletionSource<IReadOnlyList<Function>> first)
    {
        while (!ending.IsCancellationRequested)
        {
            var id = Guid.NewGuid().ToString();
            var channel = new WorkerChannel(folder, logs);

            // Before the process, which may have connected before its start has returned here.
            current = new Instance(id, channel);
            var process = running = launch(address, id);
            if (await StartedAsync(channel, process) is { } failure)
            {
                process.Kill();
                await process.Exited;
                if (first.TrySetException(failure))
                {
                    return;
                }

                Log.NotStarted(logger, failure.Message);
                await Task.Delay(WaitAfterFailure, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }

            // For whoever wants to attach a debugger.
            Log.Ready(logger, process.Id);
            next.SetResult(channel);
            first.TrySetResult(channel.Functions);
            await Task.WhenAny(channel.Ended, process.Exited);
            next = NewWait();
            channel.End();

            // One that ends in order has something to tidy up; nobody speaks to it any more.
            await Task.WhenAny(process.Exited, Task.Delay(Grace));
            process.Kill();
            var end = await process.Exited;
            if (!ending.IsCancellationRequested)
            {
                Log.Ended(logger, end);
            }
        }
    }

    private static async Task<FunctionsHostException?> StartedAsync(WorkerChannel channel, WorkerProcess process)
    {
        try
        {
            await Task.WhenAny(channel.Ready, process.Exited).WaitAsync(ConnectLimit);
            if (channel.Ready.IsFaulted && channel.Ended.IsCompleted)
            {
                // Its connection ends a moment before it does, and only its end says why.
                await Task.WhenAny(process.Exited, Task.Delay(Grace));
            }

            if (process.Exited.IsCompleted)
            {
                throw new FunctionsHostException($"The function app ended while it was starting, with {await process.Exited}");
            }

            await channel.Ready;
            return null;
        }
        catch (FunctionsHostException failure)
        {
            return failure;
        }
        catch (TimeoutException)
        {
            return new FunctionsHostException($"The function app was not ready within a minute: {channel.Awaited}.");
        }
    }

    private sealed record Instance(string Id, WorkerChannel Channel);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "The function app is ready, as process {ProcessId}.")]
        public static partial void Ready(ILogger logger, int processId);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The function app's process ended with {End} Another one is started.")]
        public static partial void Ended(ILogger logger, string end);

        [LoggerMessage(Level = LogLevel.Error, Message = "{Failure} It is tried again.")]
        public static partial void NotStarted(ILogger logger, string failure);
    }
}
