using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Core.Reconciliation;

/// <summary>Puts together what compares books.</summary>
public static class ReconciliationServices
{
    /// <summary>Adds what compares Baloan's statement with our books.</summary>
    public static IServiceCollection AddReconciliation(this IServiceCollection services) => services.AddSingleton<Reconciler>();
}
