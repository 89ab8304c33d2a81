using System.Text.Json;
using System.Text.Json.Nodes;
using Baloan.Client;
using Baloan.Core.Settlements;

namespace Baloan.Functions.Http.Responses;

/// <summary>Shows subscribers what <c>GET /api/settlements/{code}</c> shows.</summary>
internal sealed class SettlementView : ISettlementView
{
    /// <inheritdoc/>
    public JsonObject Of(Settlement settlement) =>
        JsonSerializer
            .SerializeToNode(SettlementResponse.Of(settlement, Language.English), ApiJson.Responses.SettlementResponse)!
            .AsObject();
}
