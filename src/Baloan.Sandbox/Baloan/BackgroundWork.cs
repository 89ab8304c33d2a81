namespace Baloan.Sandbox;

/// <summary>Work that nobody waits for, until its owner ends.</summary>
internal sealed class BackgroundWork : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private readonly Lock gate = new();
    private readonly HashSet<Task> running = [];
    private bool disposed;

    /// <summary>
    /// Starts work on another thread; it may end with an <see cref="OperationCanceledException"/> when it is told to stop.
    /// </summary>
    /// <returns>Ends with the work, however that ended.</returns>
    public Task StartAsync(Func<CancellationToken, Task> work)
    {
        lock (gate)
        {
            if (disposed)
            {
                return Task.CompletedTask;
            }

            var task = RunAsync(work);
            running.Add(task);
            _ = task.ContinueWith(Forget, TaskScheduler.Default);
            return task;
        }
    }

    /// <summary>Tells all work to stop and waits until it has.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] last;
        lock (gate)
        {
            if (disposed)
            {
                return;
            }

            disposed = true;
            last = [.. running];
        }

        await stopping.CancelAsync();
        await Task.WhenAll(last);
        stopping.Dispose();
    }

    private async Task RunAsync(Func<CancellationToken, Task> work)
    {
        await Task.Yield();
        try
        {
            await work(stopping.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Told to stop.
        }
    }

    private void Forget(Task task)
    {
        lock (gate)
        {
            running.Remove(task);
        }
    }
}
