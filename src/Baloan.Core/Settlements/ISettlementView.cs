using System.Text.Json.Nodes;

namespace Baloan.Core.Settlements;

/// <summary>Shows a settlement to subscribers. Whoever serves it over HTTP does that too, so that both see the same.</summary>
public interface ISettlementView
{
    /// <summary>The settlement as JSON, its sentences in English.</summary>
    JsonObject Of(Settlement settlement);
}
