using System.Text.Json.Nodes;
using Baloan.Functions.Tests.Fixtures;

namespace Baloan.Functions.Tests.Http;

public sealed class OperationRoutesTests(StorageAccounts storage) : ApiTests(storage)
{
    [Fact]
    public async Task Health_is_open_to_all_and_names_each_part()
    {
        using var anybody = Apps.Second.NewClient(key: null);
        var both = await anybody.GetAsync("api/health");
        both.Status.ShouldBe(200);
        both.Text.ShouldBe(
            """{"status":"healthy","checks":{"storage":"ok","key_vault":"ok","merchant_token":"ok","partnership_token":"ok"}}"""
        );

        var merchantAlone = await FirstApi.GetAsync("api/health");
        merchantAlone.Status.ShouldBe(200);
        merchantAlone.Json["checks"]!["partnership_token"]!.GetValue<string>().ShouldBe("not_configured");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("wrong")]
    public async Task Without_the_key_nothing_but_health_opens(string? key)
    {
        using var stranger = Apps.Second.NewClient(key);
        foreach (
            var answer in new[]
            {
                await stranger.PostAsync("api/merchant/credit-check", new JsonObject { ["national_identifier"] = Given.Customer() }),
                await stranger.PostAsync("api/merchant/otp", new JsonObject()),
                await stranger.SettleAsync(new SettlementForm()),
                await stranger.GetAsync("api/merchant/settlements"),
                await stranger.GetAsync($"api/merchant/settlements/x?code={key}"),
                await stranger.PostAsync("api/tokens/refresh", (HttpContent?)null),
            }
        )
        {
            (answer.Status, answer.Text).ShouldBe((401, ""));
        }
    }

    [Fact]
    public async Task Refreshing_tokens_takes_the_admin_key_and_tells_how_long_they_live()
    {
        (await FirstApi.PostAsync("api/tokens/refresh", (HttpContent?)null)).Status.ShouldBe(401, "a function key is not enough");
        using var admin = Apps.First.NewClient(RunningApps.AdminKey);
        var before = Apps.First.Vault.GetSecret("baloan-merchant-token");

        var answer = await admin.PostAsync("api/tokens/refresh", (HttpContent?)null);

        answer.Status.ShouldBe(200, answer.Text);
        answer.Json["merchant"]!["expires_at"]!.GetValue<DateTimeOffset>().ShouldBeGreaterThan(DateTimeOffset.UtcNow.AddHours(23));
        answer.Json["partnership"].ShouldBeNull();
        Apps.First.Vault.GetSecret("baloan-merchant-token").ShouldNotBe(before);
        (
            await FirstApi.PostAsync("api/merchant/credit-check", new JsonObject { ["national_identifier"] = Given.Customer() })
        ).Status.ShouldBe(200);
    }
}
