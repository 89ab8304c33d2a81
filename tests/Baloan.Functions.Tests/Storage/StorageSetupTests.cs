using Baloan.Core.Storage;
using Baloan.Functions.Tests.Fixtures;
using Baloan.Functions.Tests.Loans;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Tests.Storage;

public sealed class StorageSetupTests(StorageAccounts storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Else it would begin what nobody waits for, and fail whoever joins that when the tables are back.</summary>
    [Fact]
    public async Task Who_waits_for_the_queues_asks_nothing_of_the_tables()
    {
        await using var proxy = await StorageProxy.StartAsync(storage);
        await using var fixture = new LoanFixture(proxy.ConnectionString);
        var setup = fixture.Services.GetRequiredService<StorageSetup>();

        await setup.QueuesReadyAsync(Cancel);

        proxy.Calls.ShouldNotContain(call => call.StartsWith("table", StringComparison.Ordinal));
        await setup.ReadyAsync(Cancel);
        proxy.Calls.ShouldContain(call => call.StartsWith("table", StringComparison.Ordinal));
    }
}
