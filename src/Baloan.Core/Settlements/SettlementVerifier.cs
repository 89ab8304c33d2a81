using Baloan.Client;
using Baloan.Core.Storage;
using Baloan.Core.Tokens;

namespace Baloan.Core.Settlements;

/// <summary>Finds out what became of a settlement by the customer's credit, as <see cref="SettlementRules"/> decide.</summary>
public sealed class SettlementVerifier(SettlementRecorder recorder, MerchantClient baloan, SettlementOptions options, StorageClock clock)
{
    /// <summary>Looks at the credit once.</summary>
    public async Task LookAsync(Settlement verifying, CancellationToken cancellationToken)
    {
        var asked = clock.GetUtcNow();
        long? credit = null;
        try
        {
            credit = (await baloan.CheckCreditAsync(verifying.NationalIdentifier!, verifying.Language, cancellationToken)).Amount;
        }
        catch (Exception failure) when (failure is BaloanException or KeyVaultUnavailableException or NotConfiguredException)
        {
            // It cannot be read just now, which the rules are told.
        }

        await recorder.RecordAsync(SettlementRules.Look(verifying, credit, asked, options), cancellationToken);
    }
}
