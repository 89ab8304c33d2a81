using System.Globalization;
using Baloan.Core.Tokens;
using Baloan.Functions;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// Times, numbers and words in logs and answers are the same wherever it runs: a machine set to Persian would write Jalali years.
CultureInfo.DefaultThreadCurrentCulture =
    CultureInfo.DefaultThreadCurrentUICulture =
    CultureInfo.CurrentCulture =
        CultureInfo.InvariantCulture;

// Settings come from the environment and never change; watching files for them would only make the start longer.
string[] arguments = [.. args, "--hostBuilder:reloadConfigOnChange=false"];
var app = FunctionsApplication.CreateBuilder(arguments).AddBaloan().Build();

// Checks its settings: what trusts an emulator must not begin to run anywhere but on one's own machine.
app.Services.GetRequiredService<Vault>();

// The first call needs a token, and the connection to the vault takes as long as all else that it does. The host is not ready yet.
_ = Task.Run(() => app.Services.GetRequiredKeyedService<AccessTokens>(Gateway.Merchant.Name).ReadAheadAsync());
app.Run();
