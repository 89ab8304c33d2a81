using Baloan.Functions.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Baloan.Functions;

/// <summary>The app as a whole.</summary>
public static class BaloanApp
{
    /// <summary>Adds everything that runs, before it is built.</summary>
    /// <exception cref="InvalidOperationException">A setting cannot be used; the message says which and what it has to be.</exception>
    public static FunctionsApplicationBuilder AddBaloan(this FunctionsApplicationBuilder builder)
    {
        // The host that requests come through limits their size. Where this server has a smaller limit of its own, it breaks the connection
        // rather than to take in the rest of a body that was refused, and the host makes a 5xx of that.
        builder.Services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.AddServerHeader = false;
        });
        // The span of a function's run is to name the function, which those of the worker's older form do not.
        builder.Services.Configure<WorkerOptions>(worker => worker.Capabilities["WorkerOpenTelemetrySchemaVersion"] = "1.37.0");
        builder.ConfigureFunctionsWebApplication();
        builder.UseMiddleware<ProblemMiddleware>();
        BaloanClientServices.CheckAddress(builder.Configuration, builder.Environment);
        builder.Services.AddBaloanFunctions(builder.Configuration);
        return builder;
    }
}
