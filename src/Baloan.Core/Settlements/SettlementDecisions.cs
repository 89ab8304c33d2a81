using Baloan.Core.Storage;

namespace Baloan.Core.Settlements;

/// <summary>What people decide about a settlement.</summary>
public sealed class SettlementDecisions(
    SettlementStore store,
    SettlementCompletion completion,
    SettlementRecorder recorder,
    SettlementOptions options,
    StorageClock clock
)
{
    /// <summary>Whether a person may decide now what became of it.</summary>
    public bool MayBeResolved(Settlement settlement) => SettlementRules.MayBeResolved(settlement, clock.GetUtcNow(), options);

    /// <summary>Whether nothing of a settlement has been sent, so that it can be withdrawn.</summary>
    public static bool MayBeWithdrawn(Settlement settlement) => SettlementRules.CanBeWithdrawn(settlement);

    /// <summary>Carries out what a person has decided about a settlement that could not be found out.</summary>
    /// <param name="settlement">The row, which <see cref="MayBeResolved"/>.</param>
    /// <param name="settled">Whether the money was moved.</param>
    /// <param name="note">Why.</param>
    /// <param name="by">Who decides; null where they did not say.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The row; null where somebody else has changed it meanwhile.</returns>
    public async Task<Settlement?> ResolveAsync(
        Settlement settlement,
        bool settled,
        string note,
        string? by,
        CancellationToken cancellationToken
    )
    {
        var open = settlement;
        if (settlement.HasEnded)
        {
            await completion.FinishAsync(settlement, null, cancellationToken);
            open = await store.ListAgainAsync(settlement, settlement, cancellationToken);
        }

        return await recorder.RecordAsync(SettlementRules.Resolve(open, settled, note, by, clock.GetUtcNow()), cancellationToken);
    }

    /// <summary>Withdraws a settlement of which nothing has been sent.</summary>
    /// <returns>The row; null where it is too late, or somebody else has changed it meanwhile.</returns>
    public async Task<Settlement?> WithdrawAsync(Settlement settlement, CancellationToken cancellationToken) =>
        MayBeWithdrawn(settlement)
            ? await recorder.RecordAsync(
                SettlementRules.EndUnsettled(
                    settlement,
                    SettlementStatus.Failed,
                    SettlementErrors.Withdrawn,
                    null,
                    clock.GetUtcNow(),
                    options
                ),
                cancellationToken
            )
            : null;
}
