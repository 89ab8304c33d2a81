using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Loans;

/// <summary>Puts the loans together.</summary>
internal static class LoanServices
{
    /// <summary>Adds all that records loans and their callbacks.</summary>
    public static IServiceCollection AddLoans(this IServiceCollection services) => services
        .AddSingleton<LoanStore>()
        .AddSingleton<LoanOpeningStore>()
        .AddSingleton<LoanOpener>()
        .AddSingleton<LoanRecorder>();
}
