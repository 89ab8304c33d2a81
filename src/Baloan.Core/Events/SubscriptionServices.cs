using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Core.Events;

/// <summary>Puts the subscriptions together.</summary>
public static class SubscriptionServices
{
    /// <summary>Adds all that takes subscriptions and delivers their events.</summary>
    /// <exception cref="InvalidOperationException">A setting cannot be used; the message says which and what it has to be.</exception>
    public static IServiceCollection AddSubscriptions(this IServiceCollection services, IConfiguration configuration) =>
        services
            .AddSingleton(SubscriptionOptions.From(configuration))
            .AddSingleton<SubscriptionStore>()
            .AddSingleton<EventQueue>()
            .AddSingleton<EventBacklog>()
            .AddSingleton<EventPublisher>()
            .AddSingleton<WebhookUrlPolicy>()
            .AddSingleton<WebhookPlaces>()
            .AddSingleton<WebhookSigner>()
            .AddSingleton<WebhookClient>()
            .AddSingleton<EventDelivery>();
}
