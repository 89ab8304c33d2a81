using System.Diagnostics;
using Baloan.Benchmarks.Report;
using Baloan.Benchmarks.Surroundings;
using Baloan.Browser.Tests;
using Baloan.Sandbox;
using Microsoft.Playwright;

namespace Baloan.Benchmarks.Rows;

/// <summary>The console's first view on a slow phone, with nothing in the browser's cache.</summary>
internal static class ConsoleRow
{
    private const int SlowerCpu = 4;
    private const double BytesPerSecond = 1_600_000 / 8;
    private const int Latency = 150;

    public static async Task<IReadOnlyList<Figure>> RunAsync(Stage stage, Rounds rounds, CancellationToken cancellationToken)
    {
        if (Chromium.Path is null)
        {
            throw new SandboxException("there is no Chromium on this machine");
        }

        await using var app = await stage.StartAppAsync(probed: false, cancellationToken: cancellationToken);
        await using var rival = await stage.StartRivalAsync(probed: false, cancellationToken);
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await Chromium.LaunchAsync(playwright);

        async Task<double> OpenAsync(Uri address, string? selector)
        {
            await using var context = await browser.NewContextAsync(
                new()
                {
                    ViewportSize = new() { Width = 360, Height = 740 },
                    IsMobile = true,
                    HasTouch = true,
                    Locale = "fa-IR",
                }
            );
            await context.AddInitScriptAsync("if (location.host) sessionStorage.setItem('baloan-console-key', 'any');");
            var page = await context.NewPageAsync();
            var session = await context.NewCDPSessionAsync(page);
            await session.SendAsync("Emulation.setCPUThrottlingRate", new() { ["rate"] = SlowerCpu });
            await session.SendAsync("Network.enable");
            await session.SendAsync(
                "Network.emulateNetworkConditions",
                new()
                {
                    ["offline"] = false,
                    ["latency"] = Latency,
                    ["downloadThroughput"] = BytesPerSecond,
                    ["uploadThroughput"] = BytesPerSecond,
                }
            );
            var began = Stopwatch.GetTimestamp();
            await page.GotoAsync(address.ToString(), new() { WaitUntil = WaitUntilState.Load });
            if (selector is not null)
            {
                await page.WaitForSelectorAsync(selector);
            }

            return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }

        Task<double> ConsoleAsync() => OpenAsync(new Uri(app.Address, "api/console"), "main .calm, main .needs");
        Task<double> EmptyAsync() => OpenAsync(new Uri(rival.Address, "api/empty"), null);

        rounds.Progress("console: warming up");
        await ConsoleAsync();
        await EmptyAsync();
        var samples = new Samples();
        await rounds.RunAsync(
            "console",
            async _ =>
            {
                samples.Add("empty", await EmptyAsync());
                samples.Add("console", await ConsoleAsync());
            }
        );
        return
        [
            new(
                "the console's overview with its data on a slow phone, ms",
                "an empty page of the same host",
                samples.Of("empty"),
                samples.Of("console"),
                Target.Under(2_000, "ms")
            ),
        ];
    }
}
