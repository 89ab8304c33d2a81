using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Azure.Functions.Worker.Hosting;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.Azure.Functions.Worker.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Builds a function app's host.</summary>
public class FunctionsApplicationBuilder : IHostApplicationBuilder
{
    private readonly WebApplicationBuilder builder;
    private readonly Assembly app;
    private bool built;

    internal FunctionsApplicationBuilder(string[] args, Assembly app)
    {
        this.app = app;
        var appFolder = Path.GetDirectoryName(app.Location) is { Length: > 0 } folder ? folder : AppContext.BaseDirectory;
        var localHttpPort = LocalSettings.Apply(Directory.GetCurrentDirectory(), appFolder);

        builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = app.GetName().Name,
            ContentRootPath = appFolder,
            EnvironmentName = System.Environment.GetEnvironmentVariable("AZURE_FUNCTIONS_ENVIRONMENT")
                ?? System.Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT")
                ?? System.Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT")
                ?? Environments.Production,
        });
        builder.Configuration
            .AddInMemoryCollection(HostJson.Read(appFolder, Directory.GetCurrentDirectory()))
            .AddInMemoryCollection([new(HttpHost.LocalHttpPortKey, localHttpPort)])
            .AddEnvironmentVariables()
            .AddCommandLine(args);
        HostLogging.Configure(builder.Logging, builder.Configuration);
        Services.AddMetrics();
    }

    /// <inheritdoc/>
    public IDictionary<object, object> Properties => ((IHostApplicationBuilder)builder).Properties;

    IConfigurationManager IHostApplicationBuilder.Configuration => Configuration;

    /// <summary>The settings: the environment, <c>local.settings.json</c> and the command line.</summary>
    public ConfigurationManager Configuration => builder.Configuration;

    /// <inheritdoc/>
    public IHostEnvironment Environment => builder.Environment;

    /// <inheritdoc/>
    public ILoggingBuilder Logging => builder.Logging;

    /// <inheritdoc/>
    public IMetricsBuilder Metrics => builder.Metrics;

    /// <inheritdoc/>
    public IServiceCollection Services => builder.Services;

    internal bool ServesHttp { get; set; }

    /// <inheritdoc/>
    public void ConfigureContainer<TContainerBuilder>(
        IServiceProviderFactory<TContainerBuilder> factory, Action<TContainerBuilder>? configure = null)
        where TContainerBuilder : notnull =>
        ((IHostApplicationBuilder)builder).ConfigureContainer(factory, configure);

    /// <summary>Finds the functions and makes the host. May be called once.</summary>
    /// <exception cref="InvalidOperationException">
    /// It was called before; or a function cannot be run: two of one name, no trigger or two, a parameter that nothing can be bound to, or
    /// an HTTP function without <c>ConfigureFunctionsWebApplication</c>.
    /// </exception>
    public IHost Build()
    {
        if (built)
        {
            throw new InvalidOperationException("The application was built before.");
        }

        built = true;
        var catalog = FunctionCatalog.Find(app);
        if (!ServesHttp && catalog.Http.FirstOrDefault() is { } http)
        {
            throw new InvalidOperationException($"Function '{http.Name}' takes an HttpRequest: call ConfigureFunctionsWebApplication() on the builder.");
        }

        Services.AddSingleton(catalog);
        Services.AddSingleton<StorageConnections>();
        Services.AddSingleton<HostSettings>();
        Services.AddSingleton<Shutdown>();
        Services.AddSingleton<FunctionRunner>();
        Services.AddSingleton<FunctionKeys>();
        Services.TryAddSingleton(TimeProvider.System);
        Services.AddHostedService<ListenerService>();
        Services.Configure<HostOptions>(options => options.ShutdownTimeout = Shutdown.TimeLimit(Configuration) + Shutdown.Grace);
        HostLogging.KeepRequestsOut(builder.Logging);

        HttpHost.Configure(builder, catalog);
        var host = builder.Build();
        HttpHost.MapFunctions(host, catalog);
        return host;
    }
}
