using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.EndToEnd.Tests;

/// <summary>
/// The one address of an app whose process ends and is started again, as a cloud's front end is: while there is none, POSTs wait.
/// </summary>
internal sealed class FrontDoor : IAsyncDisposable
{
    private readonly HttpMessageInvoker behind = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });
    private readonly WebApplication service;
    private TaskCompletionSource<Uri> app = NoApp();

    private FrontDoor(WebApplication service) => this.service = service;

    /// <summary>What Baloan is given for its callbacks.</summary>
    public Uri CallbackUrl { get; private set; } = null!;

    public static async Task<FrontDoor> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var door = new FrontDoor(builder.Build());
        door.service.Run(door.ForwardAsync);
        await door.service.StartAsync(TestContext.Current.CancellationToken);
        var address = door.service.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        door.CallbackUrl = new Uri($"{address}/api/callbacks/loan-state");
        return door;
    }

    /// <summary>Leads to an app from now on.</summary>
    public void Open(RunningApp next)
    {
        Close();
        app.SetResult(next.BaseAddress);
    }

    /// <summary>Leads nowhere until it is opened.</summary>
    public void Close()
    {
        if (app.Task.IsCompleted)
        {
            app = NoApp();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await service.DisposeAsync();
        behind.Dispose();
    }

    private static TaskCompletionSource<Uri> NoApp() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task ForwardAsync(HttpContext context)
    {
        try
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            var address = await app.Task.WaitAsync(context.RequestAborted);
            using var request = new HttpRequestMessage(
                HttpMethod.Post,
                new Uri(address, context.Request.Path + context.Request.QueryString)
            )
            {
                Content = new ByteArrayContent(body.ToArray()) { Headers = { ContentType = new(context.Request.ContentType!) } },
            };
            using var response = await behind.SendAsync(request, context.RequestAborted);
            context.Response.StatusCode = (int)response.StatusCode;
        }
        catch (HttpRequestException)
        {
            context.Response.StatusCode = StatusCodes.Status502BadGateway;
        }
        catch (OperationCanceledException)
        {
            // Whoever called has given up.
        }
    }
}
