using System.Text.Json;
using System.Text.Json.Serialization;
using Baloan.Client;

namespace Baloan.Core.Settlements;

/// <summary>How settlements are written in rows and messages.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(SettleAnswer))]
[JsonSerializable(typeof(IReadOnlyList<Sending>))]
internal sealed partial class SettlementJson : JsonSerializerContext;
