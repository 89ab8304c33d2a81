using System.Text.Json.Nodes;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;

namespace Baloan.Functions.Tests.Storage;

public sealed class StorageOutageTests(StorageAccounts storage) : ApiTests(storage)
{
    [Fact(Explicit = true)]
    public async Task Storage_that_goes_away_is_told_and_all_works_when_it_is_back()
    {
        await using var azurite = await Azurite.StartAsync(cancellationToken: Cancel);
        await using var app = await RunningApp.StartAsync(Baloan, azurite.ConnectionString);
        using var api = app.NewClient();
        var before = await api.AcceptedAsync(new SettlementForm());
        (await api.EndedAsync(before.Code)).SettlementStatus.ShouldBe("settled");
        var form = new SettlementForm();
        await api.SendOtpAsync(form.NationalIdentifier!);

        await azurite.StopAsync();
        foreach (
            var answer in new[]
            {
                await api.SettleAsync(form),
                await api.GetAsync($"api/merchant/settlements/{before.Code}"),
                await api.GetAsync("api/merchant/settlements"),
                await api.PostAsync(
                    "api/merchant/uploads",
                    new MultipartFormDataContent { { new ByteArrayContent(Given.Pdf()), "file", "a.pdf" } }
                ),
            }
        )
        {
            answer.ShouldBeProblem(503, "storage_unavailable");
            answer.Headers.RetryAfter.ShouldNotBeNull();
        }

        ApiAnswer? health = null;
        await Until.TrueAsync(async () => (health = await api.GetAsync("api/health")).Status == 503);
        health!.Json["checks"]!["storage"]!.GetValue<string>().ShouldBe("failed");
        health.Json["checks"]!["merchant_token"]!.GetValue<string>().ShouldBe("ok");
        // What needs no storage goes on.
        (await api.PostAsync("api/merchant/credit-check", new JsonObject { ["national_identifier"] = Given.Customer() })).Status.ShouldBe(
            200
        );
        await azurite.StartAgainAsync(Cancel);

        (await api.SettleAsync(form)).Status.ShouldBe(202);
        (await api.EndedAsync(form.Code)).SettlementStatus.ShouldBe("settled");
        (await api.EndedAsync(before.Code)).SettlementStatus.ShouldBe("settled");
        await Until.TrueAsync(async () => (await api.GetAsync("api/health")).Status == 200);
    }

    [Fact(Explicit = true)]
    public async Task An_app_that_starts_without_storage_works_once_it_is_there()
    {
        await using var azurite = await Azurite.StartAsync(cancellationToken: Cancel);
        await azurite.StopAsync();
        await using var app = await RunningApp.StartAsync(Baloan, azurite.ConnectionString);
        using var api = app.NewClient();
        var form = new SettlementForm();
        await api.SendOtpAsync(form.NationalIdentifier!);
        (await api.SettleAsync(form)).ShouldBeProblem(503, "storage_unavailable");

        await azurite.StartAgainAsync(Cancel);

        (await api.SettleAsync(form)).Status.ShouldBe(202);
        (await api.EndedAsync(form.Code)).SettlementStatus.ShouldBe("settled");
    }
}
