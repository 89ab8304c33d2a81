using System.Text.Json.Nodes;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;

namespace Baloan.Functions.Tests.Tokens;

public sealed class VaultSettingsTests(StorageAccounts storage) : ApiTests(storage)
{
    [Fact(Explicit = true)]
    public async Task An_emulators_certificate_is_refused_outside_Development()
    {
        var settings = new FunctionAppSettings(Apps.Second.ConnectionString, new Uri("https://baloan.example"))
        {
            VaultUri = Apps.Second.Vault.VaultUri,
            VaultCertificatePath = Apps.Second.Vault.CertificatePath,
            More = new Dictionary<string, string?> { ["AZURE_FUNCTIONS_ENVIRONMENT"] = "Production" },
        };

        var refused = await Should.ThrowAsync<SandboxException>(() => FunctionApp.StartAsync(settings, Cancel));

        refused.Message.ShouldContain("KeyVault__EmulatorCertificate");
        refused.Message.ShouldNotContain("exit code 0");
    }

    [Theory(Explicit = true)]
    [InlineData("Baloan__MerchantApiVersion", "v3")]
    [InlineData("Baloan__BaseAddress", "nowhere")]
    [InlineData("Settlements__VerifyAfter", "soon")]
    public async Task A_setting_that_cannot_be_used_ends_the_start_with_its_name(string setting, string value)
    {
        var settings = new FunctionAppSettings(Apps.Second.ConnectionString, Baloan.BaseAddress)
        {
            More = new Dictionary<string, string?> { [setting] = value },
        };

        (await Should.ThrowAsync<SandboxException>(() => FunctionApp.StartAsync(settings, Cancel))).Message.ShouldContain(setting);
    }

    [Fact(Explicit = true)]
    public async Task A_vault_that_is_away_and_wrong_credentials_in_it_are_told_until_they_are_mended()
    {
        await using var vault = await KeyVaultEmulator.StartAsync(cancellationToken: Cancel);
        ServiceFixture.Credentials(vault, "v2");
        vault.Available = false;
        await using var app = await FunctionApp.StartAsync(
            new FunctionAppSettings(NewStorage(), Baloan.BaseAddress)
            {
                VaultUri = vault.VaultUri,
                VaultCertificatePath = vault.CertificatePath,
            },
            Cancel
        );
        using var api = new ApiClient(app.BaseAddress, key: null);
        var credit = new JsonObject { ["national_identifier"] = Given.Customer() };

        var away = (await api.PostAsync("api/merchant/credit-check", credit)).ShouldBeProblem(503, "key_vault_unavailable");
        away.Headers.RetryAfter.ShouldNotBeNull();
        (await api.SettleAsync(new SettlementForm())).ShouldBeProblem(503, "key_vault_unavailable");
        var health = await api.GetAsync("api/health");
        health.Status.ShouldBe(503);
        health.Json["checks"]!["key_vault"]!.GetValue<string>().ShouldBe("failed");
        health.Json["checks"]!["storage"]!.GetValue<string>().ShouldBe("ok");
        vault.Available = true;
        vault.SetSecret("baloan-merchant-password", "not-the-password");
        (await api.PostAsync("api/merchant/credit-check", credit)).ShouldBeProblem(502, "baloan_unauthorized");
        vault.SetSecret("baloan-merchant-password", BaloanServer.StorePassword);

        (await api.PostAsync("api/merchant/credit-check", credit)).Status.ShouldBe(200);
    }
}
