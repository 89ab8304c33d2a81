using Baloan.Sandbox;

namespace Baloan.Documentation.Tests;

/// <summary>The programs in samples/settle and samples/woocommerce, against the sandbox, where their language is at hand.</summary>
public sealed class SampleTests(RunningSandbox sandbox)
{
    // Where Debian's package puts Guzzle; composer puts it beside the program.
    private const string DebiansGuzzle = "/usr/share/php/GuzzleHttp/autoload.php";

    private static string Samples => Path.Combine(Repository.Folder, "samples");

    [Theory]
    [InlineData("php", "settle.php", "php -r 'exit(function_exists(\"curl_init\") ? 0 : 1);'")]
    [InlineData("php", "settle-guzzle.php", $"test -f {DebiansGuzzle} -o -f vendor/autoload.php")]
    [InlineData("python3", "settle.py", "python3 -c 'import requests'")]
    [InlineData("node", "settle.mjs", "true")]
    public Task A_sample_settles_an_invoice_and_says_when_it_was_refused(string program, string file, string needs) =>
        TryAsync(program, program, file, needs);

    [Fact(Explicit = true)]
    public Task The_sample_in_CSharp_does_too() => TryAsync("dotnet", "dotnet run", "settle.cs --", "true");

    [Fact]
    public async Task The_plugin_for_WooCommerce_pays_orders_and_takes_signed_events()
    {
        Assert.SkipUnless(
            RunningSandbox.IsAtHand("php")
                && (await RunningSandbox.RunAsync("php", ["-m"])).Output.Contains("curl", StringComparison.Ordinal),
            "php with curl is not installed."
        );

        var (wrong, faults) = await RunningSandbox.RunAsync("php", ["-l", Path.Combine(Samples, "woocommerce", "baloan-gateway.php")]);
        wrong.ShouldBe(0, faults);
        var (exitCode, output) = await RunningSandbox.RunAsync(
            "php",
            [
                Path.Combine(Repository.Folder, "tests", "Baloan.Documentation.Tests", "woocommerce", "order.php"),
                $"{sandbox.App}/api",
                BuildPaths.SampleInvoice,
            ]
        );
        exitCode.ShouldBe(0, output);
        output.ShouldContain("ok");
    }

    [Fact]
    public async Task The_page_for_shops_shows_the_samples_as_they_are()
    {
        const string Page = "docs/shops.md";
        var page = Repository.Read(Page).ReplaceLineEndings("\n");
        var shown = page;
        foreach (
            var block in FencedBlock
                .Of(Page)
                .Where(block =>
                    block.Text.Contains("samples/", StringComparison.Ordinal) == false && block.Language is not "sh" and not "bash"
                )
        )
        {
            var before = page.Split('\n')[block.Line - 3];
            before.ShouldStartWith("[samples/", Case.Sensitive, $"{Page} line {block.Line}");
            var file = before[1..before.IndexOf(']', StringComparison.Ordinal)];
            var text = (await File.ReadAllTextAsync(Path.Combine(Repository.Folder, file), TestContext.Current.CancellationToken))
                .ReplaceLineEndings("\n")
                .TrimEnd();
            shown = shown.Replace(block.Text, text, StringComparison.Ordinal);
        }

        if (Environment.GetEnvironmentVariable("BALOAN_WRITE_PAGES") is not (null or ""))
        {
            await File.WriteAllTextAsync(Path.Combine(Repository.Folder, Page), shown, TestContext.Current.CancellationToken);
        }

        Repository.Read(Page).ReplaceLineEndings("\n").ShouldBe(shown);
        Directory
            .EnumerateFiles(Path.Combine(Samples, "settle"), "settle*")
            .Select(file => $"[samples/settle/{Path.GetFileName(file)}]")
            .ShouldAllBe(name => page.Contains(name));
    }

    private async Task TryAsync(string language, string command, string file, string needs)
    {
        Assert.SkipUnless(RunningSandbox.IsAtHand(language) && RunningSandbox.IsAtHand("bash"), $"{language} is not installed.");
        var folder = Path.Combine(Samples, "settle");
        Assert.SkipUnless(
            (await RunningSandbox.RunAsync("bash", ["-c", needs], folder)).ExitCode == 0,
            $"What {file} needs is not installed."
        );
        var environment = new Dictionary<string, string?> { ["BALOAN_API"] = $"{sandbox.App}/api", ["MSBUILDDISABLENODEREUSE"] = "1" };
        if (!File.Exists(Path.Combine(folder, "vendor", "autoload.php")))
        {
            environment["AUTOLOAD"] = DebiansGuzzle;
        }

        async Task<(int ExitCode, string Output, string Code)> SettleAsync(int total)
        {
            var code = $"SAMPLE-{Guid.NewGuid():N}";
            var (exitCode, output) = await RunningSandbox.RunAsync(
                "bash",
                ["-c", $"echo {MagicNumbers.Otp} | {command} {file} 0078912345 {total} {code} '{BuildPaths.SampleInvoice}'"],
                folder,
                environment
            );
            return (exitCode, output, code);
        }

        var settled = await SettleAsync(40_000);
        settled.ExitCode.ShouldBe(0, settled.Output);
        settled.Output.ShouldContain($"{settled.Code} settled");
        var refused = await SettleAsync(1_004_021);
        refused.ExitCode.ShouldNotBe(0, refused.Output);
        refused.Output.ShouldContain($"{refused.Code} rejected");
    }
}
