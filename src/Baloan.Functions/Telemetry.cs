using System.Diagnostics;

namespace Baloan.Functions;

/// <summary>Where the app's traces come from.</summary>
public static class Telemetry
{
    /// <summary>The source of the app's own activities.</summary>
    public static readonly ActivitySource Activities = new("Baloan.Functions");
}
