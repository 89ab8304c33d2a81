using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Baloan.Benchmarks.Rivals;
using Baloan.Sandbox;

namespace Baloan.Benchmarks.Surroundings;

/// <summary>What the rows share: Baloan's sandbox, the vault, storage, and how the app and its rivals are started.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private readonly VaultAddress vault;

    private Stage(Published published, Server sandbox, VaultAddress vault, Azurite storage, string token) =>
        (Published, Sandbox, this.vault, Storage, BaloanToken) = (published, sandbox, vault, storage, token);

    public Published Published { get; }

    public Server Sandbox { get; }

    public Azurite Storage { get; }

    /// <summary>An access token of Baloan's sandbox, for whoever speaks to it without the app.</summary>
    public string BaloanToken { get; }

    public static async Task<Stage> StartAsync(Published published, CancellationToken cancellationToken)
    {
        var storage = await Azurite.StartAsync(cancellationToken: cancellationToken);
        var (sandbox, vault) = await SandboxProcess.StartAsync(cancellationToken);
        var token = await BaloanAsync(
            sandbox,
            "token",
            null,
            new JsonObject { ["username"] = BaloanServer.StoreUuid, ["password"] = BaloanServer.StorePassword },
            cancellationToken
        );
        return new Stage(published, sandbox, vault, storage, token["access"]!.GetValue<string>());
    }

    /// <summary>Starts the app, as it is deployed.</summary>
    /// <param name="probed">Whether it carries the probe.</param>
    /// <param name="storage">Its connection string; null for the shared storage.</param>
    /// <param name="onLine">Told of each line of its log.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task<Server> StartAppAsync(
        bool probed,
        string? storage = null,
        Action<string>? onLine = null,
        CancellationToken cancellationToken = default
    ) =>
        Server.StartAsync(
            "The app",
            "dotnet",
            [Published.Host, Path.GetDirectoryName(Published.App)!],
            new Dictionary<string, string?>
            {
                ["AzureWebJobsStorage"] = storage ?? Storage.ConnectionString,
                ["KeyVault__Uri"] = vault.Uri.ToString(),
                ["KeyVault__EmulatorCertificate"] = vault.CertificatePath,
                ["Baloan__BaseAddress"] = Sandbox.Address.ToString(),
                ["AZURE_FUNCTIONS_ENVIRONMENT"] = "Development",
                // A message would be found after up to two seconds otherwise, where there was none for a while.
                ["AzureFunctionsJobHost__extensions__queues__maxPollingInterval"] = "00:00:00.1",
            },
            probed,
            onLine,
            cancellationToken
        );

    /// <summary>Starts what one would write instead, on the same worker and behind the same host.</summary>
    public Task<Server> StartRivalAsync(bool probed, CancellationToken cancellationToken) =>
        Server.StartAsync(
            "The rival",
            "dotnet",
            [Published.Host, Path.GetDirectoryName(Published.Rivals)!],
            new Dictionary<string, string?>
            {
                ["AzureWebJobsStorage"] = Storage.ConnectionString,
                ["Rival__Address"] = Sandbox.Address.ToString(),
                ["Rival__Token"] = BaloanToken,
                ["AZURE_FUNCTIONS_ENVIRONMENT"] = "Development",
            },
            probed,
            cancellationToken: cancellationToken
        );

    public Task<Server> StartFloorAsync(CancellationToken cancellationToken) =>
        Floor.StartAsync(Storage.ConnectionString, cancellationToken);

    /// <summary>Calls Baloan's sandbox, version 2, and checks that it said yes.</summary>
    public Task<JsonNode> BaloanAsync(string operation, JsonObject body, CancellationToken cancellationToken) =>
        BaloanAsync(Sandbox, operation, BaloanToken, body, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Sandbox.DisposeAsync();
        await Storage.DisposeAsync();
    }

    private static async Task<JsonNode> BaloanAsync(
        Server sandbox,
        string operation,
        string? token,
        JsonObject body,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"api/v2/merchant/{operation}/") { Content = JsonContent.Create(body) };
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var response = await sandbox.Http.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonNode>(cancellationToken))!;
    }
}
