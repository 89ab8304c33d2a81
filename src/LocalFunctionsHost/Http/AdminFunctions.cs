using System.Text.Json;

namespace LocalFunctionsHost.Http;

/// <summary><c>POST /admin/functions/{name}</c> with <c>{"input": "..."}</c> fires a queue or timer function, as on Azure.</summary>
internal sealed class AdminFunctions
{
    private readonly Dictionary<string, Func<string, Task>> functions = new(StringComparer.OrdinalIgnoreCase);

    public void Add(string name, Func<string, Task> run) => functions[name] = run;

    public async Task HandleAsync(HttpContext context)
    {
        if (!functions.TryGetValue((string)context.GetRouteValue("name")!, out var run))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        }
        else if (!context.Request.HasJsonContentType())
        {
            // A page can make a browser send texts and forms to anybody, but JSON only to who has agreed.
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
        }
        else if (await InputAsync(context.Request) is { } input)
        {
            context.Response.StatusCode = StatusCodes.Status202Accepted;
            _ = Task.Run(() => run(input));
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
        }
    }

    private static async Task<string?> InputAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        var text = await reader.ReadToEndAsync(request.HttpContext.RequestAborted);
        try
        {
            using var body = JsonDocument.Parse(text.Length == 0 ? "{}" : text);
            return body.RootElement.ValueKind != JsonValueKind.Object ? null
                : body.RootElement.TryGetProperty("input", out var input) ? input.ToString()
                : "";
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
