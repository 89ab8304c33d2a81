using System.Text.Json;
using System.Text.Json.Nodes;
using Baloan.Client;
using Baloan.Core.Settlements;
using Baloan.Functions.Http;

namespace Baloan.Functions.Settlements;

/// <summary>Shows subscribers what <c>GET /api/settlements/{code}</c> shows.</summary>
internal sealed class SettlementView : ISettlementView
{
    /// <inheritdoc/>
    public JsonObject Of(Settlement settlement) =>
        JsonSerializer.SerializeToNode(SettlementAnswer.Of(settlement, Language.English), ApiJson.Answers.SettlementAnswer)!.AsObject();
}
