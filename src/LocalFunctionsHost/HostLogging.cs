namespace LocalFunctionsHost;

/// <summary>The levels of <c>host.json</c>, and what is below none of them.</summary>
internal static class HostLogging
{
    // Below warnings these write whole request URLs, and a URL's ?code= is a key.
    private static readonly string[] WriteUrls = ["Microsoft.AspNetCore", "Yarp"];

    // What WebJobs tells of its own runs is told by FunctionRunner, by the function's name; what it says at start is of its one job.
    private static readonly Dictionary<string, LogLevel> Levels = new()
    {
        ["Function"] = LogLevel.None,
        ["Host.Results"] = LogLevel.None,
        ["Host"] = LogLevel.Warning,
        ["Microsoft.Azure.WebJobs"] = LogLevel.Warning,
        ["Microsoft.Hosting.Lifetime"] = LogLevel.Warning,
        ["Grpc"] = LogLevel.Warning,
        ["Yarp"] = LogLevel.None,
    };

    public static void ToConsole(ILoggingBuilder logging) =>
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        });

    public static void Configure(ILoggingBuilder logging, IConfiguration settings)
    {
        logging.AddConfiguration(settings.GetSection($"{HostSettings.Section}:logging"));
        foreach (var (category, level) in Levels)
        {
            logging.AddFilter(category, level);
        }

        logging.Services.PostConfigure<LoggerFilterOptions>(options =>
        {
            // Where no rule fits, the least level counts; a rule for all makes sure that one does.
            options.Rules.Insert(0, new(null, null, options.MinLevel, null));
            for (var i = 0; i < options.Rules.Count; i++)
            {
                var rule = options.Rules[i];
                options.Rules[i] = new(
                    rule.ProviderName,
                    rule.CategoryName,
                    rule.LogLevel,
                    (provider, category, level) =>
                        (level >= LogLevel.Warning || !WritesUrls(category)) && (rule.Filter?.Invoke(provider, category, level) ?? true)
                );
            }
        });
    }

    private static bool WritesUrls(string? category) =>
        category is not null && Array.Exists(WriteUrls, prefix => category.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
}
