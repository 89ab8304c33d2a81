using Baloan.Core.Settlements;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Tests.Fixtures;

/// <summary>What a test does with one of several instances of the app.</summary>
internal static class Instance
{
    public static Task ProcessAsync(IServiceProvider instance, string code) =>
        instance.GetRequiredService<SettlementProcessor>().ProcessAsync(code, TestContext.Current.CancellationToken);
}
