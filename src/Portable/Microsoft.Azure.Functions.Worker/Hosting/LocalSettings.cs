using System.Text.Json;

namespace Microsoft.Azure.Functions.Worker.Hosting;

/// <summary>Reads <c>local.settings.json</c> as Core Tools do: its values become environment variables where there are none of that name.</summary>
internal static class LocalSettings
{
    private const string FileName = "local.settings.json";

    /// <summary>Takes the first file found, and nothing where there is none.</summary>
    /// <returns><c>Host.LocalHttpPort</c>, or null.</returns>
    public static string? Apply(params string[] folders)
    {
        var path = folders.Select(folder => Path.Combine(folder, FileName)).FirstOrDefault(File.Exists);
        if (path is null)
        {
            return null;
        }

        // Parse errors of the reader give a line and no content: settings are secrets.
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(
                File.ReadAllText(path), new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
        }
        catch (JsonException failure)
        {
            throw new InvalidOperationException($"{path} is not JSON: line {failure.LineNumber + 1}.");
        }

        using (document)
        {
            var root = document.RootElement;
            if (Property(root, "IsEncrypted") is { ValueKind: JsonValueKind.True })
            {
                throw new InvalidOperationException(
                    $"{path} is encrypted, which only Core Tools can read. Run 'func settings decrypt', or set IsEncrypted to false and write the values in plain.");
            }

            if (Property(root, "Values") is { ValueKind: JsonValueKind.Object } values)
            {
                foreach (var value in values.EnumerateObject())
                {
                    if (Environment.GetEnvironmentVariable(value.Name) is null && value.Value.ValueKind != JsonValueKind.Null)
                    {
                        Environment.SetEnvironmentVariable(value.Name, value.Value.ToString());
                    }
                }
            }

            return Property(Property(root, "Host"), "LocalHttpPort")?.ToString();
        }
    }

    private static JsonElement? Property(JsonElement? parent, string name) =>
        parent is { ValueKind: JsonValueKind.Object } element && element.TryGetProperty(name, out var value) ? value : null;
}
