using System.Text.Json;
using System.Text.Json.Serialization;

namespace Baloan.Core.Storage;

/// <summary>A message of the queue <c>invoices</c>: it says which row to look at, and nothing that the row does not say better.</summary>
/// <param name="Kind"><see cref="Settlement"/> or <see cref="Upload"/>.</param>
/// <param name="Id">The settlement's code or the upload's id.</param>
/// <param name="TraceParent">The W3C trace context of what put it there.</param>
/// <param name="Answer">What Baloan said, where the row could not be written; null for all others.</param>
public sealed record WorkMessage(
    string Kind,
    string Id,
    string? TraceParent,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? Answer = null
)
{
    /// <summary>A settlement is to be carried on.</summary>
    public const string Settlement = "settlement";

    /// <summary>An upload is to be carried on.</summary>
    public const string Upload = "upload";

    /// <summary>The message as text.</summary>
    public string ToText() => JsonSerializer.Serialize(this, WorkMessageJson.Default.WorkMessage);

    /// <summary>Reads a message.</summary>
    /// <exception cref="JsonException">It is none of this app.</exception>
    public static WorkMessage Parse(string text) =>
        JsonSerializer.Deserialize(text, WorkMessageJson.Default.WorkMessage) is { Kind: Settlement or Upload, Id.Length: > 0 } message
            ? message
            : throw new JsonException("The message names no settlement or upload.");
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(WorkMessage))]
internal sealed partial class WorkMessageJson : JsonSerializerContext;
