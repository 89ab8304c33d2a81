using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.Functions.Worker.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Http;

/// <summary>Serves the HTTP functions on Kestrel.</summary>
internal static class HttpHost
{
    /// <summary>The setting that <c>Host.LocalHttpPort</c> of <c>local.settings.json</c> becomes.</summary>
    public const string LocalHttpPortKey = "Standalone:LocalHttpPort";

    // What the Functions host allows where FUNCTIONS_REQUEST_BODY_SIZE_LIMIT does not say otherwise.
    private const long DefaultMaxRequestBodySize = 104_857_600;

    public static void Configure(WebApplicationBuilder builder, FunctionCatalog catalog)
    {
        builder.WebHost.UseKestrelCore().UseUrls(Urls(builder.Configuration));
        builder.Services.AddRouting();
        HttpThrottle.Configure(builder.Services, builder.Configuration);
        builder.Services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = builder.Configuration.GetValue("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", DefaultMaxRequestBodySize);
        });
        if (catalog.ReturnsActionResults)
        {
            builder.Services.AddMvcCore();
        }
    }

    public static void MapFunctions(WebApplication app, FunctionCatalog catalog)
    {
        var keys = app.Services.GetRequiredService<FunctionKeys>();
        app.UseRouting();
        app.UseRateLimiter();
        app.Use((context, next) =>
        {
            if (context.Request.Path.StartsWithSegments("/admin", StringComparison.OrdinalIgnoreCase)
                && !keys.Allows(context.Request, AuthorizationLevel.Admin))
            {
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                return Task.CompletedTask;
            }

            // Where no function answers, routing answers itself: 405 for a known route. The Functions host says 404.
            if (context.GetEndpoint()?.Metadata.GetMetadata<Served>() is null)
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            }

            return next(context);
        });

        var prefix = app.Configuration[$"{HostJson.Section}:extensions:http:routePrefix"] ?? "api";
        var shutdown = app.Services.GetRequiredService<Shutdown>();
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Microsoft.Azure.Functions.Worker.Http");
        foreach (var function in catalog.Http)
        {
            var trigger = (HttpTriggerAttribute)function.Trigger;
            var pattern = RoutePatternFactory.Parse($"{prefix.Trim('/')}/{(trigger.Route ?? function.Name).TrimStart('/')}".Trim('/'));
            var endpoint = new HttpFunction(function, trigger.AuthLevel, pattern, keys, shutdown, logger);
            var mapped = app.Map(pattern, endpoint.HandleAsync).WithMetadata(Served.Instance).WithDisplayName(function.Name);
            if (trigger.Methods is { Length: > 0 } methods)
            {
                mapped.WithMetadata(new HttpMethodMetadata(methods));
            }
        }

        var admin = new AdminEndpoint(catalog, app.Services.GetRequiredService<FunctionRunner>(), shutdown);
        app.MapPost("/admin/functions/{name}", admin.HandleAsync).WithMetadata(Served.Instance);

        app.Lifetime.ApplicationStarted.Register(() =>
        {
            // Plain text and not a log event: whoever starts this process waits for it, whatever the log levels are.
            foreach (var address in app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [])
            {
                Console.Out.WriteLine($"Listening on {address}");
            }
        });
    }

    private static string[] Urls(IConfiguration configuration) =>
        // Kestrel takes no free port on "localhost", which is two addresses.
        [.. (configuration["ASPNETCORE_URLS"] ?? $"http://localhost:{configuration[LocalHttpPortKey] ?? "7071"}")
            .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(url => url.Replace("://localhost:0", "://127.0.0.1:0", StringComparison.OrdinalIgnoreCase))];

    /// <summary>Marks the endpoints that are ours.</summary>
    private sealed class Served
    {
        public static readonly Served Instance = new();
    }
}
