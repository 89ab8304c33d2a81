using System.Globalization;
using System.Text.Json;
using Azure.Core;

namespace Azure.Data.Tables;

/// <summary>Reads what the service says is wrong: <c>{"odata.error":{"code":"…","message":{"lang":"…","value":"…"}}}</c>.</summary>
internal sealed class ServiceErrorParser : RequestFailedDetailsParser
{
    public override bool TryParse(Response response, out ResponseError? error, out IDictionary<string, string>? data)
    {
        (error, data) = (null, null);
        try
        {
            if (response.ContentStream is not null && response.Content.ToMemory() is { Length: > 0 } json)
            {
                using var document = JsonDocument.Parse(json);
                if (document.RootElement.TryGetProperty("odata.error", out var odata))
                {
                    var message = odata.TryGetProperty("message", out var text) ? text.GetProperty("value").GetString() : null;
                    error = new ResponseError(odata.GetProperty("code").GetString(), message);
                    data = FailedAction(message);
                    return true;
                }
            }
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            // A proxy's page, or nothing that the service would write: the header may still help.
        }

        if (response.Headers.TryGetValue("x-ms-error-code", out var code))
        {
            error = new ResponseError(code, null);
            return true;
        }

        return false;
    }

    // A refused transaction names the action before the message: "2:The specified entity already exists."
    private static Dictionary<string, string>? FailedAction(string? message) =>
        message?.Split(':', 2) is [var index, _] && int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? new() { [TableTransactionFailedException.FailedEntityIndex] = index }
            : null;
}
