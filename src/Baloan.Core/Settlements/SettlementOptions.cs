using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Baloan.Core.Settlements;

/// <summary>How long a settlement is waited for.</summary>
/// <param name="VerifyAfter">
/// <c>Settlements__VerifyAfter</c>: how long after the sending an unchanged credit proves that nothing was moved. One second to one day.
/// </param>
public sealed record SettlementOptions(TimeSpan VerifyAfter)
{
    /// <summary>What writing the row before the sending may take, and the waiting for a sender after its time limit.</summary>
    public static readonly TimeSpan SendingMargin = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan ShortestSending = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestSending = TimeSpan.FromSeconds(100);

    /// <summary>
    /// The longest that sending one settlement may take: well within <see cref="VerifyAfter"/>, so that nothing is on its way any
    /// more when an unchanged credit is taken as proof.
    /// </summary>
    public TimeSpan SendingLimit { get; } = Clamp(VerifyAfter / 3, ShortestSending, LongestSending);

    /// <summary>
    /// How long a credit that is higher than what Baloan's own last answer said is taken for one that is not up to date. After that, it
    /// is taken for what it says: credit comes back when a customer pays, or a purchase is undone.
    /// </summary>
    public TimeSpan StaleCreditLimit { get; } = VerifyAfter * 2;

    /// <summary>How long a row may stand still after its time before the sweep takes it up.</summary>
    public TimeSpan StandstillLimit { get; } = Clamp(VerifyAfter, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1));

    /// <summary>Reads the setting.</summary>
    /// <exception cref="InvalidOperationException">It is no time span of one second to one day.</exception>
    public static SettlementOptions From(IConfiguration configuration)
    {
        var text = configuration["Settlements:VerifyAfter"];
        if (string.IsNullOrEmpty(text))
        {
            return new(TimeSpan.FromMinutes(5));
        }

        return
            TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var verifyAfter)
            && verifyAfter >= TimeSpan.FromSeconds(1)
            && verifyAfter <= TimeSpan.FromDays(1)
            ? new(verifyAfter)
            : throw new InvalidOperationException(
                "Settlements__VerifyAfter has to be a time such as 00:05:00, from one second to one day."
            );
    }

    private static TimeSpan Clamp(TimeSpan value, TimeSpan least, TimeSpan most) =>
        value < least ? least
        : value > most ? most
        : value;
}
