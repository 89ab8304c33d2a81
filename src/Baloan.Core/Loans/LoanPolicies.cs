using System.Globalization;
using System.Text.Json;

namespace Baloan.Core.Loans;

/// <summary>Chooses among Baloan's loan policies (partnership document, "loan policies").</summary>
public static class LoanPolicies
{
    // A policy's bounds are in million Toman, a loan's amount is in Toman.
    private const decimal Million = 1_000_000;

    /// <summary>Whether a policy fits everything that is asked for. What a policy does not say, it does not fit.</summary>
    /// <param name="policy">The policy, as Baloan gave it.</param>
    /// <param name="amount">Toman; null for any.</param>
    /// <param name="loanDue">Months; null for any.</param>
    /// <param name="store">The store's id; null for any.</param>
    public static bool Fits(JsonElement policy, long? amount, long? loanDue, long? store) =>
        (amount is not { } toman || IsWithin(Field(policy, "amount"), toman / Million))
        && (loanDue is not { } due || Items(policy, "possible_loan_dues").Any(item => NumberOf(item) == due))
        && (store is not { } id || Items(policy, "stores").Any(item => NumberOf(Field(item, "id")) == id));

    /// <summary>Every store of the policies, as Baloan gave it, each once.</summary>
    public static IEnumerable<JsonElement> StoresOf(JsonElement policies) =>
        policies
            .EnumerateArray()
            .SelectMany(policy => Items(policy, "stores"))
            .Where(store => NumberOf(Field(store, "id")) is not null)
            .DistinctBy(store => NumberOf(Field(store, "id")));

    private static bool IsWithin(JsonElement range, decimal millions)
    {
        if (range.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        var bounds =
            Field(range, "bounds") is { ValueKind: JsonValueKind.String } text && text.ToString() is { Length: 2 } given ? given : "[)";
        return (IsOpen(range, "lower", out var lower) || (bounds[0] == '(' ? millions > lower : millions >= lower))
            && (IsOpen(range, "upper", out var upper) || (bounds[1] == ']' ? millions <= upper : millions < upper));
    }

    /// <summary>Whether a range has no bound on a side, which ranges say with null.</summary>
    private static bool IsOpen(JsonElement range, string side, out decimal? bound)
    {
        var field = Field(range, side);
        bound = NumberOf(field);
        return field.ValueKind == JsonValueKind.Null;
    }

    private static JsonElement Field(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var field) ? field : default;

    private static IEnumerable<JsonElement> Items(JsonElement element, string name) =>
        Field(element, name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

    private static decimal? NumberOf(JsonElement element) =>
        element.ValueKind is JsonValueKind.Number or JsonValueKind.String
        && decimal.TryParse(element.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
