namespace Baloan.Functions.Tests.Bench;

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
