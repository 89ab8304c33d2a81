using System.Net;
using System.Text.Json.Nodes;
using Baloan.Functions.Tests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Tests.Storage;

/// <summary>The app reaches storage with its identity, and the identity gives no token.</summary>
public sealed class IdentityOutageTests(StorageAccounts storage) : ApiTests(storage)
{
    // Far below the minutes that the credentials beneath go on for.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    [Theory(Explicit = true)]
    [InlineData(null)]
    [InlineData(500)]
    public async Task An_identity_that_gives_no_token_is_storage_that_is_away(int? status)
    {
        await using var identity = await IdentityAsync(status);
        await using var app = await RunningApp.StartAsync(
            Baloan,
            NewStorage(),
            "v2",
            new Dictionary<string, string?>
            {
                ["AzureWebJobsStorage__accountName"] = "baloanfunctionstests",
                ["IDENTITY_ENDPOINT"] =
                    identity.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/token",
                ["IDENTITY_HEADER"] = "header",
            }
        );
        using var api = app.NewClient();

        var answers = await Task.WhenAll(
                api.SettleAsync(new SettlementForm()),
                api.GetAsync("api/merchant/settlements"),
                api.GetAsync($"api/merchant/settlements/{Given.Code()}"),
                api.GetAsync("api/loans"),
                api.PostAsync("api/callbacks/loan-state", new JsonObject { ["uuid"] = Guid.NewGuid().ToString(), ["state"] = "created" })
            )
            .WaitAsync(Patience, Cancel);

        foreach (var answer in answers)
        {
            answer.ShouldBeProblem(503, "storage_unavailable").Headers.RetryAfter.ShouldNotBeNull();
        }
    }

    /// <summary>Where App Service gives out tokens: it answers with a status, or not at all.</summary>
    private static async Task<WebApplication> IdentityAsync(int? status)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var server = builder.Build();
        server.Run(async context =>
        {
            if (status is { } answer)
            {
                context.Response.StatusCode = answer;
                return;
            }

            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        await server.StartAsync(Cancel);
        return server;
    }
}
