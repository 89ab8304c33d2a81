using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Baloan.Sandbox;

/// <summary>Calls of a demonstration: each is shown as the curl line that does the same, with what was answered.</summary>
internal sealed class ShownCalls(Uri app, string? key, SandboxConsole console, int steps) : IDisposable
{
    /// <summary>How long a demonstration waits for what takes a moment.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly HttpClient http = new() { BaseAddress = app };
    private int step;

    /// <summary>What the curl lines of this app's calls have to carry: nothing, or the function key.</summary>
    public string KeyHeader { get; } = key is null ? "" : $" -H {CurlLine.Quote($"x-functions-key: {key}")}";

    public void Head(string text) => console.Title(string.Create(CultureInfo.InvariantCulture, $"{++step}/{steps} {text}"));

    public void Command(string command) => console.Command(command);

    public void Dispose() => http.Dispose();

    /// <summary>POSTs a JSON object; null for no body.</summary>
    public async Task<Answered> PostAsync(string path, JsonObject? body, HttpStatusCode expected, CancellationToken cancellationToken)
    {
        var address = new Uri(app, path);
        console.Command($"curl -X POST {CurlLine.Quote(address.AbsoluteUri)}{KeyHeader}" + (body is null ? "" : $" -H 'Content-Type: application/json' -d {CurlLine.Quote(body.ToJsonString())}"));
        using var request = new HttpRequestMessage(HttpMethod.Post, address);
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), null, "application/json");
        }

        return await SendAsync(request, [expected], cancellationToken);
    }

    public async Task<Answered> GetAsync(string path, CancellationToken cancellationToken)
    {
        var address = new Uri(app, path);
        console.Command($"curl {CurlLine.Quote(address.AbsoluteUri)}{KeyHeader}");
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        return await SendAsync(request, [HttpStatusCode.OK], cancellationToken);
    }

    /// <summary>GETs until the answer's field has a value, and shows each new one.</summary>
    /// <param name="address">What is asked.</param>
    /// <param name="field">The field to look at.</param>
    /// <param name="ended">Whether that was the last.</param>
    /// <param name="curl">The curl line, but for the address.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async Task<Answered> PollAsync(Uri address, string field, Func<Answered, bool> ended, string curl, CancellationToken cancellationToken)
    {
        console.Command($"{curl} {CurlLine.Quote(address.AbsoluteUri)}{KeyHeader}");
        var until = DateTimeOffset.UtcNow + Patience;
        var last = "";
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            var answer = await SendAsync(request, [HttpStatusCode.Accepted, HttpStatusCode.OK], cancellationToken, body => body[field]?.ToString() != last);
            last = answer.Text(field);
            if (ended(answer))
            {
                return answer;
            }

            if (DateTimeOffset.UtcNow > until)
            {
                throw new SandboxException($"The {field} of {address.AbsolutePath} is still '{last}' after {Patience.TotalMinutes} minutes.");
            }

            await Task.Delay(answer.RetryAfter ?? TimeSpan.FromSeconds(0.5), cancellationToken);
        }
    }

    /// <summary>Baloan's books.</summary>
    public async Task<BooksSnapshot> BooksAsync(BaloanServer baloan, CancellationToken cancellationToken)
    {
        var address = new Uri(baloan.BaseAddress, "books");
        console.Command($"curl {CurlLine.Quote(address.AbsoluteUri)}");
        return (await http.GetFromJsonAsync(address, SandboxJson.Default.BooksSnapshot, cancellationToken))!;
    }

    public async Task<Answered> SendAsync(
        HttpRequestMessage request, HttpStatusCode[] expected, CancellationToken cancellationToken, Func<JsonNode, bool>? isShown = null)
    {
        var call = $"{request.Method} {request.RequestUri!.AbsolutePath}";
        if (key is not null)
        {
            request.Headers.Add("x-functions-key", key);
        }

        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            var body = Parse(text);
            if (body is null || isShown is null || isShown(body))
            {
                console.Answer(string.Create(CultureInfo.InvariantCulture, $"{(int)response.StatusCode} {text}"));
            }

            if (!expected.Contains(response.StatusCode) || body is null)
            {
                throw new SandboxException(string.Create(
                    CultureInfo.InvariantCulture, $"The function app answered {call} with {(int)response.StatusCode}{(body is null ? " and no JSON" : $": {(body as JsonObject)?["detail"] ?? body}")}"));
            }

            return new(response.StatusCode, response.Headers.Location, response.Headers.RetryAfter?.Delta, body);
        }
        catch (HttpRequestException failure)
        {
            throw new SandboxException($"The function app did not answer {call}: {failure.Message}");
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SandboxException($"The function app did not answer {call} in time.");
        }
    }

    private static JsonNode? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>What the function app answered.</summary>
internal sealed record Answered(HttpStatusCode Status, Uri? Location, TimeSpan? RetryAfter, JsonNode Body)
{
    /// <summary>A field of the answer as text.</summary>
    /// <exception cref="SandboxException">It has none of that name.</exception>
    public string Text(string name) => (Body as JsonObject)?[name]?.ToString() ?? throw new SandboxException($"The function app's answer has no '{name}'.");

    /// <summary>The absolute address that the answer names.</summary>
    /// <exception cref="SandboxException">It names none.</exception>
    public Uri AbsoluteLocation() => Location is { IsAbsoluteUri: true } location ? location : throw new SandboxException("The Location of an answer is missing or not absolute.");
}
