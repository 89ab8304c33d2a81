using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;
using StandardWebhooks;

namespace Baloan.Functions.Tests.Samples;

/// <summary>The receivers in samples/webhook-receivers, each as its README starts it, where its language is at hand.</summary>
public sealed class WebhookReceiverTests
{
    private const string Secret = "whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcY";
    private const string Another = "whsec_GBcWFRQTEhEQDw4NDAsKCQgHBgUEAwIB";
    private const string Event = """{"id":"e1","type":"settlement","occurred_at":"2026-11-22T01:51:48Z","data":{"note":"سلام"}}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("php", "-S 127.0.0.1:{0} receiver.php")]
    [InlineData("python3", "receiver.py")]
    [InlineData("node", "receiver.mjs")]
    [InlineData("dotnet", "run receiver.cs")]
    public async Task A_receiver_takes_what_is_signed_with_its_secret_and_nothing_else(string command, string arguments)
    {
        Assert.SkipUnless(IsAtHand(command), $"{command} is not installed.");
        var port = FreePort.Find();
        var log = new StringBuilder();
        await using var receiver = ChildProcess.Start(
            $"The receiver of {command}",
            command,
            string.Format(CultureInfo.InvariantCulture, arguments, port).Split(' '),
            new Dictionary<string, string?>
            {
                ["WEBHOOK_SECRET"] = Secret,
                ["PORT"] = port.ToString(CultureInfo.InvariantCulture),
                ["MSBUILDDISABLENODEREUSE"] = "1",
            },
            Path.Combine(Repository(), "samples", "webhook-receivers"),
            line => log.AppendLine(line)
        );
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
        await Until.TrueAsync(async () =>
        {
            receiver.Exited.IsCompleted.ShouldBeFalse($"{receiver.LastWords} {log}");
            try
            {
                return (await PostAsync(client, Event, "v1,x", DateTimeOffset.UtcNow)) == 401;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
        var now = DateTimeOffset.UtcNow;
        var signature = Sign(now, Event, Secret);

        (await PostAsync(client, Event, signature, now)).ShouldBe(204);
        (await PostAsync(client, Event, signature, now)).ShouldBe(204, "the same event again");
        (await PostAsync(client, Event, $"{Sign(now, Event, Another)} {signature}", now)).ShouldBe(204, "while a secret is being changed");
        (await PostAsync(client, Event.Replace("e1", "e2", StringComparison.Ordinal), signature, now)).ShouldBe(401, "another body");
        (await PostAsync(client, Event, signature, now.AddSeconds(1))).ShouldBe(401, "another time");
        (await PostAsync(client, Event, signature, now, "another")).ShouldBe(401, "another id");
        (await PostAsync(client, Event, Sign(now, Event, Another), now)).ShouldBe(401, "another secret");
        var old = now.AddMinutes(-6);
        (await PostAsync(client, Event, Sign(old, Event, Secret), old)).ShouldBe(401, "recorded by somebody");
        (await PostAsync(client, Event, null, null)).ShouldBe(401, "not signed");
    }

    private static string Sign(DateTimeOffset at, string body, string secret) => new StandardWebhook(secret).Sign("e1", at, body);

    private static async Task<int> PostAsync(HttpClient client, string body, string? signature, DateTimeOffset? at, string id = "e1")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "hook")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        if (signature is not null)
        {
            request.Headers.TryAddWithoutValidation("webhook-id", id);
            request.Headers.TryAddWithoutValidation(
                "webhook-timestamp",
                at!.Value.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)
            );
            request.Headers.TryAddWithoutValidation("webhook-signature", signature);
        }

        using var response = await client.SendAsync(request, Cancel);
        return (int)response.StatusCode;
    }

    private static bool IsAtHand(string command) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, command)) || File.Exists(Path.Combine(folder, command + ".exe")));

    private static string Repository()
    {
        var folder = AppContext.BaseDirectory;
        while (!Directory.Exists(Path.Combine(folder, "samples", "webhook-receivers")))
        {
            folder =
                Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The samples are not in a folder above the tests.");
        }

        return folder;
    }
}
