using System.Diagnostics.Metrics;
using Azure.Core;
using Azure.Security.KeyVault.Secrets;
using Baloan.Functions;
using Baloan.Functions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;

namespace Baloan.Model.Tests.World;

/// <summary>One instance of the app: its own object graph and memory, over the world's storage, vault, Baloan and time.</summary>
internal sealed class Instance : IDisposable
{
    private static readonly IConfiguration Settings = new ConfigurationBuilder()
        .AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                ["AzureWebJobsStorage"] =
                    "BlobEndpoint=http://blob.model;QueueEndpoint=http://queue.model;TableEndpoint=http://table.model;"
                    + "SharedAccessSignature=sig=model",
                ["Settlements:VerifyAfter"] = "00:05:00",
            }
        )
        .Build();

    private static readonly IHostEnvironment Host = new HostingEnvironment
    {
        EnvironmentName = Environments.Development,
        ApplicationName = "model",
    };

    // Made once: an instance is a scope of it. Putting the services together anew each time would take longer than all that they do.
    private static readonly ServiceProvider App = Compose();

    private readonly IServiceScope scope;
    private readonly Dictionary<Type, object> functions = [];

    public Instance(World world, int number)
    {
        (World, Number) = (world, number);
        scope = App.CreateScope();
        Get<Self>().Instance = this;
    }

    public World World { get; }

    public int Number { get; }

    public bool IsDead { get; private set; }

    /// <summary>Whether its process stands still: nothing that comes for it is seen, and no time that it waits for passes.</summary>
    public bool IsStandingStill { get; set; }

    public T Get<T>()
        where T : notnull => scope.ServiceProvider.GetRequiredService<T>();

    /// <summary>A function class, made as the host makes it. It has nothing to remember from one call to the next.</summary>
    public T Function<T>()
        where T : class
    {
        if (!functions.TryGetValue(typeof(T), out var function))
        {
            functions[typeof(T)] = function = ActivatorUtilities.CreateInstance<T>(scope.ServiceProvider);
        }

        return (T)function;
    }

    /// <summary>A service that is not the app's own one in one thing.</summary>
    public T With<T>(object argument)
        where T : class => ActivatorUtilities.CreateInstance<T>(scope.ServiceProvider, argument);

    /// <summary>Runs a function over HTTP, with what stands around each of them.</summary>
    public Task<IResult> ServeAsync(HttpRequest request, Func<HttpRequest, Task<IResult>> function) =>
        Get<Problems>().CatchAsync(request, () => function(request));

    /// <summary>From now on nothing that it waits for ever comes.</summary>
    public void Die()
    {
        IsDead = true;
        World.Clock.Forget(this);
    }

    public void Dispose() => scope.Dispose();

    private static ServiceProvider Compose()
    {
        var services = new ServiceCollection();
        services.AddSingleton(Settings);
        services.AddSingleton(Host);
        services.AddSingleton<IHostApplicationLifetime>(new Lifetime());
        services.AddBaloanFunctions(Settings);
        services.AddSingleton<IMeterFactory, Meters>();
        services.AddSingleton<ILoggerFactory>(provider => provider.GetRequiredService<Self>().World.Alerts);
        services.AddSingleton(provider =>
            provider.GetRequiredService<Self>().World.Clock.ViewOf(provider.GetRequiredService<Self>().Instance)
        );
        services.AddSingleton<SecretClient>(provider => provider.GetRequiredService<Self>().World.Vault);
        services.AddSingleton<HttpMessageHandler>(provider => new BaloanNetwork(provider.GetRequiredService<Self>().Instance));
        services.AddSingleton<Action<ClientOptions>>(provider => options => Adjust(options, provider.GetRequiredService<Self>().Instance));
        services.AddSingleton<Self>();
        // What an instance has once is what a scope has once. What was given as it is stays the same for all.
        for (var index = 0; index < services.Count; index++)
        {
            services[index] = Scoped(services[index]);
        }

        return services.BuildServiceProvider();
    }

    private static ServiceDescriptor Scoped(ServiceDescriptor service) =>
        service switch
        {
            { Lifetime: not ServiceLifetime.Singleton } => service,
            { IsKeyedService: true, KeyedImplementationFactory: { } make } => ServiceDescriptor.DescribeKeyed(
                service.ServiceType,
                service.ServiceKey,
                make,
                ServiceLifetime.Scoped
            ),
            { IsKeyedService: true } => service,
            { ImplementationFactory: { } make } => ServiceDescriptor.Describe(service.ServiceType, make, ServiceLifetime.Scoped),
            { ImplementationType: { } type } => ServiceDescriptor.Describe(service.ServiceType, type, ServiceLifetime.Scoped),
            _ => service,
        };

    private static void Adjust(ClientOptions options, Instance instance)
    {
        options.Transport = new StorageNetwork(instance);
        // The world says when a try has waited long enough, and the next one follows at once.
        options.Retry.Delay = TimeSpan.Zero;
        options.Retry.MaxDelay = TimeSpan.Zero;
        options.Retry.NetworkTimeout = Timeout.InfiniteTimeSpan;
        options.Diagnostics.IsLoggingEnabled = false;
        options.Diagnostics.IsDistributedTracingEnabled = false;
        options.Diagnostics.IsTelemetryEnabled = false;
    }

    /// <summary>Which instance a scope is.</summary>
    private sealed class Self
    {
        private Instance? instance;

        public Instance Instance
        {
            get => instance ?? throw new InvalidOperationException("The scope is not an instance yet.");
            set => instance = value;
        }

        public World World => Instance.World;
    }

    /// <summary>Meters that go with their instance.</summary>
    private sealed class Meters : IMeterFactory
    {
        private readonly List<Meter> made = [];

        public Meter Create(MeterOptions options)
        {
            var meter = new Meter(options);
            made.Add(meter);
            return meter;
        }

        public void Dispose() => made.ForEach(meter => meter.Dispose());
    }

    private sealed class Lifetime : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => CancellationToken.None;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() { }
    }
}
