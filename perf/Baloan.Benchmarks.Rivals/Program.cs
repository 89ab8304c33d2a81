using System.Net.Http.Headers;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

var builder = WebApplication.CreateBuilder();

// HttpClientFactory and ASP.NET Core write several lines for each request otherwise.
builder.Logging.SetMinimumLevel(LogLevel.Warning);
if (args is ["pass-through", var address, var token])
{
    builder.Services.AddHttpClient(
        "baloan",
        client =>
        {
            client.BaseAddress = new Uri(address);
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    );
}

var app = builder.Build();
app.MapGet("/", () => "ok");
if (args is ["pass-through", ..])
{
    app.MapPost(
        "/api/merchant/credit-check",
        async (HttpRequest request, IHttpClientFactory clients, CancellationToken cancellationToken) =>
        {
            using var content = new StreamContent(request.Body);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            content.Headers.ContentLength = request.ContentLength;
            using var response = await clients
                .CreateClient("baloan")
                .PostAsync("api/v2/merchant/check-credit/", content, cancellationToken);
            return Results.Text(
                await response.Content.ReadAsStringAsync(cancellationToken),
                "application/json",
                statusCode: (int)response.StatusCode
            );
        }
    );
}

app.Lifetime.ApplicationStarted.Register(() =>
    Console.WriteLine(
        $"Listening on {app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()}"
    )
);
app.Run();
