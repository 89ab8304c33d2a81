using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Core.Uploads;

/// <summary>Puts the uploads together.</summary>
public static class UploadServices
{
    /// <summary>Adds all that accepts, sends and sweeps uploads.</summary>
    public static IServiceCollection AddUploads(this IServiceCollection services, UploadOptions options) =>
        services
            .AddSingleton(options)
            .AddSingleton<UploadStore>()
            .AddSingleton<UploadIntake>()
            .AddSingleton<UploadProcessor>()
            .AddSingleton<UploadSweep>();
}
