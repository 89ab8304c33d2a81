using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Benchmarks.Surroundings;

/// <summary>Kestrel with YARP, and what it forwards to: the least that two processes can do for a request.</summary>
internal static class Forwarder
{
    public const string Mode = "forwarder";
    public const string PlainMode = "plain";

    /// <summary>Forwards to an address until the process is asked to end.</summary>
    public static Task ServeAsync(string target, CancellationToken ending) =>
        ServeAsync(services => services.AddHttpForwarder(), app => app.MapForwarder("/{**path}", target), ending);

    /// <summary>Answers with an empty page until the process is asked to end.</summary>
    public static Task ServePlainAsync(CancellationToken ending) =>
        ServeAsync(
            _ => { },
            app => app.MapGet("/api/empty", () => Results.Text("<!doctype html><title>Empty</title>", "text/html")),
            ending
        );

    public static Task<Server> StartAsync(Uri target, CancellationToken cancellationToken) =>
        StartAsync("Kestrel with YARP", cancellationToken, Mode, target.ToString());

    public static Task<Server> StartPlainAsync(CancellationToken cancellationToken) =>
        StartAsync("The plain server", cancellationToken, PlainMode);

    private static Task<Server> StartAsync(string name, CancellationToken cancellationToken, params string[] command)
    {
        var (file, arguments) = Self.Command(command);
        return Server.StartAsync(name, file, arguments, new Dictionary<string, string?>(), cancellationToken: cancellationToken);
    }

    private static async Task ServeAsync(Action<IServiceCollection> add, Action<WebApplication> map, CancellationToken ending)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting();
        add(builder.Services);
        await using var app = builder.Build();
        map(app);
        await app.StartAsync(ending);
        Console.Out.WriteLine($"Listening on {app.Urls.First()}");
        await Task.Delay(Timeout.Infinite, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
