using Azure.Core;
using Azure.Core.Pipeline;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Tests.Fixtures;

/// <summary>Has the answers of storage bear the time of a test's clock.</summary>
internal sealed class ServiceDate(TimeProvider time) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        response.Headers.Date = time.GetUtcNow();
        return response;
    }
}

/// <summary>The clock of the storage service in tests.</summary>
internal static class ServiceDates
{
    /// <summary>Has the clock of the storage service move with the test's, whatever an instance's own says.</summary>
    public static IServiceCollection AddServiceDate(this IServiceCollection services, TimeProvider time) =>
        services.AddSingleton<Action<ClientOptions>>(options =>
        {
            options.Transport = new HttpClientTransport(
                new HttpClient(new ServiceDate(time) { InnerHandler = new SocketsHttpHandler { UseCookies = false } })
            );
            // The SDK's own waits are real ones.
            options.Retry.Delay = TimeSpan.FromMilliseconds(20);
        });
}
