using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Baloan.Functions.Http.Requests;

/// <summary>The largest total of one settlement that is believed: a larger one was most likely meant as Rial.</summary>
/// <param name="Toman"><c>Settlements__LargestTotal</c>: 1 to 999,999,999,999 Toman; 1,000,000,000 where it is not set.</param>
public sealed record TotalLimit(long Toman)
{
    /// <summary>Reads the setting.</summary>
    /// <exception cref="InvalidOperationException">It is no whole number of Toman in that range.</exception>
    public static TotalLimit From(IConfiguration configuration)
    {
        var text = configuration["Settlements:LargestTotal"];
        return string.IsNullOrEmpty(text) ? new(1_000_000_000)
            : WholeNumber.TryReadTyped(text, WholeNumber.LargestAmount, out var toman) ? new(toman)
            : throw new InvalidOperationException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Settlements__LargestTotal has to be a whole number of Toman from 1 to {WholeNumber.LargestAmount}."
                )
            );
    }
}
