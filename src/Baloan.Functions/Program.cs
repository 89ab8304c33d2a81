using Baloan.Core.Tokens;
using Baloan.Functions;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var app = FunctionsApplication.CreateBuilder(args).AddBaloan().Build();
// Checks its settings: what trusts an emulator must not begin to run anywhere but on one's own machine.
app.Services.GetRequiredService<Vault>();
app.Run();
