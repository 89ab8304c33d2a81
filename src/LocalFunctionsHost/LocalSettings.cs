using System.Text.Json;

namespace LocalFunctionsHost;

/// <summary><c>local.settings.json</c>, read as Core Tools do.</summary>
/// <param name="Values">Its values of which the environment has none; the app gets them as environment variables.</param>
/// <param name="Port"><c>Host.LocalHttpPort</c>; null where it is not said.</param>
internal sealed record LocalSettings(IReadOnlyDictionary<string, string> Values, string? Port)
{
    /// <summary>Reads the file beside the app, or the one in the current directory; nothing where there is none.</summary>
    /// <exception cref="FunctionsHostException">It is encrypted, or no JSON.</exception>
    public static LocalSettings Read(string folder)
    {
        var path = new[] { folder, Directory.GetCurrentDirectory() }
            .Select(place => Path.Combine(place, "local.settings.json"))
            .FirstOrDefault(File.Exists);
        if (path is null)
        {
            return new(new Dictionary<string, string>(), null);
        }

        using var document = HostSettings.Parse(path);
        var root = document.RootElement;
        if (Property(root, "IsEncrypted") is { ValueKind: JsonValueKind.True })
        {
            throw new FunctionsHostException(
                $"{path} is encrypted, which only Core Tools can read. Run 'func settings decrypt', or set IsEncrypted to false and "
                    + $"write the values in plain."
            );
        }

        JsonProperty[] values = Property(root, "Values") is { ValueKind: JsonValueKind.Object } found ? [.. found.EnumerateObject()] : [];
        return new(
            values
                .Where(value => value.Value.ValueKind != JsonValueKind.Null && Environment.GetEnvironmentVariable(value.Name) is null)
                .ToDictionary(value => value.Name, value => value.Value.ToString()),
            Property(Property(root, "Host"), "LocalHttpPort")?.ToString()
        );
    }

    private static JsonElement? Property(JsonElement? parent, string name) =>
        parent is { ValueKind: JsonValueKind.Object } element && element.TryGetProperty(name, out var value) ? value : null;
}
