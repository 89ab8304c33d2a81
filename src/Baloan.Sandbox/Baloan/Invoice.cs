using System.Text.Json;

namespace Baloan.Sandbox;

/// <summary>The <c>data</c> of a settle call: a JSON text in which every field is mandatory.</summary>
internal sealed record Invoice(string Code, long Total)
{
    public static (Invoice? Invoice, Answer? Refused) Read(BaloanCall call)
    {
        if (call.File!.Extension != "pdf")
        {
            return (null, Answer.FieldError("file", "The file must be a PDF."));
        }

        try
        {
            using var data = JsonDocument.Parse(call.Fields["data"]);
            if (
                data.RootElement.GetProperty("code").GetString() is { Length: > 0 } code
                && data.RootElement.GetProperty("bill").GetProperty("total").TryGetInt64(out var total)
                && total > 0
            )
            {
                return (new(code, total), null);
            }
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // Answered below: it is all the same to Baloan what is wrong with it.
        }

        return (null, Answer.FieldError("data", "Value must be valid JSON with code and bill.total."));
    }
}
