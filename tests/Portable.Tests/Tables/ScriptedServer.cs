using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Portable.Tests.Tables;

/// <summary>A server that answers as a test says, for what Azurite cannot be made to do.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly X509Certificate2? certificate;

    private ScriptedServer(WebApplication app, X509Certificate2? certificate) => (this.app, this.certificate) = (app, certificate);

    /// <summary>Where a storage account named "shop" would be, had Azurite it.</summary>
    public Uri Account => new(new Uri(app.Urls.Single()), "shop");

    public string Thumbprint => certificate!.Thumbprint;

    /// <summary>Each request that came, in its order.</summary>
    public ConcurrentQueue<(string Method, string Path, string Query, IHeaderDictionary Headers)> Requests { get; } = new();

    public static async Task<ScriptedServer> StartAsync(RequestDelegate answer, bool tls = false)
    {
        var certificate = tls ? CreateCertificate() : null;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        var app = builder.Build();
        var server = new ScriptedServer(app, certificate);
        app.Run(context =>
        {
            var request = context.Request;
            server.Requests.Enqueue((request.Method, request.Path, request.QueryString.Value ?? "", new HeaderDictionary(
                request.Headers.ToDictionary(header => header.Key, header => header.Value, StringComparer.OrdinalIgnoreCase))));
            return answer(context);
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        certificate?.Dispose();
    }

    private static X509Certificate2 CreateCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var created = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(created.Export(X509ContentType.Pkcs12), null);
    }
}
