// Takes the events of Baloan.Functions that are signed with our secret. Run: WEBHOOK_SECRET=whsec_... PORT=8080 dotnet run receiver.cs
#:sdk Microsoft.NET.Sdk.Web
#:package StandardWebhooks@1.1.2
#:property ManagePackageVersionsCentrally=false
#:property PublishAot=false

using System.Collections.Concurrent;
using System.Text.Json;
using StandardWebhooks;
using StandardWebhooks.Diagnostics;

var webhook = new StandardWebhook(Environment.GetEnvironmentVariable("WEBHOOK_SECRET")!);
var builder = WebApplication.CreateSlimBuilder(args);
builder.WebHost.UseUrls($"http://127.0.0.1:{Environment.GetEnvironmentVariable("PORT") ?? "8080"}");
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = 64 * 1024);
var app = builder.Build();

// In a database, where the ids outlive the process.
var seen = new ConcurrentDictionary<string, bool>();
app.MapPost(
    "/{**path}",
    async (HttpRequest request) =>
    {
        using var reader = new StreamReader(request.Body);
        var body = await reader.ReadToEndAsync();
        if (!IsSigned(body, request.Headers))
        {
            return Results.Unauthorized();
        }

        using var received = JsonDocument.Parse(body);
        // An event may come twice, under the same id.
        if (seen.TryAdd(received.RootElement.GetProperty("id").GetString()!, true))
        {
            Console.WriteLine($"{received.RootElement.GetProperty("type")} {received.RootElement.GetProperty("data")}");
        }

        return Results.NoContent();
    }
);
app.Run();

// Several signatures, with a space between, while a secret is being changed.
bool IsSigned(string body, IHeaderDictionary headers) =>
    headers["webhook-signature"]
        .ToString()
        .Split(' ')
        .Any(signature =>
        {
            try
            {
                webhook.Verify(
                    body,
                    new HeaderDictionary
                    {
                        ["webhook-id"] = headers["webhook-id"],
                        ["webhook-timestamp"] = headers["webhook-timestamp"],
                        ["webhook-signature"] = signature,
                    }
                );
                return true;
            }
            catch (WebhookVerificationException)
            {
                return false;
            }
        });
