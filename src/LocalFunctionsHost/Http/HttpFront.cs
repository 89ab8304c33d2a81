using LocalFunctionsHost.Functions;
using Microsoft.AspNetCore.Routing.Patterns;

namespace LocalFunctionsHost.Http;

/// <summary>Which requests come in, by whom, and where to.</summary>
internal static class HttpFront
{
    private const string Home =
        """<!doctype html><html lang="en"><meta charset="utf-8"><title>Function app</title><p>The function app is up. Its functions are under <a href="/{prefix}">/{prefix}</a>.</p></html>""";

    public static void Map(WebApplication app, IEnumerable<Function> functions, AdminFunctions admin)
    {
        var keys = app.Services.GetRequiredService<FunctionKeys>();
        var proxy = app.Services.GetRequiredService<HttpProxy>();
        if (keys.AreOff)
        {
            app.Use((context, next) => OwnMachine.Made(context.Request) ? next(context) : RefuseAsync(context));
        }

        app.UseRouting();
        app.UseRateLimiter();
        app.Use(
            (context, next) =>
            {
                // Where no function answers, routing answers itself: 405 for a known route. Azure's host says 404.
                var level =
                    context.Request.Path.StartsWithSegments("/admin", StringComparison.OrdinalIgnoreCase) ? "Admin"
                    : context.GetEndpoint()?.Metadata.GetMetadata<Function>() is { } function ? function.Trigger.AuthLevel
                    : "Anonymous";
                if (!keys.Allow(context.Request, level))
                {
                    context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                    context.Response.Headers.CacheControl = "no-store";
                    return Task.CompletedTask;
                }

                if (context.GetEndpoint() is not RouteEndpoint)
                {
                    context.Response.StatusCode = StatusCodes.Status404NotFound;
                    return Task.CompletedTask;
                }

                return next(context);
            }
        );

        var prefix = app.Configuration[$"{HostSettings.Section}:extensions:http:routePrefix"] ?? "api";
        foreach (var function in functions.Where(function => function.Trigger.IsHttp))
        {
            var pattern = RoutePatternFactory.Parse(
                $"{prefix.Trim('/')}/{(function.Trigger.Route ?? function.Name).TrimStart('/')}".Trim('/')
            );
            var mapped = app.Map(pattern, context => proxy.RunAsync(context, function))
                .WithMetadata(function)
                .WithDisplayName(function.Name);
            if (function.Trigger.Methods is { Length: > 0 } methods)
            {
                mapped.WithMetadata(new HttpMethodMetadata(methods));
            }
        }

        if (prefix.Trim('/').Length > 0)
        {
            // Azure's host has a page here that says that the app is up.
            app.MapGet(
                "/",
                () => Results.Text(Home.Replace("{prefix}", prefix.Trim('/'), StringComparison.Ordinal), "text/html; charset=utf-8")
            );
        }

        app.MapPost("/admin/functions/{name}", admin.HandleAsync);
    }

    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return context.Response.WriteAsync(
            $"No keys are set, so this serves only requests from this machine to http://localhost, 127.0.0.1 or [::1], and none from "
                + $"another site's page. "
                + $"Set {HostSettings.Own}__FunctionKey and {HostSettings.Own}__AdminKey to serve others."
        );
    }
}
