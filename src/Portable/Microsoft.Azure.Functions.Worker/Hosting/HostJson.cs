using Microsoft.Extensions.Configuration;

namespace Microsoft.Azure.Functions.Worker.Hosting;

/// <summary>
/// Reads <c>host.json</c> into settings under <see cref="Section"/>, as Microsoft's host does, so that
/// <c>AzureFunctionsJobHost__extensions__queues__batchSize</c> in the environment goes before the file.
/// </summary>
internal static class HostJson
{
    public const string Section = "AzureFunctionsJobHost";

    public static IEnumerable<KeyValuePair<string, string?>> Read(params string[] folders)
    {
        var path = folders.Select(folder => Path.Combine(folder, "host.json")).FirstOrDefault(File.Exists);
        if (path is null)
        {
            return [];
        }

        try
        {
            using var file = File.OpenRead(path);
            return [.. new ConfigurationBuilder().AddJsonStream(file).Build().AsEnumerable()
                .Select(pair => KeyValuePair.Create($"{Section}:{pair.Key}", pair.Value))];
        }
        catch (FormatException failure)
        {
            throw new InvalidOperationException($"{path} is not JSON: {failure.Message}", failure);
        }
    }
}
