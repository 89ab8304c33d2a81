using Baloan.Core.Tokens;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Sandbox;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Tests.RealClients;

/// <summary>An app whose clock is wrong.</summary>
public sealed class ClockTests(StorageAccounts storage)
{
    [Fact]
    public async Task A_clock_ahead_of_a_new_tokens_end_makes_no_login_for_each_call()
    {
        await using var fixture = await ServiceFixture.StartAsync(storage);
        var ahead = new ManualTime();
        ahead.AdvanceTo(fixture.Time.GetUtcNow().AddDays(30));
        var tokens = fixture.NewInstance(clock: ahead).GetRequiredKeyedService<AccessTokens>("merchant");

        for (var call = 0; call < 5; call++)
        {
            await tokens.GetAsync(TestContext.Current.CancellationToken);
        }

        fixture.Baloan.Books.Calls(Operation.Token).ShouldBe(1);
    }
}
