using System.Net.Http.Headers;
using Baloan.Benchmarks.Rivals;
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
