using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Http;

/// <summary>Answers the requests of one HTTP function.</summary>
internal sealed partial class HttpFunction
{
    private readonly FunctionDescriptor function;
    private readonly AuthorizationLevel level;
    private readonly string route;
    private readonly FunctionKeys keys;
    private readonly Shutdown shutdown;
    private readonly ILogger logger;

    public HttpFunction(
        FunctionDescriptor function, AuthorizationLevel level, RoutePattern pattern, FunctionKeys keys, Shutdown shutdown, ILogger logger)
    {
        (this.function, this.level, this.keys, this.shutdown, this.logger) = (function, level, keys, shutdown, logger);
        route = $"/{pattern.RawText}";
        var stranger = Array.Find(function.Parameters, parameter => parameter.ParameterType != typeof(HttpRequest)
            && parameter.ParameterType != typeof(FunctionContext)
            && parameter.ParameterType != typeof(CancellationToken)
            && pattern.GetParameter(parameter.Name!) is null);
        if (stranger is not null)
        {
            throw new InvalidOperationException(
                $"Function '{function.Name}': parameter '{stranger.Name}' is not in the route '{pattern.RawText}'.");
        }
    }

    public async Task HandleAsync(HttpContext http)
    {
        var span = http.Features.Get<IHttpActivityFeature>()?.Activity;
        if (span is not null)
        {
            // By its route: there are as many addresses as there are loans.
            span.DisplayName = $"{http.Request.Method} {route}";
            span.SetTag("http.request.method", http.Request.Method);
            span.SetTag("http.route", route);
            span.SetTag("faas.name", function.Name);
        }

        await RunAsync(http);
        span?.SetTag("http.response.status_code", http.Response.StatusCode);
        if (http.Response.StatusCode >= StatusCodes.Status500InternalServerError)
        {
            span?.SetStatus(ActivityStatusCode.Error);
        }
    }

    private async Task RunAsync(HttpContext http)
    {
        if (!keys.Allows(http.Request, level))
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, shutdown.LimitReached);
        var invocation = new FunctionInvocation(function, http.RequestServices, cancellation.Token);
        invocation.Items[FunctionContextExtensions.HttpContextKey] = http;
        try
        {
            await AnswerAsync(http, await function.InvokeAsync(invocation, parameter => Bind(http.Request, parameter)));
            if (logger.IsEnabled(LogLevel.Debug))
            {
                // The id is made when somebody asks for it.
                Log.Answered(logger, function.Name, invocation.InvocationId, http.Response.StatusCode);
            }
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            Log.Abandoned(logger, function.Name, invocation.InvocationId);
        }
        catch (Exception failure)
        {
            // A body that is too large or not HTTP is the caller's fault.
            var refused = failure as BadHttpRequestException;
            if (refused is not null)
            {
                Log.Refused(logger, function.Name, invocation.InvocationId, refused.StatusCode);
            }
            else
            {
                Log.Failed(logger, failure, function.Name, invocation.InvocationId);
            }

            if (http.Response.HasStarted)
            {
                // Cut off, so that the caller does not take what it got for the whole answer.
                http.Abort();
            }
            else
            {
                http.Response.Clear();
                http.Response.StatusCode = refused?.StatusCode ?? StatusCodes.Status500InternalServerError;
            }
        }
    }

    private static object? Bind(HttpRequest request, ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (type == typeof(HttpRequest))
        {
            return request;
        }

        var value = request.RouteValues[parameter.Name!]?.ToString();
        if (value is null)
        {
            return parameter.HasDefaultValue ? parameter.DefaultValue
                : type.IsValueType ? Activator.CreateInstance(type) : null;
        }

        return type == typeof(string) ? value : TypeDescriptor.GetConverter(type).ConvertFromInvariantString(value);
    }

    private static Task AnswerAsync(HttpContext http, object? result) => result switch
    {
        null => Task.CompletedTask,
        IResult answer => answer.ExecuteAsync(http),
        IActionResult answer => answer.ExecuteResultAsync(new ActionContext(http, http.GetRouteData(), new ActionDescriptor())),
        string text => Results.Text(text).ExecuteAsync(http),
        _ => http.Response.WriteAsJsonAsync(result, result.GetType(), http.RequestAborted),
    };

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "{Function} answered {StatusCode} (id {InvocationId}).")]
        public static partial void Answered(ILogger logger, string function, string invocationId, int statusCode);

        [LoggerMessage(Level = LogLevel.Debug, Message = "The caller of {Function} left (id {InvocationId}).")]
        public static partial void Abandoned(ILogger logger, string function, string invocationId);

        [LoggerMessage(Level = LogLevel.Information, Message = "{Function} could not read the request: {StatusCode} (id {InvocationId}).")]
        public static partial void Refused(ILogger logger, string function, string invocationId, int statusCode);

        [LoggerMessage(Level = LogLevel.Error, Message = "{Function} failed (id {InvocationId}).")]
        public static partial void Failed(ILogger logger, Exception failure, string function, string invocationId);
    }
}
