using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();

// The HTTP client and ASP.NET Core write several lines for each request otherwise.
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddHttpClient<BaloanClient>(client =>
{
    client.BaseAddress = new Uri(builder.Configuration["Rival:Address"]!);
    client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", builder.Configuration["Rival:Token"]);
});
builder.Build().Run();

/// <summary>Speaks to Baloan: passes on what comes, whatever it is.</summary>
public sealed class BaloanClient(HttpClient http)
{
    /// <summary>Asks for a customer's credit.</summary>
    public Task<HttpResponseMessage> CheckCreditAsync(HttpContent body, CancellationToken cancellationToken) =>
        http.PostAsync("api/v2/merchant/check-credit/", body, cancellationToken);
}

/// <summary>The functions.</summary>
public sealed class RivalFunctions(BaloanClient baloan)
{
    /// <summary>A credit check without a check.</summary>
    [Function("CheckCredit")]
    public async Task<IResult> CheckCredit(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "merchant/credit-check")] HttpRequest request
    )
    {
        using var body = new StreamContent(request.Body);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        body.Headers.ContentLength = request.ContentLength;
        using var answer = await baloan.CheckCreditAsync(body, request.HttpContext.RequestAborted);
        var text = await answer.Content.ReadAsStringAsync(request.HttpContext.RequestAborted);
        return Results.Text(text, "application/json", statusCode: (int)answer.StatusCode);
    }

    /// <summary>A page with nothing on it.</summary>
    [Function("EmptyPage")]
    public IResult EmptyPage([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "empty")] HttpRequest request) =>
        Results.Text("<!doctype html><title>Empty</title>", "text/html");
}
