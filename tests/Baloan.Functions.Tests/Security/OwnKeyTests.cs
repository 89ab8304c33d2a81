using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Baloan.Functions.Http;
using Baloan.Functions.Tests.ApiDescription;
using Baloan.Functions.Tests.Fixtures;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Baloan.Functions.Tests.Security;

public sealed partial class OwnKeyTests(StorageAccounts storage) : ApiTests(storage)
{
    private const string Key = "a-key-of-thirty-two-characters-or-more";

    [Fact]
    public async Task A_function_with_a_key_of_its_own_opens_to_no_other_key()
    {
        await using var app = await ServedApp.StartAsync(
            Baloan,
            NewStorage(),
            settings:
            [
                new("Keys__ResolveSettlement", Key),
                new("Keys__ExportSettlements", "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/k)"),
            ]
        );
        using var api = app.NewClient();
        using var admin = app.NewClient(RunningApps.AdminKey);
        using var nobody = app.NewClient(key: null);
        var path = $"api/merchant/settlements/{Given.Code()}/resolve";

        foreach (var presented in new[] { null, "", "wrong", RunningApps.FunctionKey, Key[..^1], Key + "x", Key.ToUpperInvariant() })
        {
            var refused = await PostAsync(api, path, presented);
            refused.ShouldBeProblem(401, "own_key_required");
            refused.Headers.CacheControl!.NoStore.ShouldBeTrue();
            refused.Text.ShouldNotContain(Key);
        }

        (await PostAsync(admin, path, null)).ShouldBeProblem(401, "own_key_required");
        // The host's own answer: a function's key does not stand in for the host's.
        (await PostAsync(nobody, path, Key)).Text.ShouldBeEmpty();
        (await PostAsync(api, path, Key)).ShouldBeProblem(404, "not_found");
        (await PostAsync(api, path.Replace("resolve", "RESOLVE", StringComparison.Ordinal), null)).Status.ShouldBe(401);
        // What Azure could not fetch is no key that anybody has.
        var export = new HttpRequestMessage(HttpMethod.Get, "api/merchant/settlements.csv?from=2026-01-01&to=2026-01-01");
        export.Headers.Add("x-baloan-key", "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/k)");
        (await api.SendAsync(export)).ShouldBeProblem(401, "own_key_required");
        (await api.GetAsync("api/merchant/settlements")).Status.ShouldBe(200);
        app.App.LogLines.ShouldAllBe(line => !line.Contains(Key, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Keys:ResolveSettlements", Key, "names no HTTP function")]
    [InlineData("Keys:RefreshTokens", Key, "names no HTTP function")]
    [InlineData("Keys:ResolveSettlement", "short", "at least 32 characters")]
    public void A_name_that_is_none_and_a_key_that_can_be_guessed_do_not_start(string name, string value, string said) =>
        Should.Throw<InvalidOperationException>(() => new OwnKeys(Settings(name, value))).Message.ShouldContain(said);

    [Fact]
    public void Without_settings_no_function_asks_for_a_key_of_its_own() =>
        new OwnKeys(new ConfigurationBuilder().Build()).Check("ResolveSettlement", new DefaultHttpContext().Request);

    [Fact]
    public async Task The_table_of_functions_and_keys_is_that_of_the_functions()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Baloan.Functions.sln")))
        {
            folder = folder.Parent;
        }

        var lines = await File.ReadAllLinesAsync(Path.Combine(folder.FullName, "docs", "security.md"), Cancel);
        var told = lines
            .Select(line => Row().Match(line))
            .Where(row => row.Success)
            .Select(row => (row.Groups["function"].Value, row.Groups["call"].Value, row.Groups["key"].Value));

        var functions = Description
            .AllFunctions()
            .GroupBy(function => function.Name)
            .Select(function =>
                (
                    function.Key,
                    $"{string.Join(", ", function.Select(one => one.Method).Order(StringComparer.Ordinal))} "
                        + $"/api{function.First().Path.TrimEnd('/')}",
                    function.First().Level switch
                    {
                        Microsoft.Azure.Functions.Worker.AuthorizationLevel.Anonymous => "none",
                        Microsoft.Azure.Functions.Worker.AuthorizationLevel.Admin => "admin",
                        _ => "function",
                    }
                )
            );
        told.ShouldBe(functions, ignoreOrder: true);
    }

    private static IConfiguration Settings(string name, string value) =>
        new ConfigurationBuilder().AddInMemoryCollection([new(name, value)]).Build();

    private static Task<ApiAnswer> PostAsync(ApiClient api, string path, string? key)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = DescribedCalls.Json(new JsonObject { ["outcome"] = "settled", ["note"] = "Asked." }),
        };
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("x-baloan-key", key);
        }

        return api.SendAsync(request);
    }

    [GeneratedRegex(@"^\| `(?<function>\w+)` \| `(?<call>[^`]+)` \| (?<key>none|function|admin) \|")]
    private static partial Regex Row();
}
