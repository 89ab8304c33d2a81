using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Core.Counters;

/// <summary>Puts the counters together.</summary>
public static class CounterServices
{
    /// <summary>Adds the counters.</summary>
    public static IServiceCollection AddCounters(this IServiceCollection services) =>
        services.AddSingleton<CounterStore>().AddHostedService(provider => provider.GetRequiredService<CounterStore>());
}
