using Baloan.Core.Events;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Core.Loans;

/// <summary>Puts the loans together.</summary>
public static class LoanServices
{
    /// <summary>Adds all that records loans and their callbacks.</summary>
    public static IServiceCollection AddLoans(this IServiceCollection services) =>
        services
            .AddSingleton<LoanStore>()
            .AddSingleton<IChangeRecord>(provider => provider.GetRequiredService<LoanStore>())
            .AddSingleton<LoanOpeningStore>()
            .AddSingleton<LoanOpeningSweep>()
            .AddSingleton<LoanEraser>()
            .AddSingleton<LoanOpener>()
            .AddSingleton<LoanRecorder>();
}
