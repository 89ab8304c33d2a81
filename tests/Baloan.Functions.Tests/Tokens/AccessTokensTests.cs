using System.Text.Json.Nodes;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Security.KeyVault.Secrets;
using Baloan.Core.Tokens;
using Baloan.Functions.Functions;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Tests.Tokens;

public sealed class AccessTokensTests(StorageAccounts storage)
{
    private const string WrongPassword = "a-password-that-was-changed";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_in_memory_costs_no_call()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var tokens = MerchantOf(fixture.Services);
        var token = await tokens.GetAsync(Cancel);
        var (vaultCalls, issued) = (fixture.Vault.RequestCount, fixture.Baloan.Books.Snapshot().TokensIssued);

        for (var i = 0; i < 100; i++)
        {
            (await tokens.GetAsync(Cancel)).ShouldBe(token);
        }

        await tokens.KeepFreshAsync(Cancel);
        fixture.Vault.RequestCount.ShouldBe(vaultCalls);
        fixture.Baloan.Books.Snapshot().TokensIssued.ShouldBe(issued);
    }

    [Fact]
    public async Task A_token_that_was_read_ahead_costs_the_first_call_nothing()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var token = await MerchantOf(fixture.Services).GetAsync(Cancel);
        var started = MerchantOf(fixture.NewInstance());

        await started.ReadAheadAsync();

        var (vaultCalls, issued) = (fixture.Vault.RequestCount, fixture.Baloan.Books.Snapshot().TokensIssued);
        (await started.GetAsync(Cancel)).ShouldBe(token);
        fixture.Vault.RequestCount.ShouldBe(vaultCalls);
        fixture.Baloan.Books.Snapshot().TokensIssued.ShouldBe(issued);
    }

    [Fact]
    public async Task Reading_ahead_asks_Baloan_for_nothing_and_leaves_an_outage_of_the_vault_to_the_first_call()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var tokens = MerchantOf(fixture.Services);

        await tokens.ReadAheadAsync();
        fixture.Baloan.Books.Snapshot().TokensIssued.ShouldBe(0);
        fixture.Vault.Available = false;
        await tokens.ReadAheadAsync();
        await Should.ThrowAsync<KeyVaultUnavailableException>(async () => await tokens.GetAsync(Cancel));
        fixture.Vault.Available = true;

        (await tokens.GetAsync(Cancel)).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Many_first_calls_at_once_fetch_one_token()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var tokens = MerchantOf(fixture.Services);

        var got = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => tokens.GetAsync(Cancel).AsTask()));

        got.Distinct().Count().ShouldBe(1);
        fixture.Baloan.Books.Calls(Operation.Token).ShouldBe(1);
    }

    [Fact]
    public async Task Another_instance_takes_the_token_from_the_vault()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var token = await MerchantOf(fixture.Services).GetAsync(Cancel);

        (await MerchantOf(fixture.NewInstance()).GetAsync(Cancel)).ShouldBe(token);

        fixture.Baloan.Books.Calls(Operation.Token).ShouldBe(1);
    }

    [Fact]
    public async Task A_refused_token_is_replaced_by_the_newest_in_the_vault_and_only_then_by_a_new_one()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var (first, second) = (MerchantOf(fixture.Services), MerchantOf(fixture.NewInstance()));
        var old = await first.GetAsync(Cancel);
        (await second.GetAsync(Cancel)).ShouldBe(old);

        var fresh = await first.ReplaceAsync(old, Cancel);
        fresh.ShouldNotBe(old);
        (await second.ReplaceAsync(old, Cancel)).ShouldBe(fresh);
        var replaced = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => first.ReplaceAsync(fresh, Cancel).AsTask()));

        replaced.Distinct().ShouldHaveSingleItem().ShouldNotBe(fresh);
        fixture.Baloan.Books.Calls(Operation.Token).ShouldBe(3);
    }

    [Fact]
    public async Task A_token_is_renewed_when_less_than_a_fifth_of_its_life_is_left()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var tokens = MerchantOf(fixture.Services);
        var first = await tokens.KeepFreshAsync(Cancel);
        var life = first - fixture.Time.GetUtcNow();
        life.ShouldBe(TimeSpan.FromHours(24));

        fixture.Time.Advance((life * 0.8) - TimeSpan.FromMinutes(1));
        (await tokens.KeepFreshAsync(Cancel)).ShouldBe(first);
        fixture.Time.Advance(TimeSpan.FromMinutes(2));
        (await tokens.KeepFreshAsync(Cancel)).ShouldBe(fixture.Time.GetUtcNow() + life);

        fixture.Baloan.Books.Calls(Operation.Token).ShouldBe(2);
    }

    [Theory]
    [InlineData(24 * 60, 289, false)]
    [InlineData(24 * 60, 287, true)]
    [InlineData(30, 11, false)]
    [InlineData(30, 9, true)]
    [InlineData(60, 12, false)]
    [InlineData(60, 11.9, true)]
    public void A_token_is_due_when_a_fifth_of_its_life_or_ten_minutes_are_left(double lifeMinutes, double leftMinutes, bool isDue)
    {
        var obtained = new DateTimeOffset(2026, 3, 21, 8, 0, 0, TimeSpan.Zero);
        var token = new StoredToken("a", null, obtained, obtained.AddMinutes(lifeMinutes));

        token.IsDueForRenewal(token.ExpiresAt.AddMinutes(-leftMinutes)).ShouldBe(isDue);
    }

    [Fact]
    public async Task A_renewal_by_one_instance_is_enough_for_all()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var (first, second) = (MerchantOf(fixture.Services), MerchantOf(fixture.NewInstance()));
        await first.GetAsync(Cancel);
        await second.GetAsync(Cancel);
        fixture.Time.Advance(TimeSpan.FromHours(20));

        var renewed = await first.KeepFreshAsync(Cancel);
        (await second.KeepFreshAsync(Cancel)).ShouldBe(renewed);

        fixture.Baloan.Books.Calls(Operation.Token).ShouldBe(2);
    }

    [Fact]
    public async Task A_token_that_has_run_out_is_not_used()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var tokens = MerchantOf(fixture.Services);
        var old = await tokens.GetAsync(Cancel);

        fixture.Time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromMinutes(1));

        (await tokens.GetAsync(Cancel)).ShouldNotBe(old);
    }

    [Fact]
    public async Task A_token_of_a_very_short_life_is_still_used()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        fixture.Baloan.AccessTokenLifetime = TimeSpan.FromSeconds(60);
        var tokens = MerchantOf(fixture.Services);
        var token = await tokens.GetAsync(Cancel);

        fixture.Time.Advance(TimeSpan.FromSeconds(20));
        (await tokens.GetAsync(Cancel)).ShouldBe(token);
        fixture.Time.Advance(TimeSpan.FromSeconds(20));

        (await tokens.GetAsync(Cancel)).ShouldNotBe(token);
    }

    [Fact]
    public async Task The_tokens_are_kept_in_the_vault_with_their_expiry()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);

        var access = await MerchantOf(fixture.Services).GetAsync(Cancel);

        KeyVaultSecret secret = await ClientOf(fixture.Vault).GetSecretAsync("baloan-merchant-token", cancellationToken: Cancel);
        secret.Properties.ExpiresOn.ShouldBe(fixture.Time.GetUtcNow().AddHours(24));
        var kept = JsonNode.Parse(secret.Value)!;
        kept["access"]!.GetValue<string>().ShouldBe(access);
        kept["refresh"]!.GetValue<string>().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_vault_that_is_away_costs_nothing_while_the_token_lives()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var tokens = MerchantOf(fixture.Services);
        var token = await tokens.GetAsync(Cancel);

        fixture.Vault.Available = false;
        fixture.Time.Advance(TimeSpan.FromHours(23));

        (await tokens.GetAsync(Cancel)).ShouldBe(token);
        await Should.ThrowAsync<KeyVaultUnavailableException>(() => tokens.KeepFreshAsync(Cancel));
        (await tokens.GetAsync(Cancel)).ShouldBe(token);
        fixture.Vault.Available = true;
        (await tokens.KeepFreshAsync(Cancel)).ShouldBe(fixture.Time.GetUtcNow().AddHours(24));
    }

    [Fact]
    public async Task A_timer_that_cannot_renew_a_token_fails_and_says_which_and_why_without_Baloan_s_own_text()
    {
        await using var fixture = await ServiceFixture.StartAsync(
            storage,
            credentials: vault =>
            {
                ServiceFixture.Credentials(vault, "v2");
                vault.SetSecret("baloan-partnership-username", BaloanServer.PartnerName);
                vault.SetSecret("baloan-partnership-password", WrongPassword);
            }
        );
        var functions = ActivatorUtilities.CreateInstance<TokenFunctions>(fixture.Services);

        var failure = await Should.ThrowAsync<InvalidOperationException>(() => functions.RefreshTokens(new TimerInfo(), Cancel));

        failure.InnerException.ShouldBeNull();
        fixture.Logs.Lines.ShouldContain("Error: The partnership access token could not be renewed: baloan_unauthorized.");
        fixture.Logs.Lines.ShouldNotContain(line =>
            line.Contains("The merchant access token could not be renewed", StringComparison.Ordinal)
        );
        fixture.Logs.Lines.ShouldNotContain(line => line.Contains(WrongPassword, StringComparison.Ordinal));

        fixture.Vault.Available = false;
        fixture.Time.Advance(TimeSpan.FromHours(23));
        await Should.ThrowAsync<InvalidOperationException>(() => functions.RefreshTokens(new TimerInfo(), Cancel));
        fixture.Logs.Lines.ShouldContain(line =>
            line.StartsWith(
                "Error: The merchant access token could not be renewed: KeyVaultUnavailableException.",
                StringComparison.Ordinal
            )
        );
    }

    [Fact]
    public async Task Without_a_token_and_without_a_vault_the_failure_is_clear_and_passes()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        fixture.Vault.Available = false;
        var tokens = MerchantOf(fixture.Services);

        await Should.ThrowAsync<KeyVaultUnavailableException>(() => tokens.GetAsync(Cancel).AsTask());
        fixture.Vault.Available = true;

        (await tokens.GetAsync(Cancel)).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"access\":5}")]
    [InlineData("{\"access\":\"\",\"expires_at\":\"2099-01-01T00:00:00Z\"}")]
    [InlineData("{\"access\":\"old\",\"expires_at\":\"2020-01-01T00:00:00Z\",\"obtained_at\":\"2019-12-31T00:00:00Z\"}")]
    [InlineData("{\"access\":\"no-expiry\"}")]
    public async Task What_the_vault_holds_and_nobody_can_use_is_passed_over(string secret)
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        fixture.Vault.SetSecret("baloan-merchant-token", secret);

        (await MerchantOf(fixture.Services).GetAsync(Cancel)).ShouldStartWith("eyJ");
    }

    [Fact]
    public async Task A_contract_without_credentials_is_not_in_use_and_the_other_works()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);

        (await MerchantOf(fixture.Services).GetAsync(Cancel)).ShouldNotBeEmpty();
        var missing = await Should.ThrowAsync<NotConfiguredException>(() => PartnershipOf(fixture.Services).GetAsync(Cancel).AsTask());
        missing.Settings.ShouldContain("baloan-partnership-username");

        await using var partner = await ServiceFixture.StartAsync(
            storage,
            credentials: vault =>
            {
                vault.SetSecret("baloan-partnership-username", BaloanServer.PartnerName);
                vault.SetSecret("baloan-partnership-password", BaloanServer.PartnerPassword);
            }
        );
        (await PartnershipOf(partner.Services).GetAsync(Cancel)).ShouldNotBeEmpty();
        await Should.ThrowAsync<NotConfiguredException>(() => MerchantOf(partner.Services).GetAsync(Cancel).AsTask());
    }

    [Fact]
    public async Task Wrong_credentials_are_told_and_nothing_is_kept()
    {
        await using var fixture = await ServiceFixture.StartAsync(
            storage,
            credentials: vault =>
            {
                vault.SetSecret("baloan-merchant-username", BaloanServer.StoreUuid);
                vault.SetSecret("baloan-merchant-password", "not-the-password");
            }
        );
        fixture.Secret("not-the-password");

        var refused = await Should.ThrowAsync<Baloan.Client.BaloanException>(() => MerchantOf(fixture.Services).GetAsync(Cancel).AsTask());

        refused.Code.ShouldBe("baloan_unauthorized");
        fixture.Vault.GetSecret("baloan-merchant-token").ShouldBeNull();
    }

    private static AccessTokens MerchantOf(IServiceProvider instance) => instance.GetRequiredKeyedService<AccessTokens>("merchant");

    private static AccessTokens PartnershipOf(IServiceProvider instance) => instance.GetRequiredKeyedService<AccessTokens>("partnership");

    private static SecretClient ClientOf(KeyVaultEmulator vault) =>
        new(
            vault.VaultUri,
            DelegatedTokenCredential.Create((_, _) => new AccessToken("tests", DateTimeOffset.MaxValue)),
            new SecretClientOptions
            {
                DisableChallengeResourceVerification = true,
                // The emulator's certificate is made at its start.
                Transport = new HttpClientTransport(
                    new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true } })
                ),
            }
        );
}
