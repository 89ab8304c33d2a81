using System.Text;
using Baloan.Sandbox;
using Microsoft.AspNetCore.Http;

namespace Baloan.EndToEnd.Tests;

/// <summary>Stands between an app and its storage, counts the writes, and can say "the process dies now" at any of them.</summary>
/// <remarks>
/// What the host of the app keeps for its timers is not counted: it has no part in a settlement. Nor is what the statistics count: they
/// do so in their own time, and no write could be named by its number.
/// </remarks>
internal sealed class StorageProxy : IAsyncDisposable
{
    private const string HostContainer = "azure-webjobs-hosts";
    private const string CountersTable = "/Stats(";

    private readonly Forwarder forwarder = new();
    private readonly Lock gate = new();
    private TaskCompletionSource<bool>? held;
    private int? away;
    private int underWay;
    private int writes;
    private Crash? crash;
    private Action? seen;

    private StorageProxy() { }

    /// <summary>What <c>AzureWebJobsStorage</c> has to be, to go through here.</summary>
    public string ConnectionString { get; private set; } = "";

    public static async Task<StorageProxy> StartAsync(Azurite azurite)
    {
        var proxy = new StorageProxy();
        var connection = azurite.ConnectionString;
        foreach (var port in new[] { azurite.BlobPort, azurite.QueuePort, azurite.TablePort })
        {
            connection = connection.Replace(
                $"127.0.0.1:{port}/",
                $"127.0.0.1:{await proxy.forwarder.ServeAsync(port, call => proxy.ForwardAsync(call, port))}/",
                StringComparison.Ordinal
            );
        }

        proxy.ConnectionString = connection;
        return proxy;
    }

    /// <summary>Counts from one again.</summary>
    /// <param name="next">What happens at one of the writes; null for nothing.</param>
    /// <param name="onWrite">Told of each write, just before it goes on its way; never of two at once.</param>
    public void Arm(Crash? next, Action? onWrite = null)
    {
        lock (gate)
        {
            (writes, crash, seen) = (0, next, onWrite);
        }
    }

    /// <summary>Lets nothing more go through, and waits until what is on its way has come back, or for two seconds.</summary>
    /// <remarks>
    /// The emulator writes to disk every few seconds and as it ends. What it answered yes to in between would be forgotten where it is
    /// ended at once, and Azure Storage forgets nothing.
    /// </remarks>
    public async Task HoldAsync()
    {
        lock (gate)
        {
            held ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        for (var wait = 0; wait < 20 && Volatile.Read(ref underWay) > 0; wait++)
        {
            await Task.Delay(100);
        }
    }

    /// <summary>Takes one of the three services away: its connections are cut, and the other two answer.</summary>
    /// <param name="storagePort">The port of the service; null brings it back.</param>
    public void TakeAway(int? storagePort)
    {
        lock (gate)
        {
            away = storagePort;
        }
    }

    /// <summary>Lets everything go through again.</summary>
    /// <param name="cut">Whether the connections that were held are cut, rather than let through.</param>
    public void Release(bool cut)
    {
        lock (gate)
        {
            held?.SetResult(cut);
            held = null;
        }
    }

    public ValueTask DisposeAsync()
    {
        Release(cut: true);
        return forwarder.DisposeAsync();
    }

    private async Task ForwardAsync(ForwardedCall call, int storagePort)
    {
        Task<bool>? waiting;
        lock (gate)
        {
            if (away == storagePort)
            {
                call.Cut();
                return;
            }

            waiting = held?.Task;
            underWay += waiting is null ? 1 : 0;
        }

        if (waiting is not null)
        {
            if (await waiting)
            {
                call.Cut();
                return;
            }

            Interlocked.Increment(ref underWay);
        }

        try
        {
            await ForwardNowAsync(call);
        }
        finally
        {
            Interlocked.Decrement(ref underWay);
        }
    }

    private async Task ForwardNowAsync(ForwardedCall call)
    {
        // Whole, before it is counted: one that breaks off reaches nobody.
        await call.BodyAsync();
        var now = await CountAsync(call);
        if (now is not { AfterIt: false })
        {
            await call.SendAsync();
        }

        if (now is null)
        {
            await call.PassOnAsync();
            return;
        }

        await now.KillAsync();
        call.Cut();
    }

    private async Task<Crash?> CountAsync(ForwardedCall call)
    {
        var request = call.Request;
        var path = request.Path.Value!;
        if (
            HttpMethods.IsGet(request.Method)
            || HttpMethods.IsHead(request.Method)
            || path.Contains(HostContainer, StringComparison.Ordinal)
            || path.Contains(CountersTable, StringComparison.Ordinal)
            || (
                path.EndsWith("/$batch", StringComparison.Ordinal)
                && Encoding.UTF8.GetString(await call.BodyAsync()).Contains(CountersTable, StringComparison.Ordinal)
            )
        )
        {
            return null;
        }

        lock (gate)
        {
            seen?.Invoke();
            return ++writes == crash?.Write ? crash : null;
        }
    }

    /// <summary>A process that dies at one of its writes.</summary>
    /// <param name="Write">Which one, from 1 up.</param>
    /// <param name="AfterIt">True: the write is carried out and its answer lost. False: it never reaches storage.</param>
    /// <param name="KillAsync">Ends the process.</param>
    internal sealed record Crash(int Write, bool AfterIt, Func<Task> KillAsync);
}
