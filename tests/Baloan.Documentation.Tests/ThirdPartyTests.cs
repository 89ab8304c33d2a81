using System.Text.Json;

namespace Baloan.Documentation.Tests;

/// <summary>What the pages take from npm is told, with its licence.</summary>
public sealed class ThirdPartyTests
{
    [Theory]
    [InlineData("Console")]
    [InlineData("OpenApi")]
    public async Task Every_package_of_npm_stands_in_the_list_with_its_licence(string page)
    {
        var cancel = TestContext.Current.CancellationToken;
        var folder = Path.Combine(Repository.Folder, "src", "Baloan.Functions", page, "page");
        using var locked = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "package-lock.json"), cancel));
        var lines = await File.ReadAllLinesAsync(Path.Combine(Repository.Folder, "docs", "third-party.md"), cancel);
        var packages = locked
            .RootElement.GetProperty("packages")
            .EnumerateObject()
            .Where(package => package.Name.Length > 0)
            .Select(package => (Name: package.Name["node_modules/".Length..], Licence: package.Value.GetProperty("license").GetString()!))
            .ToList();

        packages.ShouldNotBeEmpty();
        foreach (var (name, licence) in packages)
        {
            var line = lines.Where(line => line.Contains($"`{name}`", StringComparison.Ordinal)).First(line => line.StartsWith('|'));
            line.ShouldContain(licence, Case.Insensitive);
        }
    }
}
