using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Microsoft.Azure.Functions.Worker.Timers;

/// <summary>How the instances of an app agree on which of them fires a timer.</summary>
/// <param name="Lease">How long a dead instance keeps a timer from the others; storage allows 15 to 60 seconds.</param>
/// <param name="Retry">How often an instance without the timer asks for it.</param>
internal sealed record TimerSettings(TimeSpan Lease, TimeSpan Retry)
{
    public static TimerSettings From(IConfiguration configuration) => new(
        TimeSpan.FromSeconds(15),
        configuration["Standalone:TimerRetry"] is { } text ? TimeSpan.Parse(text, CultureInfo.InvariantCulture) : TimeSpan.FromSeconds(5));
}
