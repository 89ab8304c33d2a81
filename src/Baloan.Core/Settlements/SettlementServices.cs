using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Core.Settlements;

/// <summary>Puts the settlements together.</summary>
public static class SettlementServices
{
    /// <summary>Adds all that accepts, sends, finds out about and sweeps settlements.</summary>
    public static IServiceCollection AddSettlements(this IServiceCollection services, SettlementOptions options) =>
        services
            .AddSingleton(options)
            .AddSingleton<CustomerHold>()
            .AddSingleton<SettlementList>()
            .AddSingleton<SettlementStore>()
            .AddSingleton<SettlementFinder>()
            .AddSingleton<EndedSettlements>()
            .AddSingleton<SettlementRelisting>()
            .AddSingleton<SettlementMessages>()
            .AddSingleton<SettlementCompletion>()
            .AddSingleton<SettlementIntake>()
            .AddSingleton<SettlementRecorder>()
            .AddSingleton<SettlementVerifier>()
            .AddSingleton<SettlementSubmitter>()
            .AddSingleton<SettlementProcessor>()
            .AddSingleton<SettlementDecisions>()
            .AddSingleton<SettlementEraser>()
            .AddSingleton<SettlementSweep>();
}
