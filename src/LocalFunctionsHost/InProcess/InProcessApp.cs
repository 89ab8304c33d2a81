using System.Net;
using System.Net.Sockets;
using System.Reflection;
using LocalFunctionsHost.Workers;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.Core.FunctionMetadata;
using Microsoft.Azure.Functions.Worker.Invocation;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace LocalFunctionsHost;

/// <summary>
/// A function app and its host in this process, for tests: the app's services can be replaced, and several run side by side. Between the
/// two is what is between them on Azure, so that routes, keys, bindings and the worker's own middleware are the real ones.
/// </summary>
public sealed class InProcessApp : IAsyncDisposable
{
    private const string AppFolder = "FUNCTIONS_APPLICATION_DIRECTORY";

    private readonly TaskCompletionSource<string> exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private FunctionsHost? host;
    private IHost? worker;

    private InProcessApp() { }

    /// <summary>Where it listens.</summary>
    public Uri Address => host!.Address;

    /// <summary>The app's services.</summary>
    public IServiceProvider Services => worker!.Services;

    /// <summary>Starts an app.</summary>
    /// <param name="options">Which, and what is to be different.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FunctionsHostException">The app did not start, or a setting cannot be used; the message says which.</exception>
    public static async Task<InProcessApp> StartAsync(InProcessAppOptions options, CancellationToken cancellationToken = default)
    {
        var folder = Path.GetDirectoryName(options.App.Location)!;
        // The worker looks for host.json by it, and for the app's assembly, which is loaded already.
        Environment.SetEnvironmentVariable(AppFolder, folder);
        var settings = HostSettings.Read(
            folder,
            options.App.GetName().Name!,
            new LocalSettings(new Dictionary<string, string>(), Port: null),
            [new("ASPNETCORE_URLS", "http://127.0.0.1:0"), .. options.Settings]
        );
        var app = new InProcessApp();
        try
        {
            app.host = await FunctionsHost.StartAsync(
                folder,
                settings,
                (address, id) =>
                {
                    _ = app.RunWorkerAsync(options, settings, address, id);
                    return new WorkerProcess(Environment.ProcessId, app.exited.Task, () => app.exited.TrySetResult("a kill"));
                },
                options.Logging,
                cancellationToken
            );
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Lets what runs finish, and ends both.</summary>
    public async ValueTask DisposeAsync()
    {
        await (host?.DisposeAsync() ?? default);
        worker?.Dispose();
    }

    private async Task RunWorkerAsync(InProcessAppOptions options, IConfiguration settings, Uri address, string id)
    {
        try
        {
            worker = Build(options, settings, address, id);
            await worker.StartAsync();
            await worker.WaitForShutdownAsync();
            exited.TrySetResult("exit code 0");
        }
        catch (Exception failure)
        {
            exited.TrySetResult($"{failure.GetType()}: {failure.Message}");
        }
    }

    private static IHost Build(InProcessAppOptions options, IConfiguration settings, Uri address, string id)
    {
        // Bound here, because its port has to be known before the server starts.
        var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var endpoint = (IPEndPoint)listening.LocalEndPoint!;

        var builder = FunctionsApplication.CreateBuilder([]);
        builder.Environment.EnvironmentName = options.EnvironmentName ?? builder.Environment.EnvironmentName;
        builder
            .Configuration.AddConfiguration(settings)
            .AddInMemoryCollection([
                new("Functions:Worker:HostEndpoint", address.ToString()),
                new("Functions:Worker:WorkerId", id),
                new("Functions:Worker:RequestId", id),
                new("Functions:Worker:GrpcMaxMessageLength", $"{int.MaxValue}"),
            ]);
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, NoLifetime>());
        AddGenerated(builder.Services, options.App);
        options.Configure(builder);

        // The package has one address for the whole process, and one server says that it prefers another.
        builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.Listen(endpoint));
        builder.Services.Configure<SocketTransportOptions>(transport => transport.CreateBoundListenSocket = _ => listening);
        builder.Services.Configure<WorkerOptions>(worker => worker.Capabilities["HttpUri"] = $"http://{endpoint}");
        builder.Logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error);
        return builder.Build();
    }

    // What the SDK generates for an app is found in the process's first assembly, which is the tests' here.
    private static void AddGenerated(IServiceCollection services, Assembly app)
    {
        foreach (var service in new[] { typeof(IFunctionMetadataProvider), typeof(IFunctionExecutor) })
        {
            if (
                Array.Find(app.GetTypes(), type => type is { IsAbstract: false, IsInterface: false } && type.IsAssignableTo(service)) is
                { } generated
            )
            {
                services.AddSingleton(service, generated);
            }
        }
    }
}
