using System.Text.Json;
using System.Text.RegularExpressions;
using Baloan.Core.Settlements;

namespace Baloan.Functions.Http.Requests;

/// <summary>Reads the total of a bill: whole Toman. Shops that count in Rial are told, before ten times the money is moved.</summary>
internal static partial class BillReader
{
    private const string BillPath = "data.bill";
    private const string TotalPath = "data.bill.total";

    private static readonly string[] Toman = ["IRT", "TOMAN", "TOMANS", "TMN", "تومان", "تومن"];
    private static readonly string[] Rial = ["IRR", "RIAL", "RIALS", "ریال", "﷼"];

    /// <summary>Reads the total of <c>data</c>, in Toman; faults are added where there is none that can be believed.</summary>
    public static long Read(JsonElement data, TotalLimit limit, FieldErrors errors)
    {
        if (!data.TryGetProperty("bill", out var bill) || bill.ValueKind == JsonValueKind.Null)
        {
            errors.Add(BillPath, Texts.Required);
            return 0;
        }

        if (bill.ValueKind != JsonValueKind.Object)
        {
            errors.Add(BillPath, Texts.Bill);
            return 0;
        }

        if (!bill.TryGetProperty("total", out var element) || element.ValueKind == JsonValueKind.Null)
        {
            errors.Add(TotalPath, Texts.Required);
            return 0;
        }

        var isRead = TryRead(element, out var total, out var unit);
        if (!isRead)
        {
            errors.Add(TotalPath, Texts.Total, WholeNumber.LargestAmount);
        }

        if (
            Check(unit, TotalPath)
                & Check(JsonBody.Text(bill, "currency", errors, $"{BillPath}.currency"), $"{BillPath}.currency")
                & Check(JsonBody.Text(data, "currency", errors, "data.currency"), "data.currency")
            && total > limit.Toman
        )
        {
            errors.Add(TotalPath, Texts.IsItRial, total, InToman(total), limit.Toman);
        }

        return total;

        bool Check(string? currency, string path)
        {
            var name = SettlementCodes.Normalize(Digits.Typed(currency ?? "")).ToUpperInvariant();
            if (name.Length == 0 || Toman.Contains(name))
            {
                return true;
            }

            if (Rial.Contains(name) && isRead)
            {
                errors.Add(path, Texts.TotalInRial, total, InToman(total));
            }
            else
            {
                errors.Add(path, Texts.Currency);
            }

            return false;
        }
    }

    /// <summary>Reads a total, and the currency beside it where it is a text that names one.</summary>
    private static bool TryRead(JsonElement element, out long total, out string? unit)
    {
        unit = null;
        if (
            element.ValueKind == JsonValueKind.String
            && WithUnit().Match(Digits.Typed(WholeNumber.TextOf(element))) is { Success: true } both
        )
        {
            unit = both.Groups["unit"].Value;
            return WholeNumber.TryReadTyped(both.Groups["number"].Value, WholeNumber.LargestAmount, out total);
        }

        return WholeNumber.TryRead(element, WholeNumber.LargestAmount, out total);
    }

    private static object InToman(long rial) => rial % 10 == 0 ? rial / 10 : rial / 10m;

    [GeneratedRegex(
        @"^(?:(?<unit>[\p{L}\p{Sc}]+)\s*(?<number>[0-9.٫]+)|(?<number>[0-9.٫]+)\s*(?<unit>[\p{L}\p{Sc}]+))$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex WithUnit();
}
