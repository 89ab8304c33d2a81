using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Baloan.Client;

/// <summary>What the library reports about itself.</summary>
public static class BaloanTelemetry
{
    /// <summary>The name of the <see cref="ActivitySource"/> and of the <see cref="Meter"/>.</summary>
    public const string Name = "Baloan.Client";

    internal static readonly ActivitySource Source = new(Name);

    private static readonly Meter Meter = new(Name);

    /// <summary>One for each call, its retries included, by <c>operation</c> and <c>result</c>.</summary>
    internal static readonly Counter<long> Calls = Meter.CreateCounter<long>(
        "baloan.client.calls",
        "{call}",
        "Calls to Baloan by operation and result."
    );
}
