using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Hosting;

internal static class HostLogging
{
    private const string AspNetCore = "Microsoft.AspNetCore";

    /// <summary>One line an event on standard output, with UTC times, at the levels of <c>host.json</c>.</summary>
    public static void Configure(ILoggingBuilder logging, IConfiguration configuration)
    {
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        });
        logging.SetMinimumLevel(LogLevel.Information);
        logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);
        foreach (var level in configuration.GetSection($"{HostJson.Section}:logging:logLevel").GetChildren())
        {
            if (Enum.TryParse<LogLevel>(level.Value, ignoreCase: true, out var value))
            {
                logging.AddFilter(level.Key.Equals("default", StringComparison.OrdinalIgnoreCase) ? null : level.Key, value);
            }
        }
    }

    /// <summary>
    /// Holds ASP.NET Core's own categories at warnings, whatever any setting says: below that they write whole request URLs, and a URL's
    /// <c>?code=</c> is a key. To be called after every other filter was added.
    /// </summary>
    public static void KeepRequestsOut(ILoggingBuilder logging) =>
        logging.Services.PostConfigure<LoggerFilterOptions>(options =>
        {
            for (var i = options.Rules.Count - 1; i >= 0; i--)
            {
                var rule = options.Rules[i];
                if (rule.CategoryName?.StartsWith(AspNetCore, StringComparison.OrdinalIgnoreCase) == true)
                {
                    options.Rules[i] = new LoggerFilterRule(rule.ProviderName, rule.CategoryName, AtLeastWarning(rule.LogLevel), rule.Filter);
                }
                else if (rule.ProviderName is not null)
                {
                    options.Rules.Add(new LoggerFilterRule(rule.ProviderName, AspNetCore, AtLeastWarning(rule.LogLevel), rule.Filter));
                }
            }

            if (!options.Rules.Any(rule => rule.ProviderName is null && AspNetCore.Equals(rule.CategoryName, StringComparison.OrdinalIgnoreCase)))
            {
                options.Rules.Add(new LoggerFilterRule(null, AspNetCore, LogLevel.Warning, null));
            }
        });

    private static LogLevel AtLeastWarning(LogLevel? level) => level is { } value && value > LogLevel.Warning ? value : LogLevel.Warning;
}
