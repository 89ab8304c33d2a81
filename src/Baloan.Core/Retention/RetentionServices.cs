using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Core.Retention;

/// <summary>Puts together what erases.</summary>
public static class RetentionServices
{
    /// <summary>Adds the sweep that erases what is old, and what erases a customer.</summary>
    public static IServiceCollection AddRetention(this IServiceCollection services, RetentionOptions options) =>
        services.AddSingleton(options).AddSingleton<RetentionSweep>().AddSingleton<CustomerEraser>();
}
