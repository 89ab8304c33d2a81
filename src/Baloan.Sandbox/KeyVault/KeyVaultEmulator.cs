using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Baloan.Sandbox;

/// <summary>Azure Key Vault's secrets on one's own machine: its REST API over TLS, with a certificate made at the start.</summary>
/// <remarks>
/// As the service does, it challenges a request without a token and takes any token that is not empty. A client pins
/// <see cref="CertificatePath"/> and, as no Azure domain stands behind it, sets <c>DisableChallengeResourceVerification</c>.
/// </remarks>
public sealed class KeyVaultEmulator : IAsyncDisposable
{
    private const string Challenge =
        "Bearer authorization=\"https://login.microsoftonline.com/00000000-0000-0000-0000-000000000000\", "
        + "resource=\"https://vault.azure.net\"";

    private readonly SecretVersions secrets = new();
    private readonly X509Certificate2 certificate;
    private readonly bool deleteCertificateAtEnd;
    private WebApplication app = null!;
    private int requestCount;

    private KeyVaultEmulator(X509Certificate2 certificate, string certificatePath, bool deleteCertificateAtEnd)
    {
        this.certificate = certificate;
        this.deleteCertificateAtEnd = deleteCertificateAtEnd;
        CertificatePath = certificatePath;
    }

    /// <summary>The vault's address, with a slash at the end: <c>KeyVault__Uri</c>.</summary>
    public Uri VaultUri { get; private set; } = null!;

    /// <summary>PEM file of its certificate, without the key: <c>KeyVault__EmulatorCertificate</c>.</summary>
    public string CertificatePath { get; }

    /// <summary>False: every request is answered with 503, as in an outage.</summary>
    public bool Available { get; set; } = true;

    /// <summary>
    /// What every request is refused with: a status, and Key Vault's inner code, such as <c>ForbiddenByRbac</c>. Null: none is.
    /// </summary>
    public (int Status, string InnerCode)? Refusal { get; set; }

    /// <summary>True: secrets can be read and not written, as with the role Key Vault Secrets User.</summary>
    public bool RefusesWrites { get; set; }

    /// <summary>How many requests came, challenged and failed ones included.</summary>
    public int RequestCount => Volatile.Read(ref requestCount);

    /// <summary>Starts the vault, empty.</summary>
    /// <param name="port">The port; 0 for any free one.</param>
    /// <param name="certificatePath">Where the certificate is written; null for a temporary file that goes with the vault.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="SandboxException">The port is taken.</exception>
    public static async Task<KeyVaultEmulator> StartAsync(
        int port = 0,
        string? certificatePath = null,
        CancellationToken cancellationToken = default
    )
    {
        var path = certificatePath ?? Path.Combine(Path.GetTempPath(), $"baloan-vault-{Guid.NewGuid():N}.pem");
        var vault = new KeyVaultEmulator(MakeCertificate(), path, certificatePath is null);
        (vault.app, var actualPort) = await LocalServer.StartAsync(
            "The Key Vault emulator",
            port,
            vault.certificate,
            vault.Map,
            cancellationToken
        );
        vault.VaultUri = new Uri(string.Create(CultureInfo.InvariantCulture, $"https://localhost:{actualPort}/"));
        await File.WriteAllTextAsync(path, vault.certificate.ExportCertificatePem() + "\n", cancellationToken);
        return vault;
    }

    /// <summary>Puts a new version of a secret into the vault.</summary>
    public void SetSecret(string name, string value) => secrets.Add(name, new SecretRequest(value, null, null, null));

    /// <summary>The value of a secret's latest version; null where there is none.</summary>
    public string? GetSecret(string name) => secrets.Latest(name)?.Value;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        certificate.Dispose();
        if (deleteCertificateAtEnd)
        {
            File.Delete(CertificatePath);
        }
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        var now = DateTimeOffset.UtcNow;
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(1));

        // Windows cannot serve TLS with a key that lives in memory alone.
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }

    private void Map(WebApplication web)
    {
        web.Use(GuardAsync);
        web.UseRouting();
        web.MapPut("/secrets/{name}", SetAsync);
        web.MapGet(
            "/secrets/{name}/versions",
            context => WriteListAsync(context, secrets.All(Name(context)).Select(secret => secret.ToItem(VaultUri, withVersion: true)))
        );
        web.MapGet("/secrets/{name}/{version?}", context => WriteAsync(context, Wanted(context)));
        web.MapPatch("/secrets/{name}/{version?}", UpdateAsync);
        web.MapDelete("/secrets/{name}", context => WriteDeletedAsync(context, secrets.Delete(Name(context))));
        web.MapGet("/deletedsecrets/{name}", context => WriteDeletedAsync(context, secrets.Deleted(Name(context))));
        web.MapGet(
            "/secrets",
            context => WriteListAsync(context, secrets.LatestOfAll().Select(secret => secret.ToItem(VaultUri, withVersion: false)))
        );
    }

    private async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        Interlocked.Increment(ref requestCount);
        if (!Available)
        {
            await WriteErrorAsync(context, 503, "ServiceUnavailable", "The vault is not available.");
        }
        else if (
            context.Request.Headers.Authorization.ToString() is not { Length: > 7 } header
            || !header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
        )
        {
            context.Response.Headers.WWWAuthenticate = Challenge;
            await WriteErrorAsync(context, 401, "Unauthorized", "AKV10000: Request is missing a Bearer or PoP token.");
        }
        else if (Refusal is { } refusal)
        {
            await WriteErrorAsync(
                context,
                refusal.Status,
                "Forbidden",
                "Caller is not authorized to perform action on resource.",
                refusal.InnerCode
            );
        }
        else if (RefusesWrites && !HttpMethods.IsGet(context.Request.Method))
        {
            await WriteErrorAsync(context, 403, "Forbidden", "Caller is not authorized to perform action on resource.", "ForbiddenByRbac");
        }
        else if (!context.Request.Query.ContainsKey("api-version"))
        {
            await WriteErrorAsync(context, 400, "BadParameter", "api-version must be specified");
        }
        else
        {
            await next(context);
        }
    }

    private async Task SetAsync(HttpContext context)
    {
        if (await ReadAsync(context) is { } request)
        {
            await (
                request.Value is null
                    ? WriteErrorAsync(context, 400, "BadParameter", "The request body must contain a secret value.")
                    : WriteAsync(context, secrets.Add(Name(context), request))
            );
        }
    }

    private async Task UpdateAsync(HttpContext context)
    {
        if (await ReadAsync(context) is { } request)
        {
            var secret = Wanted(context) is { } found ? secrets.Update(found, request) : null;
            await (
                secret is null
                    ? WriteNotFoundAsync(context)
                    : context.Response.WriteAsJsonAsync(secret.ToItem(VaultUri, withVersion: true), VaultJson.Default.SecretBundle)
            );
        }
    }

    private Secret? Wanted(HttpContext context) =>
        context.GetRouteValue("version") is string { Length: > 0 } version
            ? secrets.All(Name(context)).FirstOrDefault(secret => secret.Version == version)
            : secrets.Latest(Name(context));

    private static string Name(HttpContext context) => (string)context.GetRouteValue("name")!;

    private static async Task<SecretRequest?> ReadAsync(HttpContext context)
    {
        try
        {
            if (
                await JsonSerializer.DeserializeAsync(context.Request.Body, VaultJson.Default.SecretRequest, context.RequestAborted) is
                { } request
            )
            {
                return request;
            }
        }
        catch (JsonException)
        {
            // Answered below.
        }

        await WriteErrorAsync(context, 400, "BadParameter", "The request body is not a JSON object of the expected shape.");
        return null;
    }

    private Task WriteAsync(HttpContext context, Secret? secret)
    {
        if (secret is null)
        {
            return WriteNotFoundAsync(context);
        }

        // As the service: reading is what a disabled secret forbids, and a secret outside its time may still be read.
        return secret.Attributes.Enabled == false && HttpMethods.IsGet(context.Request.Method)
            ? WriteErrorAsync(context, 403, "Forbidden", "Operation get is not allowed on a disabled secret.", "SecretDisabled")
            : context.Response.WriteAsJsonAsync(secret.ToBundle(VaultUri), VaultJson.Default.SecretBundle);
    }

    private Task WriteDeletedAsync(HttpContext context, Secret? secret)
    {
        if (secret is null)
        {
            return WriteNotFoundAsync(context);
        }

        var now = DateTimeOffset.UtcNow;
        return context.Response.WriteAsJsonAsync(
            secret.ToItem(VaultUri, withVersion: true) with
            {
                RecoveryId = $"{VaultUri}deletedsecrets/{secret.Name}",
                DeletedDate = now.ToUnixTimeSeconds(),
                ScheduledPurgeDate = now.AddDays(Secret.RecoverableDays).ToUnixTimeSeconds(),
            },
            VaultJson.Default.SecretBundle
        );
    }

    private static Task WriteListAsync(HttpContext context, IEnumerable<SecretBundle> items) =>
        context.Response.WriteAsJsonAsync(new SecretList([.. items], null), VaultJson.Default.SecretList);

    private static Task WriteNotFoundAsync(HttpContext context) =>
        WriteErrorAsync(context, 404, "SecretNotFound", $"A secret with (name/id) {Name(context)} was not found in this key vault.");

    private static Task WriteErrorAsync(HttpContext context, int status, string code, string message, string? inner = null)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(
            new VaultError(new(code, message, inner is null ? null : new(inner))),
            VaultJson.Default.VaultError,
            cancellationToken: context.RequestAborted
        );
    }
}
