using System.Text.Json;
using LocalFunctionsHost.Protocol;

namespace LocalFunctionsHost.Functions;

/// <summary>A function as the app describes it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Trigger">What starts it.</param>
internal sealed record Function(string Name, Trigger Trigger)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static Function From(RpcFunctionMetadata metadata) =>
        new(
            metadata.Name,
            metadata
                .RawBindings.Select(binding => JsonSerializer.Deserialize<Trigger>(binding, Json)!)
                .First(binding => binding.Type.EndsWith("Trigger", StringComparison.OrdinalIgnoreCase))
        );
}

/// <summary>What starts a function; fields of other kinds of trigger are null or false.</summary>
internal sealed record Trigger(
    string Type,
    string Name,
    string? AuthLevel,
    string[]? Methods,
    string? Route,
    string? QueueName,
    string? Connection,
    string? Schedule,
    bool RunOnStartup = false,
    bool UseMonitor = true,
    Dictionary<string, string>? Properties = null
)
{
    public bool IsHttp => Is("httpTrigger");

    public bool IsQueue => Is("queueTrigger");

    public bool IsTimer => Is("timerTrigger");

    /// <summary>Whether the worker wants the whole message and not its text alone.</summary>
    public bool WantsModel => Properties?.GetValueOrDefault("supportsDeferredBinding") is { } value && bool.Parse(value);

    private bool Is(string type) => Type.Equals(type, StringComparison.OrdinalIgnoreCase);
}
