using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Baloan.Core.Storage;

/// <summary>
/// JSON as the app answers, stores and sends it: snake_case, Persian readable, and escaped what HTML could take for markup.
/// </summary>
public static class ReadableJson
{
    /// <summary>The options of a serializer's context, which wants some of its own.</summary>
    public static JsonSerializerOptions NewOptions() =>
        new(JsonSerializerDefaults.Web)
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
            Converters = { new UtcConverter() },
        };
}
