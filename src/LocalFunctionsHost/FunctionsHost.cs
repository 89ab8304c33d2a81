using System.Net;
using System.Net.Sockets;
using Grpc.AspNetCore.Server;
using LocalFunctionsHost.Functions;
using LocalFunctionsHost.Http;
using LocalFunctionsHost.Workers;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Azure;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace LocalFunctionsHost;

/// <summary>
/// A Functions host for one's own machine: starts the built function app as Azure's host does and speaks its protocol, so that what runs
/// here is what is deployed. One process of the app, no scaling, no keys unless they are set.
/// </summary>
public sealed partial class FunctionsHost : IAsyncDisposable
{
    // What Azure's host allows where FUNCTIONS_REQUEST_BODY_SIZE_LIMIT does not say otherwise.
    private const long DefaultMaxRequestBodySize = 104_857_600;

    // As long as .NET's hosts wait.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource ending = new();
    private readonly List<QueueListener> queues = [];
    private readonly List<Task> listening = [];
    private readonly List<Task> timers = [];
    private readonly WebApplication protocol;
    private readonly Worker worker;
    private WebApplication? front;

    private FunctionsHost(WebApplication protocol) => (this.protocol, worker) = (protocol, protocol.Services.GetRequiredService<Worker>());

    /// <summary>Where it listens, the first address of several.</summary>
    public Uri Address => Addresses[0];

    /// <summary>Where it listens.</summary>
    public IReadOnlyList<Uri> Addresses => [.. AddressesOf(front!)];

    /// <summary>
    /// Whether nobody needs a key: neither <c>LocalFunctionsHost__FunctionKey</c> nor <c>LocalFunctionsHost__AdminKey</c> is set.
    /// </summary>
    public bool AsksForNoKey => front!.Services.GetRequiredService<FunctionKeys>().AreOff;

    /// <summary>Starts the app that was built into a folder as a process of its own, and serves it.</summary>
    /// <param name="folder">The folder with its <c>host.json</c> and <c>worker.config.json</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FunctionsHostException">There is no app, it did not start, or a setting cannot be used; the message says
    /// which.</exception>
    public static Task<FunctionsHost> StartAsync(string folder, CancellationToken cancellationToken = default)
    {
        folder = Path.GetFullPath(folder);
        var local = LocalSettings.Read(folder);
        var assembly = WorkerProcesses.AssemblyOf(folder);
        var settings = HostSettings.Read(folder, Path.GetFileNameWithoutExtension(assembly), local, []);
        return StartAsync(
            folder,
            settings,
            (address, id) => WorkerProcesses.Start(folder, assembly, local, address, id),
            HostLogging.ToConsole,
            cancellationToken
        );
    }

    /// <summary>Takes nothing new, lets what runs finish for up to 30 seconds, and ends the app.</summary>
    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await Task.WhenAll([front?.StopAsync() ?? Task.CompletedTask, .. listening, Task.WhenAny(Task.WhenAll(timers), Task.Delay(Grace))]);
        await worker.StopAsync();
        await (front?.DisposeAsync() ?? default);
        await protocol.DisposeAsync();
        ending.Dispose();
    }

    /// <summary>Starts an app in some other way than as a process of the built one.</summary>
    internal static async Task<FunctionsHost> StartAsync(
        string folder,
        IConfiguration settings,
        LaunchWorker launch,
        Action<ILoggingBuilder> logging,
        CancellationToken cancellationToken
    )
    {
        var builder = Builder(settings, logging);
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2)
        );
        builder.Services.AddGrpc(options => (options.MaxReceiveMessageSize, options.MaxSendMessageSize) = (null, null));
        builder.Services.AddSingleton(provider => ActivatorUtilities.CreateInstance<Worker>(provider, folder, launch));
        var protocol = builder.Build();
        protocol.MapGrpcService<WorkerService>();
        var host = new FunctionsHost(protocol);
        try
        {
            await protocol.StartAsync(cancellationToken);
            await host.ServeAsync(settings, logging, cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    private static WebApplicationBuilder Builder(IConfiguration settings, Action<ILoggingBuilder> logging)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Configuration.AddConfiguration(settings);
        logging(builder.Logging);
        HostLogging.Configure(builder.Logging, settings);
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRouting();
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, NoLifetime>());
        return builder;
    }

    private static IEnumerable<Uri> AddressesOf(WebApplication app) =>
        app
            .Services.GetRequiredService<IServer>()
            .Features.GetRequiredFeature<IServerAddressesFeature>()
            .Addresses.Select(address => new Uri(address));

    private static string[] Urls(IConfiguration settings)
    {
        var keys = new FunctionKeys(settings);
        var urls = settings["ASPNETCORE_URLS"]!.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var url in urls)
        {
            var address = BindingAddress.Parse(url);
            if (address.Scheme != "http")
            {
                throw new FunctionsHostException($"'{url}' in ASPNETCORE_URLS cannot be served: it has to begin with http://.");
            }

            if (keys.AreOff && !OwnMachine.IsLoopback(address.Host))
            {
                throw new FunctionsHostException(
                    $"Without keys only this machine is served, and '{url}' in ASPNETCORE_URLS is open to others. Set "
                        + $"{HostSettings.Own}__FunctionKey and "
                        + $"{HostSettings.Own}__AdminKey, or use http://localhost:{address.Port}."
                );
            }
        }

        // Kestrel takes no free port on "localhost", which is two addresses.
        return [.. urls.Select(url => url.Replace("://localhost:0", "://127.0.0.1:0", StringComparison.OrdinalIgnoreCase))];
    }

    private async Task ServeAsync(IConfiguration settings, Action<ILoggingBuilder> logging, CancellationToken cancellationToken)
    {
        var urls = Urls(settings);
        var starting = worker.StartAsync(AddressesOf(protocol).Single(), cancellationToken);

        var builder = Builder(settings, logging);
        builder
            .WebHost.UseUrls(urls)
            .ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Limits.MaxRequestBodySize = settings.GetValue("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", DefaultMaxRequestBodySize);
            });
        HttpThrottle.Configure(builder.Services, settings);
        builder.Services.AddHttpForwarder();
        builder.Services.AddAzureClientsCore();
        builder.Services.AddSingleton(worker);
        builder.Services.AddSingleton<FunctionRunner>();
        builder.Services.AddSingleton<FunctionKeys>();
        builder.Services.AddSingleton<HttpProxy>();
        front = builder.Build();

        var functions = await starting;
        var admin = new AdminFunctions();
        AddListeners(settings, functions, admin);
        HttpFront.Map(front, functions, admin);
        try
        {
            await front.StartAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            throw new FunctionsHostException(
                $"It cannot listen on {string.Join(" and ", urls)}: {(failure.InnerException ?? failure).Message}."
            );
        }

        // HTTP does not wait for storage.
        listening.AddRange(queues.Select(queue => queue.RunAsync(ending.Token)));
    }

    private void AddListeners(IConfiguration settings, IEnumerable<Function> functions, AdminFunctions admin)
    {
        var runner = front!.Services.GetRequiredService<FunctionRunner>();
        var logs = front.Services.GetRequiredService<ILoggerFactory>();
        var logger = logs.CreateLogger<FunctionsHost>();
        // An app without timers needs no such storage.
        var container = functions.Any(function => function.Trigger.IsTimer)
            ? TimerRuns.Container(settings, front.Services.GetRequiredService<AzureComponentFactory>())
            : null;
        foreach (var function in functions.Where(function => !function.Trigger.IsHttp))
        {
            try
            {
                if (function.Trigger is { IsQueue: true, QueueName: not null })
                {
                    var queue = new QueueFunction(function, runner);
                    admin.Add(function.Name, queue.RunAsync);
                    queues.Add(queue.Listener(settings, logs));
                }
                else if (function.Trigger is { IsTimer: true, Schedule: { } schedule })
                {
                    var timer = new TimerFunction(
                        function,
                        settings.Resolve(schedule),
                        new TimerRuns(container!, settings[HostSettings.HostId]!, function.Name),
                        runner,
                        logger
                    );
                    timers.Add(timer.RunAsync(ending.Token));
                    admin.Add(function.Name, _ => timer.FireAsync());
                }
                else
                {
                    Log.Disabled(logger, function.Name, $"this host does not serve the trigger '{function.Trigger.Type}'");
                }
            }
            catch (FunctionsHostException failure)
            {
                Log.Disabled(logger, function.Name, failure.Message);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Function} is disabled: {Reason}")]
        public static partial void Disabled(ILogger logger, string function, string reason);
    }
}
