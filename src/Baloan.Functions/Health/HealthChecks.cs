using Azure.Data.Tables;
using Baloan.Core.Storage;
using Baloan.Core.Tokens;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Health;

/// <summary>Looks at what the app needs. Anybody may ask, so that an answer is kept for a while.</summary>
public sealed class HealthChecks(
    StorageClients storage,
    StorageSetup setup,
    Vault vault,
    [FromKeyedServices("merchant")] AccessTokens merchant,
    [FromKeyedServices("partnership")] AccessTokens partnership,
    TimeProvider time)
{
    private const string Ok = "ok";
    private const string Failed = "failed";
    private const string NotConfigured = "not_configured";

    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private Task<HealthAnswer>? latest;
    private long began;

    /// <summary>The answer, at most five seconds old.</summary>
    public Task<HealthAnswer> RunAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (latest is null || (latest.IsCompleted && time.GetElapsedTime(began) > KeptFor))
            {
                began = time.GetTimestamp();
                latest = CheckAsync();
            }

            return latest.WaitAsync(cancellationToken);
        }
    }

    private async Task<HealthAnswer> CheckAsync()
    {
        using var limit = new CancellationTokenSource(Patience, time);
        var parts = await Task.WhenAll(
            TryAsync(() => CheckStorageAsync(limit.Token)),
            TryAsync(() => vault.ReadAsync(Gateway.Merchant.UsernameSecret, null, limit.Token)),
            TryAsync(() => merchant.GetAsync(limit.Token).AsTask()),
            TryAsync(() => partnership.GetAsync(limit.Token).AsTask()));
        var (merchantToken, partnershipToken) = (parts[2], parts[3]);
        var healthy = parts[0] == Ok && parts[1] == Ok
            && merchantToken != Failed && partnershipToken != Failed
            && (merchantToken == Ok || partnershipToken == Ok);
        return new HealthAnswer(
            healthy ? HealthAnswer.Healthy : HealthAnswer.Unhealthy, new(parts[0], parts[1], merchantToken, partnershipToken));
    }

    private async Task CheckStorageAsync(CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        var table = storage.Tables.GetTableClient(StorageSetup.SettlementsTable);
        await table.GetEntityIfExistsAsync<TableEntity>("!health", "none", cancellationToken: cancellationToken);
    }

    private static async Task<string> TryAsync(Func<Task> check)
    {
        try
        {
            await check();
            return Ok;
        }
        catch (NotConfiguredException)
        {
            return NotConfigured;
        }
        catch (Exception)
        {
            // The caller learns that it does not work; why stands in the log of whoever failed at it.
            return Failed;
        }
    }
}
