using Baloan.Functions;
using Baloan.Functions.Tokens;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
// The host that requests come through limits their size. Where this server has a smaller limit of its own, it breaks the connection
// rather than to take in the rest of a body that was refused, and the host makes a 5xx of that.
builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MaxRequestBodySize = null);
builder.ConfigureFunctionsWebApplication();

// The weakest source: a schedule that nobody has set. On Azure the host reads the app's settings itself, and the deployment sets it.
builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
{
    InitialData = [new("Tokens:RefreshSchedule", "0 */15 * * * *")],
});
Services.CheckAddress(builder.Configuration, builder.Environment);
builder.Services.AddBaloanFunctions(builder.Configuration);

var app = builder.Build();
// Checks its settings: what trusts an emulator must not begin to run anywhere but on one's own machine.
app.Services.GetRequiredService<Vault>();
app.Run();
