using System.Text.Json;
using System.Text.RegularExpressions;

namespace LocalFunctionsHost;

/// <summary>
/// The settings as Azure's host has them: <c>host.json</c> under a section, over it <c>local.settings.json</c>, over that the
/// environment.
/// </summary>
internal static partial class HostSettings
{
    /// <summary>The section of <c>host.json</c>, so that <c>AzureFunctionsJobHost__extensions__…</c> overrides a part of it.</summary>
    public const string Section = "AzureFunctionsJobHost";

    /// <summary>The section of this host's own settings.</summary>
    public const string Own = "LocalFunctionsHost";

    /// <summary>The storage account of queues that name none, and of the timers.</summary>
    public const string Storage = "AzureWebJobsStorage";

    /// <summary>What tells this app's timers from others in one storage account; instances of one app share it.</summary>
    public const string HostId = "AzureFunctionsWebHost:hostid";

    /// <exception cref="FunctionsHostException"><c>host.json</c> is missing or no JSON.</exception>
    public static IConfigurationRoot Read(string folder, string name, LocalSettings local, IEnumerable<KeyValuePair<string, string?>> more)
    {
        var path = Path.Combine(folder, "host.json");
        if (!File.Exists(path))
        {
            throw new FunctionsHostException($"There is no {path}, which each function app has.");
        }

        Parse(path).Dispose();
        var file = new ConfigurationBuilder().AddJsonFile(path).Build();
        return new ConfigurationBuilder()
            .AddInMemoryCollection(file.AsEnumerable().Select(pair => KeyValuePair.Create($"{Section}:{pair.Key}", pair.Value)))
            .AddInMemoryCollection([
                // Where the WebJobs SDK looks for the options of its extensions.
                new("AzureWebJobsConfigurationSection", Section),
                new(Storage, "UseDevelopmentStorage=true"),
                new(HostId, name.ToLowerInvariant().Replace('.', '-')),
                new("ASPNETCORE_URLS", $"http://localhost:{local.Port ?? "7071"}"),
            ])
            .AddInMemoryCollection(local.Values.Select(pair => KeyValuePair.Create(Key(pair.Key), (string?)pair.Value)))
            .AddEnvironmentVariables()
            .AddInMemoryCollection(more.Select(pair => KeyValuePair.Create(Key(pair.Key), pair.Value)))
            .Build();
    }

    /// <exception cref="FunctionsHostException">It is no JSON.</exception>
    public static JsonDocument Parse(string path)
    {
        try
        {
            return JsonDocument.Parse(
                File.ReadAllText(path),
                new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip }
            );
        }
        catch (JsonException failure)
        {
            // The reader's own sentence quotes what it read, and settings are secrets.
            throw new FunctionsHostException($"{path} is not JSON: line {failure.LineNumber + 1}.");
        }
    }

    /// <summary>Puts settings in place of <c>%Setting%</c>.</summary>
    /// <exception cref="FunctionsHostException">A setting is missing.</exception>
    public static string Resolve(this IConfiguration settings, string text) =>
        Placeholder()
            .Replace(
                text,
                match =>
                    settings[Key(match.Groups[1].Value)] is { Length: > 0 } value
                        ? value
                        : throw new FunctionsHostException($"the setting '{match.Groups[1].Value}' is missing")
            );

    private static string Key(string name) => name.Replace("__", ":", StringComparison.Ordinal);

    [GeneratedRegex("%([^%]+)%")]
    private static partial Regex Placeholder();
}
