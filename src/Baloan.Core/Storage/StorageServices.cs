using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Core.Storage;

/// <summary>Puts storage together.</summary>
public static class StorageServices
{
    /// <summary>Adds the storage account, what has to be there in it, its files and its queue of work. Nothing is connected yet.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services) =>
        services
            .AddSingleton<StorageClock>()
            .AddSingleton<StorageClients>()
            .AddSingleton<StorageSetup>()
            .AddHostedService(provider => provider.GetRequiredService<StorageSetup>())
            .AddSingleton<WorkQueue>()
            .AddSingleton<FileStore>();
}
