using Microsoft.Playwright;

namespace Baloan.Browser.Tests;

/// <summary>The Chromium of this machine: <c>BALOAN_CHROMIUM</c>, or the one that the system's packages put on the path.</summary>
internal static class Chromium
{
    // The shell first: the same engine without all that a browser has around it, at half the work.
    private static readonly string[] Names =
    [
        "chromium-headless-shell",
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ];

    /// <summary>Its program; null where there is none.</summary>
    public static string? Path { get; } =
        Environment.GetEnvironmentVariable("BALOAN_CHROMIUM")
        ?? (
            from name in Names
            from folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(
                System.IO.Path.PathSeparator,
                StringSplitOptions.RemoveEmptyEntries
            )
            let program = System.IO.Path.Combine(folder, name)
            where File.Exists(program)
            select program
        ).FirstOrDefault();

    public static Task<IBrowser> LaunchAsync(IPlaywright playwright) =>
        playwright.Chromium.LaunchAsync(
            new()
            {
                ExecutablePath = Path,
                // It shows nothing but our own page, and its sandbox does not start for root or in most containers.
                Args = ["--no-sandbox", "--disable-dev-shm-usage"],
            }
        );
}
