using System.Reflection;
using Microsoft.Azure.Functions.Worker.Builder;

namespace LocalFunctionsHost;

/// <summary>Which app runs in this process, and what is different there.</summary>
/// <param name="App">Its assembly; its <c>host.json</c> lies beside it.</param>
/// <param name="Configure">Does what its Program does between <c>CreateBuilder</c> and <c>Build</c>, and then replaces services.</param>
public sealed record InProcessAppOptions(Assembly App, Action<FunctionsApplicationBuilder> Configure)
{
    /// <summary>
    /// Settings as environment variables have them, with <c>__</c> or <c>:</c>; they win over all others, for host and app.
    /// </summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    /// <summary>Where the log lines of both go; nowhere if it is not said.</summary>
    public Action<ILoggingBuilder> Logging { get; init; } = _ => { };

    /// <summary>Such as <c>Development</c>; null for what the environment says.</summary>
    public string? EnvironmentName { get; init; }
}
