namespace Baloan.Benchmarks.Rivals;

/// <summary>Speaks to Baloan: passes on what comes, whatever it is.</summary>
public sealed class BaloanClient(HttpClient http)
{
    /// <summary>Asks for a customer's credit.</summary>
    public Task<HttpResponseMessage> CheckCreditAsync(HttpContent body, CancellationToken cancellationToken) =>
        http.PostAsync("api/v2/merchant/check-credit/", body, cancellationToken);
}
