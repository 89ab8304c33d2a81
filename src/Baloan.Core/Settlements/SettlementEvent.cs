using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Baloan.Core.Events;

namespace Baloan.Core.Settlements;

/// <summary>The end of a settlement as subscribers are told of it.</summary>
public static class SettlementEvent
{
    /// <summary>
    /// The event of a row that has ended. Its id follows from the row, so that announcing the same end again is the same event.
    /// </summary>
    public static SubscriberEvent Of(Settlement ended, JsonObject view)
    {
        ArgumentNullException.ThrowIfNull(ended);
        // A code has no line break.
        var name = string.Create(CultureInfo.InvariantCulture, $"{ended.Code}\n{ended.Attempts}\n{ended.Status.Name()}");
        return new SubscriberEvent(
            new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16)).ToString(),
            SubscriberEvent.Settlement,
            ended.Status.Name(),
            ended.UpdatedAt,
            view
        );
    }
}
