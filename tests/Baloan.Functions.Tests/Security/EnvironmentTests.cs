using Baloan.Sandbox;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;

namespace Baloan.Functions.Tests.Security;

/// <summary>What only Development may do.</summary>
public sealed class EnvironmentTests
{
    [Theory(Explicit = true)]
    [InlineData("http://api.baloan.ir", "Production")]
    [InlineData("http://localhost:7090", "Production")]
    [InlineData("http://localhost:7090", "Staging")]
    public void An_address_of_Baloan_in_clear_text_does_not_start_outside_Development(string address, string environment) =>
        Should
            .Throw<InvalidOperationException>(() => Check(address, environment))
            .Message.ShouldStartWith("Baloan__BaseAddress is in clear text");

    [Theory(Explicit = true)]
    [InlineData("http://localhost:7090", "Development")]
    [InlineData("https://api.baloan.ir", "Production")]
    [InlineData(null, "Production")]
    public void All_else_starts(string? address, string environment) => Should.NotThrow(() => Check(address, environment));

    [Fact]
    public async Task Without_an_environment_named_it_is_Production_and_one_sentence_says_why_it_does_not_start()
    {
        var failure = await Should.ThrowAsync<SandboxException>(() =>
            FunctionApp.StartAsync(
                new FunctionAppSettings("UseDevelopmentStorage=true", new Uri("http://localhost:7090"))
                {
                    More = new Dictionary<string, string?>
                    {
                        ["AZURE_FUNCTIONS_ENVIRONMENT"] = null,
                        ["DOTNET_ENVIRONMENT"] = null,
                        ["ASPNETCORE_ENVIRONMENT"] = null,
                    },
                },
                TestContext.Current.CancellationToken
            )
        );

        failure.Message.ShouldContain("Baloan__BaseAddress is in clear text (http) and the environment is 'Production'");
    }

    private static void Check(string? address, string environment) =>
        BaloanClientServices.CheckAddress(
            new ConfigurationBuilder().AddInMemoryCollection([new("Baloan:BaseAddress", address)]).Build(),
            new HostingEnvironment { EnvironmentName = environment }
        );
}
