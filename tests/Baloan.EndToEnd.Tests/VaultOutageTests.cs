namespace Baloan.EndToEnd.Tests;

/// <summary>Key Vault does not answer.</summary>
[Collection(SharedProcesses.Name)]
public sealed class VaultOutageTests(OnDemand<SandboxFixture> fixture) : LongTests<SandboxFixture>(fixture)
{
    public override ValueTask DisposeAsync()
    {
        Fixture.Vault.Available = true;
        return base.DisposeAsync();
    }

    [Fact(Explicit = true)]
    public async Task It_costs_nothing_while_the_access_token_lives_and_what_needs_it_waits()
    {
        await using var app = await Fixture.StartAppAsync();
        (await app.EndOfAsync(await app.AcceptAsync(Order.New()))).Text("status").ShouldBe("settled");

        Fixture.Vault.Available = false;
        var asked = Fixture.Vault.RequestCount;
        var order = Order.New();
        (await app.CheckCreditAsync(order.Customer)).ShouldBe(200);
        await app.AcceptAsync(order);
        (await app.EndOfAsync(order)).Text("status").ShouldBe("settled");
        Fixture.Vault.RequestCount.ShouldBe(asked);

        // A fresh token is needed, and cannot be had.
        var waiting = Order.New();
        await app.SendOtpAsync(waiting.Customer);
        Fixture.Baloan.RevokeTokens();
        var refused = await app.CheckCreditAsync(order.Customer);
        refused.ShouldBeProblem(503, "key_vault_unavailable");
        refused.Headers.RetryAfter.ShouldNotBeNull();
        (await app.PostSettlementAsync(waiting)).ShouldBe(202);
        await Until.TrueAsync(
            "it was put off",
            async () =>
                (await app.GetSettlementAsync(waiting)).ShouldBe(202) is var row
                && row.Text("status") == "queued"
                && row.Text("created_at") != row.Text("updated_at")
        );

        Fixture.Vault.Available = true;
        (await app.CheckCreditAsync(order.Customer)).ShouldBe(200);
        (await app.EndOfAsync(waiting)).Text("status").ShouldBe("settled");
        Fixture.Books.ShouldHaveMovedOnce(order);
        Fixture.Books.ShouldHaveMovedOnce(waiting);
    }

    [Fact(Explicit = true)]
    public async Task An_app_that_starts_without_it_says_so_and_works_once_it_is_there()
    {
        Fixture.Vault.Available = false;
        await using var app = await Fixture.StartAppAsync();
        var order = Order.New();

        var health = await app.GetAsync("api/health");
        health.ShouldBe(503).Text("status").ShouldBe("unhealthy");
        health.Json!["checks"]!["key_vault"]!.GetValue<string>().ShouldBe("failed");
        health.Json!["checks"]!["storage"]!.GetValue<string>().ShouldBe("ok");
        (await app.CheckCreditAsync(order.Customer)).ShouldBeProblem(503, "key_vault_unavailable");
        (await app.PostSettlementAsync(order)).ShouldBeProblem(503, "key_vault_unavailable");
        (await app.PostAsync("api/tokens/refresh", [])).ShouldBeProblem(503, "key_vault_unavailable");

        Fixture.Vault.Available = true;
        (await app.CheckCreditAsync(order.Customer)).ShouldBe(200);
        (await app.EndOfAsync(await app.AcceptAsync(order))).Text("status").ShouldBe("settled");
        Fixture.Books.ShouldHaveMovedOnce(order);
        await Until.TrueAsync("health is well", async () => (await app.GetAsync("api/health")).Status == 200);
    }
}
