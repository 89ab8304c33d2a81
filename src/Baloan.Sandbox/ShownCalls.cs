using System.Globalization;
using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Baloan.Sandbox;

/// <summary>
/// Calls of a demonstration: each is shown as the curl line that does the same, with those fields of its answer that tell something.
/// </summary>
internal sealed class ShownCalls(Uri app, string? key, SandboxConsole console, int steps) : IDisposable
{
    /// <summary>How long a demonstration waits for what takes a moment.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    // For people: Persian as it is read.
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly HttpClient http = new() { BaseAddress = app };
    private int step;

    /// <summary>The words by which curl lines carry the function key; none where no key is asked for.</summary>
    public string[] Key { get; } = key is null ? [] : [$"-H {CurlLine.Quote($"x-functions-key: {key}")}"];

    public void Head(string text) => console.Title(string.Create(CultureInfo.InvariantCulture, $"{++step}/{steps} {text}"));

    public void Dispose() => http.Dispose();

    /// <summary>POSTs a JSON object; null for no body.</summary>
    public async Task<Answered> PostAsync(
        string path,
        JsonObject? body,
        HttpStatusCode expected,
        string[] shown,
        CancellationToken cancellationToken
    )
    {
        var address = new Uri(app, path);
        console.Command(["curl", "-X POST", CurlLine.Quote(address.AbsoluteUri), .. Key, .. body is null ? [] : CurlLine.JsonBody(body)]);
        using var request = new HttpRequestMessage(HttpMethod.Post, address);
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), null, "application/json");
        }

        return await SendAsync(request, [expected], shown, cancellationToken);
    }

    public async Task<Answered> GetAsync(string path, string[] shown, CancellationToken cancellationToken)
    {
        var address = new Uri(app, path);
        console.Command(["curl", CurlLine.Quote(address.AbsoluteUri), .. Key]);
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        return await SendAsync(request, [HttpStatusCode.OK], shown, cancellationToken);
    }

    /// <summary>GETs until the answer's field has a value, and shows each new one.</summary>
    /// <param name="address">What is asked.</param>
    /// <param name="field">The field to look at.</param>
    /// <param name="ended">Whether that was the last.</param>
    /// <param name="shown">What is shown of each, the field among it.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async Task<Answered> PollAsync(
        Uri address,
        string field,
        Func<Answered, bool> ended,
        string[] shown,
        CancellationToken cancellationToken
    )
    {
        console.Command(["curl", CurlLine.Quote(address.AbsoluteUri), .. Key]);
        var until = DateTimeOffset.UtcNow + Patience;
        var last = "";
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            var answer = await SendAsync(
                request,
                [HttpStatusCode.Accepted, HttpStatusCode.OK],
                shown,
                cancellationToken,
                body => body[field]?.ToString() != last
            );
            last = answer.Text(field);
            if (ended(answer))
            {
                return answer;
            }

            if (DateTimeOffset.UtcNow > until)
            {
                throw new SandboxException(
                    $"The {field} of {address.AbsolutePath} is still '{last}' after {Patience.TotalMinutes} minutes."
                );
            }

            await Task.Delay(answer.RetryAfter ?? TimeSpan.FromSeconds(0.5), cancellationToken);
        }
    }

    /// <summary>What stands at an address that an answer named.</summary>
    /// <exception cref="SandboxException">Nothing does.</exception>
    public async Task<byte[]> DownloadAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            return await http.GetByteArrayAsync(address, cancellationToken);
        }
        catch (HttpRequestException failure)
        {
            throw new SandboxException($"{address.AbsolutePath} does not open: {failure.Message}");
        }
    }

    /// <summary>Baloan's books.</summary>
    public async Task<BooksSnapshot> BooksAsync(BaloanServer baloan, CancellationToken cancellationToken)
    {
        var address = new Uri(baloan.BaseAddress, "books");
        console.Command("curl", CurlLine.Quote(address.AbsoluteUri));
        return (await http.GetFromJsonAsync(address, SandboxJson.Default.BooksSnapshot, cancellationToken))!;
    }

    public async Task<Answered> SendAsync(
        HttpRequestMessage request,
        HttpStatusCode[] expected,
        string[] shown,
        CancellationToken cancellationToken,
        Func<JsonNode, bool>? isShown = null
    )
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
                console.Answer(
                    string.Create(CultureInfo.InvariantCulture, $"{(int)response.StatusCode} {(body is null ? text : Shown(body, shown))}")
                );
            }

            if (!expected.Contains(response.StatusCode) || body is null)
            {
                throw new SandboxException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"The function app answered {call} with {(int)response.StatusCode}"
                            + $"{(body is null ? " and no JSON" : $": {(body as JsonObject)?["detail"] ?? body}")}"
                    )
                );
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

    /// <summary>Those fields that tell something at this step, in the API's own spelling; the ellipsis stands for the rest.</summary>
    private static string Shown(JsonNode body, string[] fields)
    {
        if (body is not JsonObject whole)
        {
            return body is JsonArray { Count: > 0 } ? "[…]" : body.ToJsonString();
        }

        var shown = fields.Where(whole.ContainsKey).Select(name => $"\"{name}\":{whole[name]?.ToJsonString(Readable) ?? "null"}").ToList();
        return $"{{{string.Join(',', shown.Count < whole.Count ? [.. shown, "…"] : shown)}}}";
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
    public string Text(string name) =>
        (Body as JsonObject)?[name]?.ToString() ?? throw new SandboxException($"The function app's answer has no '{name}'.");

    /// <summary>The absolute address that the answer names.</summary>
    /// <exception cref="SandboxException">It names none.</exception>
    public Uri AbsoluteLocation() =>
        Location is { IsAbsoluteUri: true } location
            ? location
            : throw new SandboxException("The Location of an answer is missing or not absolute.");
}
