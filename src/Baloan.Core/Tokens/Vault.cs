using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Azure.Security.KeyVault.Secrets;
using Baloan.Core.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Baloan.Core.Tokens;

/// <summary>The Key Vault of the app, or an emulator of it on one's own machine.</summary>
/// <remarks>
/// <c>KeyVault__Uri</c> names the vault. <c>KeyVault__EmulatorCertificate</c>, a PEM file, pins the emulator's certificate and is
/// refused outside Development: what trusts an emulator must never reach real secrets.
/// </remarks>
public sealed partial class Vault
{
    private static readonly char[] Around =
    [
        ' ',
        '\t',
        '\r',
        '\n',
        '\v',
        '\f',
        '\u0085',
        '\u00A0',
        '\uFEFF',
        '\u200B',
        '\u200E',
        '\u200F',
        '\u2028',
        '\u2029',
    ];

    private readonly Lazy<SecretClient>? client;
    private readonly ILogger<Vault> logger;
    private readonly TimeProvider time;
    private readonly ConcurrentDictionary<string, string> told = new();
    private readonly ConcurrentDictionary<string, bool> expired = new();

    /// <summary>Makes the client when it is first used.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="environment">Where the app runs.</param>
    /// <param name="logger">The log, which sees no value.</param>
    /// <param name="time">The clock.</param>
    /// <param name="client">A client that is there already, and that the settings do not speak of; null for none.</param>
    /// <exception cref="InvalidOperationException">The settings contradict each other; the message says how.</exception>
    public Vault(
        IConfiguration configuration,
        IHostEnvironment environment,
        ILogger<Vault> logger,
        TimeProvider time,
        SecretClient? client = null
    )
    {
        (this.logger, this.time) = (logger, time);
        var certificate = configuration["KeyVault:EmulatorCertificate"];
        if (!string.IsNullOrEmpty(certificate) && !environment.IsDevelopment())
        {
            throw new InvalidOperationException(
                $"KeyVault__EmulatorCertificate is set and the environment is '{environment.EnvironmentName}'. An emulator is for "
                    + $"Development alone: remove the setting."
            );
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

        this.client = new Lazy<SecretClient>(() =>
            string.IsNullOrEmpty(certificate)
                ? new SecretClient(
                    uri,
                    AppIdentity.Of(configuration["KeyVault:ClientId"] ?? configuration["AZURE_CLIENT_ID"]),
                    Patient(new SecretClientOptions())
                )
                : EmulatorClient(uri, certificate)
        );
    }

    /// <summary>
    /// Credentials that are past their <c>ExpiresOn</c>: Key Vault gives them out all the same, and they may still be right.
    /// </summary>
    public IReadOnlyCollection<string> ExpiredCredentials =>
        [.. expired.Where(one => one.Value).Select(one => one.Key).Order(StringComparer.Ordinal)];

    /// <summary>
    /// Reads a secret that a person has set: without the line breaks, spaces and byte order mark around it that files and portals leave
    /// there. Null where it is not set, or holds nothing else.
    /// </summary>
    /// <exception cref="NotConfiguredException">No vault is set.</exception>
    /// <exception cref="KeyVaultUnavailableException">The vault does not answer or refuses, or the secret was deleted and can be
    /// recovered.</exception>
    public async Task<string?> ReadCredentialAsync(string name, CancellationToken cancellationToken)
    {
        if (await FindAsync(name, null, cancellationToken) is not { } secret)
        {
            expired.TryRemove(name, out _);
            return await IsDeletedAsync(name, cancellationToken)
                ? throw new KeyVaultUnavailableException(null, VaultRefusal.Deleted, name)
                : null;
        }

        var (properties, version) = (secret.Properties, secret.Properties.Version ?? "");
        expired[name] = properties.ExpiresOn < time.GetUtcNow();
        if (expired[name] && IsNews($"{name} expired", version))
        {
            Log.Expired(logger, name, properties.ExpiresOn!.Value);
        }

        var value = secret.Value.Trim(Around);
        if (value.Length < secret.Value.Length && IsNews($"{name} trimmed", version))
        {
            Log.Trimmed(logger, name);
        }

        return value.Length == 0 ? null : value;
    }

    /// <summary>Reads a secret's value; null where it is not set.</summary>
    /// <param name="name">The secret.</param>
    /// <param name="version">The version; null for the newest.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="NotConfiguredException">No vault is set.</exception>
    /// <exception cref="KeyVaultUnavailableException">The vault does not answer or refuses.</exception>
    public async Task<string?> ReadAsync(string name, string? version, CancellationToken cancellationToken) =>
        (await FindAsync(name, version, cancellationToken))?.Value;

    /// <summary>Sets a secret and returns its new version.</summary>
    /// <exception cref="NotConfiguredException">No vault is set.</exception>
    /// <exception cref="KeyVaultUnavailableException">The vault does not answer or refuses.</exception>
    public async Task<string> WriteAsync(
        string name,
        string value,
        string contentType,
        DateTimeOffset? expiresOn,
        CancellationToken cancellationToken
    )
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
            throw Refused(failure, name);
        }
    }

    private async Task<KeyVaultSecret?> FindAsync(string name, string? version, CancellationToken cancellationToken)
    {
        try
        {
            return (await Client.GetSecretAsync(name, version, cancellationToken)).Value;
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            return null;
        }
        catch (Exception failure) when (IsOutage(failure))
        {
            throw Refused(failure, name);
        }
    }

    /// <summary>Whether a secret that is not there was deleted and can be recovered; false where this identity may not look.</summary>
    private async Task<bool> IsDeletedAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            await Client.GetDeletedSecretAsync(name, cancellationToken);
            return true;
        }
        catch (Exception unknown) when (IsOutage(unknown))
        {
            return false;
        }
    }

    /// <summary>Tells a vault that answers no from one that does not answer.</summary>
    private static KeyVaultUnavailableException Refused(Exception failure, string name)
    {
        bool Says(string word) => failure.Message.Contains(word, StringComparison.OrdinalIgnoreCase);
        return new(
            failure,
            failure switch
            {
                AuthenticationFailedException or RequestFailedException { Status: 401 } => VaultRefusal.Identity,
                RequestFailedException { Status: 409 } => VaultRefusal.Deleted,
                RequestFailedException { Status: 403 } when Says("SecretDisabled") => VaultRefusal.Disabled,
                RequestFailedException { Status: 403 } when Says("ForbiddenByFirewall") || Says("ForbiddenByConnection") =>
                    VaultRefusal.Network,
                RequestFailedException { Status: 403 } => VaultRefusal.Role,
                _ => VaultRefusal.None,
            },
            name
        );
    }

    private bool IsNews(string what, string version)
    {
        var before = told.GetValueOrDefault(what);
        told[what] = version;
        return before != version;
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

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(Token);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Secret {Name} has line breaks, spaces or a byte order mark around it; they are left out.")]
        public static partial void Trimmed(ILogger logger, string name);

        [LoggerMessage(
            2,
            LogLevel.Warning,
            "Secret {Name} has expired at {ExpiredAt:u}. Key Vault gives it out all the same, and it is used."
        )]
        public static partial void Expired(ILogger logger, string name, DateTimeOffset expiredAt);
    }
}
