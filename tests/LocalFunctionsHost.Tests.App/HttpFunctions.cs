using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace LocalFunctionsHost.Tests.App;

public sealed class HttpFunctions(Probe probe, Gate gate)
{
    [Function("Number")]
    public static IResult Number(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "numbers/{number:int}")] HttpRequest request,
        int number
    ) => Results.Ok(new { number, method = request.Method });

    [Function("Identified")]
    public static Task<IResult> Identified(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "ids/{id:guid}/{name?}")] HttpRequest request,
        Guid id,
        string? name
    ) => Task.FromResult(Results.Text($"{id} {name ?? "nobody"} {request.Host}"));

    [Function("Letters")]
    public static IResult Letters(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "letters/{code:regex(^[a-z]{{3}}$)}")] HttpRequest request,
        string code
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        return Results.Text(code);
    }

    [Function("Raw")]
    public static IResult Raw([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "raw/{value}")] HttpRequest request, string value)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Results.Text(value);
    }

    [Function("Unrouted")]
    public static async Task Unrouted([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request, FunctionContext context)
    {
        var http = context.GetHttpContext()!;
        http.Response.StatusCode = ReferenceEquals(http.Request, request) ? 202 : 500;
        await http.Response.WriteAsync(
            $"{context.FunctionDefinition.Name} {Guid.Parse(context.InvocationId):D}",
            context.CancellationToken
        );
    }

    [Function("Action")]
    public static async Task<IActionResult> Action([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "action")] HttpRequest request)
    {
        await Task.Yield();
        return new ObjectResult(new { path = request.Path.Value }) { StatusCode = 203 };
    }

    [Function("Plain")]
    public static async Task<IResult> Plain([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "plain")] HttpRequest request)
    {
        await Task.Yield();
        return Results.Json(new { method = request.Method });
    }

    [Function("Process")]
    public static IResult Process([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "process")] HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Results.Text($"{Environment.ProcessId}");
    }

    [Function("Throws")]
    public static IResult Throws([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "throws/{how}")] HttpRequest request, string how)
    {
        request.HttpContext.Response.Headers["x-half"] = "done";
        throw new InvalidOperationException($"It failed {how}.");
    }

    [Function("Keyed")]
    public static IResult Keyed([HttpTrigger(AuthorizationLevel.Function, "get", Route = "keyed")] HttpRequest request) =>
        Results.Text(request.Method);

    [Function("AdminOnly")]
    public static IResult AdminOnly([HttpTrigger(AuthorizationLevel.Admin, "get", Route = "admin-only")] HttpRequest request) =>
        Results.Text(request.Method);

    [Function("Upload")]
    public async Task<IResult> Upload(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "upload")] HttpRequest request,
        CancellationToken cancellationToken
    )
    {
        var buffer = new byte[64 * 1024];
        long total = 0;
        int read;
        while ((read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (total == 0)
            {
                probe.Tell("upload began");
            }

            total += read;
        }

        return Results.Text($"{total}");
    }

    [Function("Refuse")]
    public static IResult Refuse([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "refuse")] HttpRequest request) =>
        Results.Text($"refused {request.Headers["x-note"]}", statusCode: 429);

    [Function("Held")]
    public async Task<IResult> Held(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "held")] HttpRequest request,
        CancellationToken cancellationToken
    )
    {
        probe.Tell("held began");
        try
        {
            await gate.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            probe.Tell("held cancelled");
            throw;
        }

        return Results.Text(request.Method);
    }
}
