using System.Globalization;
using System.Threading.RateLimiting;

namespace LocalFunctionsHost.Http;

/// <summary>
/// Sheds what is more than the app takes, by the <c>http</c> section of <c>host.json</c>, with Microsoft's names: no more than
/// <c>maxConcurrentRequests</c> run at once, and of <c>maxOutstandingRequests</c> the others wait. What comes beyond is 429. Each is
/// unlimited where it is -1 or missing, as on a dedicated plan.
/// </summary>
/// <remarks>As on Microsoft's host, the answer is empty, requests to <c>/admin</c> are not counted, and keys are looked at later.</remarks>
internal static class HttpThrottle
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    public static void Configure(IServiceCollection services, IConfiguration settings)
    {
        var http = settings.GetSection($"{HostSettings.Section}:extensions:http");
        var outstanding = Limit(http, "maxOutstandingRequests");
        var concurrent = Math.Min(Limit(http, "maxConcurrentRequests"), outstanding);
        services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.OnRejected = (rejected, _) =>
            {
                rejected.HttpContext.Response.Headers.RetryAfter = RetryAfter.TotalSeconds.ToString(CultureInfo.InvariantCulture);
                return ValueTask.CompletedTask;
            };
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, bool>(context =>
                IsAdmin(context) || concurrent == int.MaxValue
                    ? RateLimitPartition.GetNoLimiter(false)
                    : RateLimitPartition.GetConcurrencyLimiter(
                        true,
                        _ => new ConcurrencyLimiterOptions
                        {
                            PermitLimit = concurrent,
                            QueueLimit = outstanding - concurrent,
                            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
                        }
                    )
            );
        });
    }

    private static bool IsAdmin(HttpContext context) =>
        context.Request.Path.StartsWithSegments("/admin", StringComparison.OrdinalIgnoreCase);

    private static int Limit(IConfiguration http, string name) => http.GetValue(name, -1) is > 0 and var limit ? limit : int.MaxValue;
}
