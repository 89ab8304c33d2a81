using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Azure.Functions.Worker.Hosting;

/// <summary>What functions read of the app's settings.</summary>
internal sealed partial class HostSettings(IConfiguration configuration, IHostEnvironment environment)
{
    /// <summary>
    /// What tells this app's timers from others in one storage account: <c>AzureFunctionsWebHost__hostid</c>, or made of the app's name.
    /// Instances of one app share it.
    /// </summary>
    public string HostId { get; } = configuration["AzureFunctionsWebHost:hostid"] is { Length: > 0 } id ? id : FromName(environment.ApplicationName);

    /// <summary>Puts settings in place of <c>%Setting%</c>; both <c>A__B</c> and <c>A:B</c> name the setting <c>A:B</c>.</summary>
    /// <returns>Null where a setting is missing, whose name <paramref name="missing"/> then is.</returns>
    public string? Resolve(string text, out string? missing)
    {
        string? absent = null;
        var resolved = Placeholder().Replace(text, match =>
        {
            var name = match.Groups[1].Value;
            var value = configuration[name.Replace("__", ":", StringComparison.Ordinal)];
            absent ??= string.IsNullOrEmpty(value) ? name : null;
            return value ?? "";
        });
        missing = absent;
        return absent is null ? resolved : null;
    }

    private static string FromName(string name)
    {
        var id = new StringBuilder();
        foreach (var letter in name.ToLowerInvariant())
        {
            id.Append(char.IsAsciiLetterOrDigit(letter) ? letter : '-');
        }

        return id.ToString(0, Math.Min(id.Length, 32)).Trim('-');
    }

    [GeneratedRegex("%([^%]+)%")]
    private static partial Regex Placeholder();
}
