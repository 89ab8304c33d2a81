using System.Text.Json;
using System.Text.Json.Nodes;

namespace Baloan.EndToEnd.Tests.Chaos;

/// <summary>A caller of whichever instance is up, as behind a load balancer. It hangs up where it has to wait too long.</summary>
/// <param name="apps">The instances.</param>
/// <param name="http">Shared by all callers.</param>
/// <param name="seed">Of what it does by chance.</param>
/// <param name="isFaulty">Whether there are faults: then a caller now and then hangs up early as well.</param>
internal sealed class Caller(IReadOnlyList<ChaosApp> apps, HttpClient http, int seed, Func<bool> isFaulty)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    // One errand does one thing at a time.
    public Random Random { get; } = new(seed);

    /// <returns>The answer; null where there was none.</returns>
    public async Task<Answer?> SendAsync(HttpMethod method, string path, Func<HttpContent>? content, CancellationToken cancellationToken)
    {
        var up = apps.Select(app => app.Up).OfType<RunningApp>().ToList();
        if (up.Count == 0)
        {
            await Task.Delay(200, cancellationToken);
            return null;
        }

        return await SendAsync(up[Random.Next(up.Count)], method, path, content, cancellationToken);
    }

    public async Task<Answer?> SendAsync(
        RunningApp app,
        HttpMethod method,
        string path,
        Func<HttpContent>? content,
        CancellationToken cancellationToken
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(isFaulty() && Random.Next(40) == 0 ? TimeSpan.FromMilliseconds(Random.Next(5, 300)) : Patience);
        try
        {
            using var request = new HttpRequestMessage(method, new Uri(app.BaseAddress, path)) { Content = content?.Invoke() };
            using var response = await http.SendAsync(request, limit.Token);
            var text = await response.Content.ReadAsStringAsync(limit.Token);
            return new Answer(
                (int)response.StatusCode,
                text.StartsWith('{') ? JsonNode.Parse(text)!.AsObject() : null,
                response.Content.Headers.ContentType?.MediaType,
                response.Headers
            );
        }
        catch (Exception cut)
            when (cut is HttpRequestException or IOException or JsonException
                || (cut is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            )
        {
            return null;
        }
    }
}
