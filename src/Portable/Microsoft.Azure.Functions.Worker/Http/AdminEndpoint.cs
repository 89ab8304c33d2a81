using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker.Hosting;
using Microsoft.Azure.Functions.Worker.Queues;

namespace Microsoft.Azure.Functions.Worker.Http;

/// <summary><c>POST /admin/functions/{name}</c> with <c>{"input": "..."}</c> fires a queue or timer function, as with Core Tools.</summary>
internal sealed class AdminEndpoint(FunctionCatalog catalog, FunctionRunner runner, Shutdown shutdown)
{
    public async Task HandleAsync(HttpContext http)
    {
        var function = catalog[(string)http.GetRouteValue("name")!];
        if (function is null or { Trigger: HttpTriggerAttribute })
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        string input;
        try
        {
            input = await InputAsync(http.Request);
        }
        catch (JsonException)
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        if (!shutdown.Stopping.IsCancellationRequested)
        {
            _ = Task.Run(() => runner.RunAsync(function, parameter => function.Trigger is TimerTriggerAttribute
                ? new TimerInfo()
                : QueueMessageBinding.Bind(QueueMessageBinding.FromText(input), parameter.ParameterType)));
        }

        http.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    private static async Task<string> InputAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        var text = await reader.ReadToEndAsync(request.HttpContext.RequestAborted);
        if (text.Length == 0)
        {
            return "";
        }

        using var body = JsonDocument.Parse(text);
        return body.RootElement.ValueKind != JsonValueKind.Object ? throw new JsonException()
            : body.RootElement.TryGetProperty("input", out var input) ? input.ToString()
            : "";
    }
}
