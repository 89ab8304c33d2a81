using System.Text.Json;
using Baloan.Sandbox;

namespace Baloan.Benchmarks.Surroundings;

/// <summary>Baloan's sandbox and the Key Vault emulator as a process of their own.</summary>
internal static class SandboxProcess
{
    public const string Mode = "sandbox";

    private const string VaultPrefix = "Vault ";

    /// <summary>Serves until the process is asked to end.</summary>
    public static async Task ServeAsync(CancellationToken ending)
    {
        await using var baloan = await BaloanServer.StartAsync(cancellationToken: ending);
        baloan.Loans.Step = Timeout.InfiniteTimeSpan;
        await using var vault = await KeyVaultEmulator.StartAsync(cancellationToken: ending);
        vault.SetSecret("baloan-merchant-username", BaloanServer.StoreUuid);
        vault.SetSecret("baloan-merchant-password", BaloanServer.StorePassword);
        vault.SetSecret("baloan-partnership-username", BaloanServer.PartnerName);
        vault.SetSecret("baloan-partnership-password", BaloanServer.PartnerPassword);
        Console.Out.WriteLine(
            VaultPrefix
                + JsonSerializer.Serialize(new VaultAddress(vault.VaultUri, vault.CertificatePath), BenchmarkJson.Default.VaultAddress)
        );
        Console.Out.WriteLine($"Listening on {baloan.BaseAddress}");
        await Task.Delay(Timeout.Infinite, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public static async Task<(Server Sandbox, VaultAddress Vault)> StartAsync(CancellationToken cancellationToken)
    {
        VaultAddress? vault = null;
        var (file, arguments) = Self.Command(Mode);
        var server = await Server.StartAsync(
            "The sandbox",
            file,
            arguments,
            new Dictionary<string, string?>(),
            onLine: line =>
                vault ??= line.StartsWith(VaultPrefix, StringComparison.Ordinal)
                    ? JsonSerializer.Deserialize(line[VaultPrefix.Length..], BenchmarkJson.Default.VaultAddress)
                    : null,
            cancellationToken: cancellationToken
        );
        return (server, vault!);
    }
}

/// <summary>Where the Key Vault emulator is, and the file of its certificate.</summary>
internal sealed record VaultAddress(Uri Uri, string CertificatePath);

/// <summary>This program, started once more.</summary>
internal static class Self
{
    public static (string File, string[] Arguments) Command(params string[] arguments) =>
        ("dotnet", [typeof(Self).Assembly.Location, .. arguments]);
}
