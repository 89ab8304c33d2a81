using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Baloan.Sandbox;

/// <summary>One try of one callback.</summary>
/// <param name="Uuid">The loan.</param>
/// <param name="State">The state as it was told, misspelt if so.</param>
/// <param name="Reason">The reason that was told; null where there was none.</param>
/// <param name="Try">1 for the first.</param>
/// <param name="At">When it was sent, UTC.</param>
/// <param name="Status">The HTTP status of the answer; null where there was none within ten seconds.</param>
public sealed record SentCallback(Guid Uuid, string State, string? Reason, int Try, DateTimeOffset At, int? Status);

/// <summary>
/// Tells the partner of changes, as Baloan's callback service does: a POST of the loan's uuid, its state and, for some, a reason.
/// </summary>
/// <remarks>
/// The documents do not say whether Baloan repeats a callback that was not answered with 2xx, or how often. This one tries five
/// times, after 1, 2, 4 and 8 seconds. The callbacks of one loan follow one another, unless they are shuffled.
/// </remarks>
internal sealed class LoanCallbacks(BackgroundWork work, TimeProvider time) : IDisposable
{
    private const int Tries = 5;

    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(10) };
    private readonly Lock gate = new();
    private readonly List<SentCallback> sent = [];
    private readonly Dictionary<Guid, Task> last = [];

    public IReadOnlyList<SentCallback> Sent
    {
        get
        {
            lock (gate)
            {
                return [.. sent];
            }
        }
    }

    /// <summary>Sends a callback in the background.</summary>
    /// <param name="url">Where to.</param>
    /// <param name="uuid">The loan.</param>
    /// <param name="state">The state, as it is to be written.</param>
    /// <param name="reason">The reason; null for none.</param>
    /// <param name="spread">It waits for a random time up to this; zero: for the callbacks of the loan before it.</param>
    public void Send(Uri url, Guid uuid, string state, string? reason, TimeSpan spread)
    {
        var body = new JsonObject { ["uuid"] = uuid.ToString(), ["state"] = state };
        if (reason is not null)
        {
            body["reason"] = reason;
        }

        var callback = new SentCallback(uuid, state, reason, 1, default, null);
        lock (gate)
        {
            var before = last.GetValueOrDefault(uuid, Task.CompletedTask);
            last[uuid] = work.StartAsync(async cancellationToken =>
            {
                await (
                    spread == TimeSpan.Zero
                        ? before.WaitAsync(cancellationToken)
                        : Task.Delay(spread * Random.Shared.NextDouble(), time, cancellationToken)
                );
                await DeliverAsync(url, Encoding.UTF8.GetBytes(body.ToJsonString()), callback, cancellationToken);
            });
        }
    }

    public void Forget()
    {
        lock (gate)
        {
            sent.Clear();
        }
    }

    public void Dispose() => http.Dispose();

    private async Task DeliverAsync(Uri url, byte[] body, SentCallback callback, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var at = time.GetUtcNow();
            var status = await PostAsync(url, body, cancellationToken);
            lock (gate)
            {
                sent.Add(callback with { Try = attempt, At = at, Status = status });
            }

            if (status is >= 200 and < 300 || attempt == Tries)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromSeconds(1 << (attempt - 1)), time, cancellationToken);
        }
    }

    private async Task<int?> PostAsync(Uri url, byte[] body, CancellationToken cancellationToken)
    {
        try
        {
            using var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            using var response = await http.PostAsync(url, content, cancellationToken);
            return (int)response.StatusCode;
        }
        catch (Exception failure)
            when (failure is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
