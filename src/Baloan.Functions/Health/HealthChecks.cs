using System.Collections.Concurrent;
using Azure.Data.Tables;
using Baloan.Client;
using Baloan.Core.Storage;
using Baloan.Core.Tokens;
using Baloan.Functions.Functions;
using Baloan.Functions.Http;
using Baloan.Functions.Http.Responses;
using Microsoft.Extensions.DependencyInjection;

namespace Baloan.Functions.Health;

/// <summary>Looks at what the app needs. Anybody may ask, so that an answer is kept for a while.</summary>
public sealed class HealthChecks(
    StorageClients storage,
    StorageSetup setup,
    Vault vault,
    CustomerHasher hasher,
    [FromKeyedServices("merchant")] AccessTokens merchant,
    [FromKeyedServices("partnership")] AccessTokens partnership,
    TimeProvider time
)
{
    private const string Ok = "ok";
    private const string Failed = "failed";
    private const string NotConfigured = "not_configured";

    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private Task<Seen>? latest;
    private long began;

    /// <summary>The answer, at most five seconds old.</summary>
    public async Task<HealthResponse> RunAsync(Language language, CancellationToken cancellationToken)
    {
        Task<Seen> seen;
        lock (gate)
        {
            if (latest is null || (latest.IsCompleted && time.GetElapsedTime(began) > KeptFor))
            {
                began = time.GetTimestamp();
                latest = CheckAsync();
            }

            seen = latest;
        }

        var (answer, notes) = await seen.WaitAsync(cancellationToken);
        return notes.Count == 0
            ? answer
            : answer with
            {
                Notes = notes
                    .GroupBy(note => note.Check)
                    .ToDictionary(
                        of => of.Key,
                        of => string.Join(' ', of.Select(note => note.Text.In(language, note.Argument)).Distinct())
                    ),
            };
    }

    private async Task<Seen> CheckAsync()
    {
        using var limit = new CancellationTokenSource(Patience, time);
        var notes = new ConcurrentQueue<Note>();
        var parts = await Task.WhenAll(
            TryAsync("storage", () => CheckStorageAsync(limit.Token), notes),
            TryAsync("key_vault", () => vault.ReadAsync(Gateway.Merchant.UsernameSecret, null, limit.Token), notes),
            TryAsync("merchant_token", () => merchant.GetAsync(limit.Token).AsTask(), notes),
            TryAsync("partnership_token", () => partnership.GetAsync(limit.Token).AsTask(), notes)
        );
        var (storageState, keyVault, merchantToken, partnershipToken) = (parts[0], parts[1], parts[2], parts[3]);
        if (storageState == Ok && keyVault == Ok && merchantToken == Ok)
        {
            // Without it no settlement is accepted, whatever else works.
            keyVault = await TryAsync("key_vault", () => hasher.ReadyAsync(limit.Token), notes);
        }

        if (vault.ExpiredCredentials is { Count: > 0 } expired)
        {
            notes.Enqueue(new("key_vault", Texts.SecretExpired, string.Join(", ", expired)));
        }

        var healthy =
            storageState == Ok
            && keyVault == Ok
            && merchantToken != Failed
            && partnershipToken != Failed
            && (merchantToken == Ok || partnershipToken == Ok);
        return new(
            new(healthy ? HealthResponse.Healthy : HealthResponse.Unhealthy, new(storageState, keyVault, merchantToken, partnershipToken)),
            notes
        );
    }

    private async Task CheckStorageAsync(CancellationToken cancellationToken)
    {
        await setup.ReadyAsync(cancellationToken);
        var table = storage.Tables.GetTableClient(StorageSetup.SettlementsTable);
        await table.GetEntityIfExistsAsync<TableEntity>("!health", "none", cancellationToken: cancellationToken);
    }

    private static async Task<string> TryAsync(string name, Func<Task> check, ConcurrentQueue<Note> notes)
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
        catch (KeyVaultUnavailableException refusal)
        {
            notes.Enqueue(new(name, Problems.TextOf(refusal.Refusal), refusal.Secret));
            return Failed;
        }
        catch (BaloanException refusal) when (refusal.Failure == BaloanFailure.Unauthorized)
        {
            notes.Enqueue(new(name, Texts.BaloanUnauthorized, ""));
            return Failed;
        }
        catch (Exception)
        {
            // The caller learns that it does not work; why stands in the log of whoever failed at it.
            return Failed;
        }
    }

    private sealed record Note(string Check, Text Text, string Argument);

    private sealed record Seen(HealthResponse Answer, IReadOnlyCollection<Note> Notes);
}
