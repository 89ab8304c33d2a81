using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Baloan.Client;
using Baloan.Core.Storage;

namespace Baloan.Core.Loans;

/// <summary>
/// How rows and messages of loans are written. Requests are compared by <see cref="Default"/>'s text, which has to stay as it is.
/// </summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(UtcConverter)]
)]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(LoanMessage))]
[JsonSerializable(typeof(LoanRequest))]
[JsonSerializable(typeof(Sending[]))]
internal sealed partial class LoanJson : JsonSerializerContext
{
    public static readonly LoanJson Readable = new(ReadableJson.NewOptions());
}
