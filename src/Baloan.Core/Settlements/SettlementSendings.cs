using System.Text.Json;
using Baloan.Client;

namespace Baloan.Core.Settlements;

/// <summary>Every try to send a settlement, as its row keeps them.</summary>
public static class SettlementSendings
{
    // A row has room for some hundreds; the first tell more than the last.
    private const int Most = 60;

    /// <summary>Reads a row's column; nothing where it cannot be read.</summary>
    public static IReadOnlyList<Sending> Of(Settlement row)
    {
        try
        {
            return row.Sendings is { Length: > 0 } json
                ? JsonSerializer.Deserialize(json, SettlementJson.Default.IReadOnlyListSending) ?? []
                : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    /// <summary>The row with some more tries, which are told once however often they are added.</summary>
    public static Settlement With(this Settlement row, IReadOnlyList<Sending> more) =>
        more.Count == 0
            ? row
            : row with
            {
                Sendings = JsonSerializer.Serialize<IReadOnlyList<Sending>>(
                    [.. Of(row).Union(more).Take(Most)],
                    SettlementJson.Default.IReadOnlyListSending
                ),
            };

    /// <summary>
    /// Whether anything of the present attempt may have got to Baloan, or to what stands in front of it: all but a connection that was
    /// not made.
    /// </summary>
    public static bool Reached(Settlement row) =>
        Of(row).Any(sending => !sending.Answer.StartsWith("not_connected", StringComparison.Ordinal));
}
