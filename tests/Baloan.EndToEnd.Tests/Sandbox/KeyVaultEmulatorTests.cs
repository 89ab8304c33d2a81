using System.Security.Cryptography.X509Certificates;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Security.KeyVault.Secrets;
using Baloan.Sandbox;

namespace Baloan.EndToEnd.Tests.Sandbox;

/// <summary>Microsoft's own client, over TLS with the certificate pinned, finds what it expects of a vault.</summary>
public sealed class KeyVaultEmulatorTests : IAsyncLifetime
{
    private KeyVaultEmulator vault = null!;
    private X509Certificate2 pinned = null!;
    private SecretClient client = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        vault = await KeyVaultEmulator.StartAsync(cancellationToken: Cancel);
        pinned = X509CertificateLoader.LoadCertificateFromFile(vault.CertificatePath);
        var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, served, _, _) =>
            served is not null && served.GetRawCertData().AsSpan().SequenceEqual(pinned.RawData);
        client = new(
            vault.VaultUri,
            new AnyToken(),
            new SecretClientOptions
            {
                DisableChallengeResourceVerification = true,
                Transport = new HttpClientTransport(new HttpClient(handler)),
                Retry = { MaxRetries = 0 },
            }
        );
    }

    public async ValueTask DisposeAsync()
    {
        pinned.Dispose();
        await vault.DisposeAsync();
    }

    [Fact]
    public async Task A_secret_is_set_and_read_with_its_attributes()
    {
        var expires = new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);
        var wanted = new KeyVaultSecret("token", "value 1")
        {
            Properties =
            {
                ContentType = "text/plain",
                ExpiresOn = expires,
                NotBefore = expires.AddDays(-1),
                Tags = { ["kind"] = "access" },
            },
        };

        KeyVaultSecret set = await client.SetSecretAsync(wanted, Cancel);
        KeyVaultSecret read = await client.GetSecretAsync("token", cancellationToken: Cancel);

        read.Value.ShouldBe("value 1");
        read.Properties.Version.ShouldBe(set.Properties.Version);
        read.Properties.ContentType.ShouldBe("text/plain");
        read.Properties.ExpiresOn.ShouldBe(expires);
        read.Properties.NotBefore.ShouldBe(expires.AddDays(-1));
        read.Properties.Enabled.ShouldBe(true);
        read.Properties.Tags.ShouldHaveSingleItem().ShouldBe(new("kind", "access"));
        read.Properties.VaultUri.ShouldBe(vault.VaultUri);
        vault.GetSecret("token").ShouldBe("value 1");
    }

    [Fact]
    public async Task Each_set_makes_a_version_and_the_old_ones_can_still_be_read()
    {
        KeyVaultSecret first = await client.SetSecretAsync("token", "1", Cancel);
        KeyVaultSecret second = await client.SetSecretAsync("token", "2", Cancel);

        (await client.GetSecretAsync("token", cancellationToken: Cancel)).Value.Value.ShouldBe("2");
        (await client.GetSecretAsync("token", first.Properties.Version, Cancel)).Value.Value.ShouldBe("1");
        var versions = await client
            .GetPropertiesOfSecretVersionsAsync("token", Cancel)
            .Select(version => version.Version)
            .ToListAsync(Cancel);
        versions.ShouldBe([first.Properties.Version, second.Properties.Version], ignoreOrder: true);
    }

    [Fact]
    public async Task Attributes_change_and_a_disabled_secret_cannot_be_read()
    {
        KeyVaultSecret secret = await client.SetSecretAsync("token", "1", Cancel);
        var expires = new DateTimeOffset(2031, 1, 1, 0, 0, 0, TimeSpan.Zero);
        secret.Properties.ExpiresOn = expires;
        secret.Properties.Enabled = false;

        SecretProperties updated = await client.UpdateSecretPropertiesAsync(secret.Properties, Cancel);

        updated.ExpiresOn.ShouldBe(expires);
        var refused = await Should.ThrowAsync<RequestFailedException>(() => client.GetSecretAsync("token", cancellationToken: Cancel));
        refused.Status.ShouldBe(403);
    }

    [Fact]
    public async Task What_is_not_there_is_SecretNotFound()
    {
        var missing = await Should.ThrowAsync<RequestFailedException>(() => client.GetSecretAsync("nothing", cancellationToken: Cancel));

        missing.Status.ShouldBe(404);
        missing.ErrorCode.ShouldBe("SecretNotFound");
    }

    [Fact]
    public async Task Secrets_are_listed_and_deleted()
    {
        vault.SetSecret("one", "1");
        vault.SetSecret("two", "2");

        var deletion = await client.StartDeleteSecretAsync("one", Cancel);
        await deletion.WaitForCompletionAsync(Cancel);

        (await client.GetPropertiesOfSecretsAsync(Cancel).Select(secret => secret.Name).ToListAsync(Cancel)).ShouldBe(["two"]);
        vault.GetSecret("one").ShouldBeNull();
    }

    [Fact]
    public async Task An_outage_is_503_until_it_ends()
    {
        vault.SetSecret("token", "1");
        vault.Available = false;
        var before = vault.RequestCount;

        (await Should.ThrowAsync<RequestFailedException>(() => client.GetSecretAsync("token", cancellationToken: Cancel))).Status.ShouldBe(
            503
        );

        vault.RequestCount.ShouldBe(before + 1);
        vault.Available = true;
        (await client.GetSecretAsync("token", cancellationToken: Cancel)).Value.Value.ShouldBe("1");
    }

    [Fact]
    public async Task A_client_that_does_not_know_the_certificate_is_not_served()
    {
        using var stranger = new HttpClient();

        await Should.ThrowAsync<HttpRequestException>(() => stranger.GetAsync(vault.VaultUri, Cancel));
    }

    private sealed class AnyToken : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new("any", DateTimeOffset.MaxValue);

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));
    }
}
