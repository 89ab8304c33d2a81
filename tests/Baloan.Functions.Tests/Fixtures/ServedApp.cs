using Baloan.Sandbox;
using LocalFunctionsHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Baloan.Functions.Tests.Fixtures;

/// <summary>One app in this process, behind the host for one's own machine, with a vault of its own.</summary>
internal sealed record ServedApp(InThisProcess App, KeyVaultEmulator Vault, string ConnectionString) : IAsyncDisposable
{
    /// <summary>Starts one.</summary>
    /// <param name="baloan">The Baloan that it calls.</param>
    /// <param name="connectionString">Its storage.</param>
    /// <param name="version">Baloan's merchant API: <c>v1</c> or <c>v2</c>.</param>
    /// <param name="replace">Puts other services in the place of the app's.</param>
    /// <param name="settings">More settings, which win.</param>
    public static async Task<ServedApp> StartAsync(
        BaloanServer baloan,
        string connectionString,
        string version = "v2",
        Action<IServiceCollection>? replace = null,
        params IEnumerable<KeyValuePair<string, string?>> settings
    )
    {
        var vault = await StartVaultAsync(version);
        var all = new Dictionary<string, string?>
        {
            ["AzureWebJobsStorage"] = connectionString,
            ["KeyVault__Uri"] = vault.VaultUri.ToString(),
            ["KeyVault__EmulatorCertificate"] = vault.CertificatePath,
            ["Baloan__BaseAddress"] = baloan.BaseAddress.ToString(),
            ["Baloan__MerchantApiVersion"] = version,
            ["Settlements__VerifyAfter"] = "00:00:02",
            ["LocalFunctionsHost__FunctionKey"] = RunningApps.FunctionKey,
            ["LocalFunctionsHost__AdminKey"] = RunningApps.AdminKey,
            ["AzureFunctionsJobHost__logging__logLevel__default"] = "Debug",
            ["Logging__LogLevel__Default"] = "Debug",
        };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        var logs = new KeptLogs();
        var app = await InProcessApp.StartAsync(
            new InProcessAppOptions(
                typeof(Services).Assembly,
                builder =>
                {
                    builder.AddBaloan();
                    replace?.Invoke(builder.Services);
                }
            )
            {
                Settings = all,
                EnvironmentName = Environments.Development,
                Logging = logging => logging.AddProvider(logs),
            }
        );
        return new ServedApp(new InThisProcess(app, logs), vault, connectionString);
    }

    /// <summary>A vault with the credentials of what a version has: the merchant's contract, and in version 2 the partner's.</summary>
    public static async Task<KeyVaultEmulator> StartVaultAsync(string version)
    {
        var vault = await KeyVaultEmulator.StartAsync();
        ServiceFixture.Credentials(vault, version);
        if (version == "v2")
        {
            vault.SetSecret("baloan-partnership-username", BaloanServer.PartnerName);
            vault.SetSecret("baloan-partnership-password", BaloanServer.PartnerPassword);
        }

        return vault;
    }

    public ApiClient NewClient(string? key = RunningApps.FunctionKey) => new(App.BaseAddress, key);

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await Vault.DisposeAsync();
    }
}

/// <summary>An app in this process and what it logged.</summary>
internal sealed class InThisProcess(InProcessApp app, KeptLogs logs) : IAsyncDisposable
{
    /// <summary>Where it listens, with a slash at the end and without <c>api/</c>.</summary>
    public Uri BaseAddress => app.Address;

    /// <summary>Every line that it and its host wrote so far, oldest first.</summary>
    public IReadOnlyList<string> LogLines => logs.Lines;

    /// <summary>Its services.</summary>
    public IServiceProvider Services => app.Services;

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
