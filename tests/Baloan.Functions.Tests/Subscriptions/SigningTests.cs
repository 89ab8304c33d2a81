using System.Text;
using System.Text.Json.Nodes;
using Azure.Data.Tables;
using Baloan.Core.Storage;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;
using Microsoft.AspNetCore.Http;
using StandardWebhooks;

namespace Baloan.Functions.Tests.Subscriptions;

public sealed class SigningTests(StorageAccounts storage) : ApiTests(storage)
{
    private const string Route = "api/subscriptions";

    [Fact]
    public async Task Events_of_a_subscription_with_a_secret_are_signed_and_the_secret_is_nowhere_to_be_read()
    {
        var key = Enumerable.Range(1, 24).Select(number => (byte)number).ToArray();
        var secret = $"whsec_{Convert.ToBase64String(key)}";
        await using var receiver = await Receiver.StartAsync();
        var made = await Api.PostAsync(
            Route,
            new JsonObject
            {
                ["callback_url"] = receiver.CallbackUrl,
                ["events"] = new JsonArray("settlement"),
                ["secret"] = secret,
            }
        );
        made.Status.ShouldBe(201, made.Text);

        var form = await Api.AcceptedAsync(new SettlementForm());
        await Api.EndedAsync(form.Code);
        await Until.TrueAsync(() => receiver.Deliveries.Count > 0);

        var delivery = receiver.Deliveries[0];
        var headers = new HeaderDictionary();
        foreach (var (name, value) in delivery.Values)
        {
            headers[name] = value;
        }

        headers["webhook-id"].ToString().ShouldBe(delivery.EventId);
        new StandardWebhook(secret).Verify(delivery.Body, headers);
        Should.Throw<StandardWebhooks.Diagnostics.WebhookVerificationException>(() =>
            new StandardWebhook(secret).Verify(delivery.Body + " ", headers)
        );

        var list = await Api.GetAsync(Route);
        list.Text.ShouldNotContain(secret[6..]);
        list.Json["items"]!.AsArray().Single(item => item!["id"]!.GetValue<string>() == made.Field("id"))!["signed"]!
            .GetValue<bool>()
            .ShouldBeTrue();
        Apps.Second.App.LogLines.Where(line => line.Contains(secret[6..], StringComparison.Ordinal)).ShouldBeEmpty();
        var row = await new TableClient(Apps.Second.ConnectionString, StorageSetup.SubscriptionsTable).GetEntityAsync<TableEntity>(
            "subscription",
            made.Field("id"),
            cancellationToken: Cancel
        );
        var kept = row.Value.Select(column => column.Value).ToList();
        kept.OfType<byte[]>().Any(bytes => bytes.Length > 0).ShouldBeTrue();
        kept.OfType<byte[]>().Any(bytes => bytes.AsSpan().IndexOf(key) >= 0).ShouldBeFalse();
        kept.OfType<string>().Any(text => text.Contains(secret[6..], StringComparison.Ordinal)).ShouldBeFalse();

        // The same request without the secret takes it away.
        (await Api.PostAsync(Route, new JsonObject { ["callback_url"] = receiver.CallbackUrl, ["events"] = new JsonArray("settlement") }))
            .Field("id")
            .ShouldBe(made.Field("id"));
        (await Api.GetAsync(Route)).Json["items"]!.AsArray().Single(item => item!["id"]!.GetValue<string>() == made.Field("id"))!["signed"]!
            .GetValue<bool>()
            .ShouldBeFalse();
        await Api.SendAsync(new HttpRequestMessage(HttpMethod.Delete, $"{Route}/{made.Field("id")}"));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("whsec_")]
    [InlineData("whsec_AQID")]
    [InlineData("whsec_!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task What_is_no_secret_is_refused_and_not_repeated(string secret)
    {
        var refused = await Api.PostAsync(Route, new JsonObject { ["callback_url"] = "https://x.logic.azure.com/", ["secret"] = secret });
        refused.ShouldBeProblem(400, "invalid_request", "secret");
        if (secret.Length > 6)
        {
            refused.Text.ShouldNotContain(secret[6..]);
        }
    }

    [Fact]
    public async Task A_secret_has_24_to_64_bytes()
    {
        foreach (var (length, status) in new[] { (23, 400), (24, 201), (64, 201), (65, 400) })
        {
            var answer = await Api.PostAsync(
                Route,
                new JsonObject
                {
                    ["callback_url"] = "http://127.0.0.1:9/nobody-signed",
                    ["states"] = new JsonArray("blocked"),
                    ["secret"] = $"whsec_{Convert.ToBase64String(new byte[length])}",
                }
            );
            answer.Status.ShouldBe(status, answer.Text);
        }

        await Api.PostAsync($"{Route}/unsubscribe", new JsonObject { ["callback_url"] = "http://127.0.0.1:9/nobody-signed" });
    }
}
