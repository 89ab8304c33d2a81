using System.Net;
using System.Text.Json.Nodes;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;

namespace Baloan.Functions.Tests.RealClients;

/// <summary>Key Vault as people fill it, and as it answers when they have not.</summary>
public sealed class VaultTests(StorageAccounts storage) : ApiTests(storage)
{
    private const string Password = "baloan-merchant-password";

    [Fact(Explicit = true)]
    public async Task What_stands_around_a_secret_is_left_out_and_said_once()
    {
        await using var fixture = await StartAsync(vault =>
        {
            vault.SetSecret("baloan-merchant-username", "\uFEFF" + BaloanServer.StoreUuid + "\r\n");
            vault.SetSecret(Password, "  " + BaloanServer.StorePassword + "\n");
            return Task.CompletedTask;
        });

        (await fixture.CreditAsync()).Status.ShouldBe(200);
        (await fixture.Api.PostAsync("api/tokens/refresh", (HttpContent?)null)).Status.ShouldBe(200);

        var health = await fixture.Api.GetAsync("api/health");
        health.Field("status").ShouldBe("healthy", health.Text);
        fixture
            .App.LogLines.Count(line =>
                line.Contains(Password, StringComparison.Ordinal) && line.Contains("are left out", StringComparison.Ordinal)
            )
            .ShouldBe(1);
        fixture.App.LogLines.ShouldNotContain(line => line.Contains(BaloanServer.StorePassword, StringComparison.Ordinal));
    }

    [Fact(Explicit = true)]
    public async Task A_secret_of_one_space_is_none_and_blanks_no_line_of_the_log()
    {
        await using var fixture = await StartAsync(vault =>
        {
            vault.SetSecret("baloan-merchant-username", " ");
            return Task.CompletedTask;
        });

        (await fixture.CreditAsync()).ShouldBeProblem(503, "not_configured");
        fixture.App.LogLines.ShouldNotContain(line => line.Contains("***", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_disabled_secret_is_told_by_its_name()
    {
        await using var fixture = await StartAsync(vault => ManageAsync(vault, HttpMethod.Patch, Attributes("enabled", false)));

        await ShouldBeToldAsync(fixture, "is disabled");

        await ManageAsync(fixture.Vault, HttpMethod.Patch, Attributes("enabled", true));
        (await fixture.CreditAsync()).Status.ShouldBe(200);
    }

    [Fact(Explicit = true)]
    public async Task A_deleted_secret_is_told_from_one_that_was_never_set()
    {
        await using var fixture = await StartAsync(vault => ManageAsync(vault, HttpMethod.Delete, null));

        await ShouldBeToldAsync(fixture, "was deleted");
        (await fixture.Api.GetAsync("api/health")).Json["checks"]!["partnership_token"]!.GetValue<string>().ShouldBe("not_configured");
    }

    [Fact(Explicit = true)]
    public async Task An_expired_secret_is_used_and_said()
    {
        await using var fixture = await StartAsync(vault => ManageAsync(vault, HttpMethod.Patch, Attributes("exp", 1_700_000_000)));

        (await fixture.CreditAsync()).Status.ShouldBe(200);

        var health = await fixture.Api.GetAsync("api/health");
        (health.Status, health.Field("status")).ShouldBe((200, "healthy"), health.Text);
        health.Json["notes"].ShouldNotBeNull(health.Text)["key_vault"]!.GetValue<string>().ShouldContain(Password);
        fixture.App.LogLines.ShouldContain(line =>
            line.Contains(Password, StringComparison.Ordinal) && line.Contains("has expired at 2023-11-14", StringComparison.Ordinal)
        );
    }

    [Theory(Explicit = true)]
    [InlineData("ForbiddenByRbac", "role Key Vault Secrets Officer")]
    [InlineData("ForbiddenByPolicy", "role Key Vault Secrets Officer")]
    [InlineData("ForbiddenByFirewall", "network rules")]
    public async Task A_vault_that_refuses_is_told_from_one_that_is_away(string inner, string sentence)
    {
        await using var fixture = await StartAsync(vault =>
        {
            vault.Refusal = (403, inner);
            return Task.CompletedTask;
        });

        await ShouldBeToldAsync(fixture, sentence);

        fixture.Vault.Refusal = null;
        (await fixture.CreditAsync()).Status.ShouldBe(200);
    }

    [Fact(Explicit = true)]
    public async Task An_app_that_may_read_secrets_and_not_write_them_is_not_healthy()
    {
        await using var fixture = await StartAsync(vault =>
        {
            vault.RefusesWrites = true;
            return Task.CompletedTask;
        });

        (await fixture.CreditAsync()).Status.ShouldBe(200);
        (await fixture.Api.SettleAsync(new SettlementForm()))
            .ShouldBeProblem(503, "key_vault_unavailable")
            .Field("detail")
            .ShouldContain("baloan-customer-hash-key");
        var health = await fixture.Api.GetAsync("api/health");
        health.Status.ShouldBe(503, health.Text);
        health.Json["notes"]!["key_vault"]!.GetValue<string>().ShouldContain("baloan-customer-hash-key");
    }

    private static async Task ShouldBeToldAsync(AppWithVault fixture, string sentence)
    {
        var refused = (await fixture.CreditAsync()).ShouldBeProblem(503, "key_vault_unavailable");
        refused.Field("detail").ShouldContain(sentence);
        refused.Field("detail").ShouldContain("baloan-merchant-");
        var health = await fixture.Api.GetAsync("api/health");
        health.Status.ShouldBe(503);
        health.Json["checks"]!["merchant_token"]!.GetValue<string>().ShouldBe("failed");
        health.Json["notes"]!["merchant_token"]!.GetValue<string>().ShouldContain(sentence);
        var request = new HttpRequestMessage(HttpMethod.Get, "api/health");
        request.Headers.TryAddWithoutValidation("Accept-Language", "fa");
        (await fixture.Api.SendAsync(request)).Json["notes"]!["merchant_token"]!.GetValue<string>().ShouldMatch("[\u0600-\u06ff]");
    }

    private static JsonObject Attributes(string name, JsonNode value) => new() { ["attributes"] = new JsonObject { [name] = value } };

    /// <summary>What a person does to the password in the portal.</summary>
    private static async Task ManageAsync(KeyVaultEmulator vault, HttpMethod method, JsonNode? body)
    {
        using var handler = new HttpClientHandler
        {
            ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator,
        };
        using var http = new HttpClient(handler) { BaseAddress = vault.VaultUri };
        using var request = new HttpRequestMessage(method, $"secrets/{Password}?api-version=7.4")
        {
            Content = body is null ? null : new StringContent(body.ToJsonString()),
        };
        request.Headers.Authorization = new("Bearer", "a person");
        using var answer = await http.SendAsync(request, Cancel);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private async Task<AppWithVault> StartAsync(Func<KeyVaultEmulator, Task> fill)
    {
        var vault = await KeyVaultEmulator.StartAsync(cancellationToken: Cancel);
        ServiceFixture.Credentials(vault, "v2");
        await fill(vault);
        var app = await FunctionApp.StartAsync(
            new FunctionAppSettings(NewStorage(), Baloan.BaseAddress)
            {
                VaultUri = vault.VaultUri,
                VaultCertificatePath = vault.CertificatePath,
            },
            Cancel
        );
        return new AppWithVault(app, vault, new ApiClient(app.BaseAddress, key: null));
    }

    /// <summary>An app with a vault that nobody else looks at.</summary>
    private sealed record AppWithVault(FunctionApp App, KeyVaultEmulator Vault, ApiClient Api) : IAsyncDisposable
    {
        public Task<ApiAnswer> CreditAsync() =>
            Api.PostAsync("api/merchant/credit-check", new JsonObject { ["national_identifier"] = Given.Customer() });

        public async ValueTask DisposeAsync()
        {
            Api.Dispose();
            await App.KillAsync();
            await App.DisposeAsync();
            await Vault.DisposeAsync();
        }
    }
}
