using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Portable.Tests.App;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.Services.AddSingleton(new Probe(line => Console.Out.WriteLine($"probe: {line}")));
builder.Services.AddSingleton(new Gate(builder.Configuration["GateFile"]));
builder.Build().Run();
