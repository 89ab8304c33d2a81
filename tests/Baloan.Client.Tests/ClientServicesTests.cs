using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Client.Tests;

/// <summary>What an ASP.NET app registers, and the tokens that it then has in memory.</summary>
public sealed class ClientServicesTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 1, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void There_is_a_client_for_each_contract_that_is_given()
    {
        var services = new ServiceCollection().AddBaloanClient(options => options.Merchant = new("store", "password"));

        services.Select(service => service.ServiceType).ShouldBe([typeof(MerchantClient)]);
        Should.Throw<ArgumentException>(() => new ServiceCollection().AddBaloanClient(_ => { })).Message.ShouldContain("credentials");
        Should.Throw<ArgumentException>(() =>
            new ServiceCollection().AddBaloanClient(options =>
            {
                options.Partnership = new("partner", "password");
                options.Baloan = new() { BaseAddress = new Uri("ftp://baloan.example") };
            })
        );
        new BaloanCredentials("store", "a secret").ToString().ShouldNotContain("a secret");
    }

    [Fact]
    public async Task However_many_calls_need_a_token_one_is_fetched_and_another_before_it_runs_out_or_when_it_is_refused()
    {
        var time = new StoppedTime();
        var fetched = 0;
        var tokens = new CredentialTokens(
            async _ =>
            {
                await Task.Yield();
                return new AccessToken($"token-{Interlocked.Increment(ref fetched)}", null, time.Now.AddHours(24));
            },
            time
        );

        var all = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => tokens.GetAsync(Cancel).AsTask()));
        all.ShouldAllBe(token => token == "token-1");
        time.Now = Start.AddHours(23.9);
        (await tokens.GetAsync(Cancel)).ShouldBe("token-1");
        time.Now = Start.AddHours(24);
        (await tokens.GetAsync(Cancel)).ShouldBe("token-2");
        (await tokens.ReplaceAsync("token-1", Cancel)).ShouldBe("token-2", "a newer one is at hand already");
        (await tokens.ReplaceAsync("token-2", Cancel)).ShouldBe("token-3");
    }

    [Fact]
    public async Task A_new_token_that_a_wrong_clock_makes_look_old_is_used()
    {
        var time = new StoppedTime();
        var fetched = 0;
        var tokens = new CredentialTokens(_ => Task.FromResult(new AccessToken($"token-{++fetched}", null, Start.AddDays(-1))), time);

        (await tokens.GetAsync(Cancel)).ShouldBe("token-1");
        (await tokens.GetAsync(Cancel)).ShouldBe("token-1");
    }

    private sealed class StoppedTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = Start;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
