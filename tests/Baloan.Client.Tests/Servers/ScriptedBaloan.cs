using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Baloan.Client.Tests.Servers;

/// <summary>A request as it arrived.</summary>
public sealed record Received(string Method, string Target, Dictionary<string, string> Headers, byte[] Body)
{
    public string Text => System.Text.Encoding.UTF8.GetString(Body);
}

/// <summary>
/// A real HTTP server on a free port that answers one request after the other as it was told, the last answer again and
/// again, and keeps what arrived.
/// </summary>
public sealed class ScriptedBaloan : IAsyncDisposable
{
    public const string Ok = """{"status":"ok","message":"","message_code":"","data":{}}""";

    /// <summary>What the framework writes with a 429.</summary>
    public const string Throttled = """{"detail":"Request was throttled."}""";

    /// <summary>What the framework writes with a 401.</summary>
    public const string TokenNotValid = """{"detail":"Given token not valid for any token type","code":"token_not_valid","messages":[]}""";

    /// <summary>An answer that every operation but the loan policies is content with.</summary>
    public const string GoodForAll =
        """{"status":"ok","message":"","message_code":"","data":{"user_credit":5,"amount":5,"token":"t","uuid":"d4c22af9-3676-4c6e-ab72-2a7b5b22afc5","file":"f","access":"a"}}""";

    private readonly WebApplication app;
    private readonly ConcurrentQueue<Received> received = new();
    private readonly Func<HttpContext, Task>[] answers;
    private int next = -1;

    private ScriptedBaloan(Func<HttpContext, Task>[] answers)
    {
        this.answers = answers;
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.Listen(System.Net.IPAddress.Loopback, 0);
                kestrel.Limits.MaxRequestBodySize = null;
            });
        builder.Services.AddLogging(logging => logging.ClearProviders());
        app = builder.Build();
        app.Run(AnswerAsync);
    }

    public Uri Address => new(app.Urls.Single());

    public IReadOnlyList<Received> Requests => [.. received];

    public Received Only => received.ShouldHaveSingleItem();

    public static Func<HttpContext, Task> Answer(
        int status,
        string body,
        string contentType = "application/json",
        params (string Name, string Value)[] headers
    ) =>
        async context =>
        {
            context.Response.StatusCode = status;
            foreach (var (name, value) in headers)
            {
                context.Response.Headers[name] = value;
            }

            if (body.Length > 0)
            {
                context.Response.ContentType = contentType;
                await context.Response.WriteAsync(body);
            }
        };

    /// <summary>An answer that every operation is content with.</summary>
    public static Func<HttpContext, Task> Good() =>
        context =>
            Answer(200, context.Request.Path.Value!.EndsWith("/loan-policies", StringComparison.Ordinal) ? "[]" : GoodForAll)(context);

    public static Func<HttpContext, Task> Data(string data) =>
        Answer(200, $$"""{"status":"ok","message":"","message_code":"","data":{{data}}}""");

    /// <summary>An answer that never comes; <paramref name="arrived"/> tells that the request did.</summary>
    public static Func<HttpContext, Task> Silence(TaskCompletionSource arrived) =>
        async context =>
        {
            arrived.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        };

    public static async Task<ScriptedBaloan> StartAsync(params Func<HttpContext, Task>[] answers)
    {
        var server = new ScriptedBaloan(answers);
        await server.app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(0);
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var target = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        received.Enqueue(
            new(
                context.Request.Method,
                target,
                context.Request.Headers.ToDictionary(
                    header => header.Key,
                    header => header.Value.ToString(),
                    StringComparer.OrdinalIgnoreCase
                ),
                body.ToArray()
            )
        );
        await answers[Math.Min(Interlocked.Increment(ref next), answers.Length - 1)](context);
    }
}
