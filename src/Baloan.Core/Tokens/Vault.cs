using System.Security.Cryptography.X509Certificates;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Azure.Security.KeyVault.Secrets;
using Baloan.Core.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Baloan.Core.Tokens;

/// <summary>The Key Vault of the app, or an emulator of it on one's own machine.</summary>
/// <remarks>
/// <c>KeyVault__Uri</c> names the vault. <c>KeyVault__EmulatorCertificate</c>, a PEM file, pins the emulator's certificate and is
/// refused outside Development: what trusts an emulator must never reach real secrets.
/// </remarks>
public sealed class Vault
{
    private readonly Lazy<SecretClient>? client;

    /// <summary>Makes the client when it is first used.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="environment">Where the app runs.</param>
    /// <param name="client">A client that is there already, and that the settings do not speak of; null for none.</param>
    /// <exception cref="InvalidOperationException">The settings contradict each other; the message says how.</exception>
    public Vault(IConfiguration configuration, IHostEnvironment environment, SecretClient? client = null)
    {
        var certificate = configuration["KeyVault:EmulatorCertificate"];
        if (!string.IsNullOrEmpty(certificate) && !environment.IsDevelopment())
        {
            throw new InvalidOperationException(
                $"KeyVault__EmulatorCertificate is set and the environment is '{environment.EnvironmentName}'. An emulator is for Development alone: remove the setting.");
        }

        if (client is not null)
        {
            this.client = new Lazy<SecretClient>(client);
            return;
        }

        if (configuration["KeyVault:Uri"] is not { Length: > 0 } address)
        {
            return;
        }

        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps)
        {
            throw new InvalidOperationException("KeyVault__Uri has to be an https address, such as https://my-vault.vault.azure.net.");
        }

        this.client = new Lazy<SecretClient>(() => string.IsNullOrEmpty(certificate)
            ? new SecretClient(
                uri,
                AppIdentity.Of(configuration["KeyVault:ClientId"] ?? configuration["AZURE_CLIENT_ID"]),
                Patient(new SecretClientOptions()))
            : EmulatorClient(uri, certificate));
    }

    /// <summary>Reads a secret's value; null where it is not set.</summary>
    /// <param name="name">The secret.</param>
    /// <param name="version">The version; null for the newest.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="NotConfiguredException">No vault is set.</exception>
    /// <exception cref="KeyVaultUnavailableException">The vault does not answer or refuses.</exception>
    public async Task<string?> ReadAsync(string name, string? version, CancellationToken cancellationToken)
    {
        try
        {
            return (await Client.GetSecretAsync(name, version, cancellationToken)).Value.Value;
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            return null;
        }
        catch (Exception failure) when (IsOutage(failure))
        {
            throw new KeyVaultUnavailableException(failure);
        }
    }

    /// <summary>Sets a secret and returns its new version.</summary>
    /// <exception cref="NotConfiguredException">No vault is set.</exception>
    /// <exception cref="KeyVaultUnavailableException">The vault does not answer or refuses.</exception>
    public async Task<string> WriteAsync(
        string name, string value, string contentType, DateTimeOffset? expiresOn, CancellationToken cancellationToken)
    {
        var secret = new KeyVaultSecret(name, value);
        secret.Properties.ContentType = contentType;
        secret.Properties.ExpiresOn = expiresOn;
        try
        {
            return (await Client.SetSecretAsync(secret, cancellationToken)).Value.Properties.Version;
        }
        catch (Exception failure) when (IsOutage(failure))
        {
            throw new KeyVaultUnavailableException(failure);
        }
    }

    private SecretClient Client => client?.Value ?? throw new NotConfiguredException("KeyVault__Uri");

    private static bool IsOutage(Exception failure) =>
        failure is RequestFailedException or AuthenticationFailedException or AggregateException or IOException;

    private static SecretClientOptions Patient(SecretClientOptions options)
    {
        options.Retry.MaxRetries = 2;
        options.Retry.Delay = TimeSpan.FromMilliseconds(300);
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(15);
        return options;
    }

    private static SecretClient EmulatorClient(Uri uri, string certificateFile)
    {
        var pinned = X509CertificateLoader.LoadCertificateFromFile(certificateFile);
        var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, presented, _, _) =>
            presented is not null && presented.GetRawCertData().AsSpan().SequenceEqual(pinned.RawDataMemory.Span);
        var options = Patient(new SecretClientOptions { DisableChallengeResourceVerification = true });
        options.Transport = new HttpClientTransport(new HttpClient(handler));
        return new SecretClient(uri, new EmulatorCredential(), options);
    }

    /// <summary>An emulator asks for a bearer token and takes any.</summary>
    private sealed class EmulatorCredential : TokenCredential
    {
        private static readonly AccessToken Token = new("emulator", DateTimeOffset.MaxValue);

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => Token;

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) => new(Token);
    }
}
