using LocalFunctionsHost.Tests.App;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args).AddTestApp();
builder.Services.AddSingleton(new Probe(line => Console.Out.WriteLine($"probe: {line}")));
builder.Services.AddSingleton(new Gate(builder.Configuration["GateFile"]));
if (builder.Configuration["Fails"] is { } reason)
{
    throw new InvalidOperationException(reason);
}

if (builder.Configuration["Leaves"] is null)
{
    builder.Build().Run();
}
