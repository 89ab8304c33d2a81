using System.Globalization;
using Microsoft.Azure.Functions.Worker.Hosting;
using Microsoft.Extensions.Configuration;

namespace Microsoft.Azure.Functions.Worker.Queues;

/// <summary>The <c>queues</c> section of <c>host.json</c>, with Microsoft's names and defaults.</summary>
internal sealed record QueueSettings
{
    /// <summary>How many messages are fetched at once: 1 to 32.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>More are fetched when no more than this many are being worked on.</summary>
    public int NewBatchThreshold { get; init; } = 8;

    /// <summary>The longest wait between two looks at an empty queue.</summary>
    public TimeSpan MaxPollingInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a message whose function failed waits for its next try.</summary>
    public TimeSpan VisibilityTimeout { get; init; }

    /// <summary>After this many tries a message goes to the poison queue.</summary>
    public int MaxDequeueCount { get; init; } = 5;

    /// <summary>Whether bodies are base64 in the queue.</summary>
    public bool Base64 { get; init; } = true;

    /// <summary>
    /// How long a message stays hidden while its function runs, if nobody renews that: how long it is lost for when a process dies.
    /// Microsoft's host has ten minutes here; this one is for short turns on one's own machine.
    /// </summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    public static QueueSettings From(IConfiguration configuration)
    {
        var queues = configuration.GetSection($"{HostJson.Section}:extensions:queues");
        var defaults = new QueueSettings();
        var batchSize = Math.Clamp(queues.GetValue("batchSize", defaults.BatchSize), 1, 32);
        return new QueueSettings
        {
            BatchSize = batchSize,
            NewBatchThreshold = Math.Max(0, queues.GetValue("newBatchThreshold", batchSize / 2)),
            MaxPollingInterval = Time(queues["maxPollingInterval"]) ?? defaults.MaxPollingInterval,
            VisibilityTimeout = Time(queues["visibilityTimeout"]) ?? defaults.VisibilityTimeout,
            MaxDequeueCount = Math.Max(1, queues.GetValue("maxDequeueCount", defaults.MaxDequeueCount)),
            Base64 = !string.Equals(queues["messageEncoding"], "none", StringComparison.OrdinalIgnoreCase),
            Lease = Time(configuration["Standalone:QueueLease"]) ?? defaults.Lease,
        };
    }

    private static TimeSpan? Time(string? text) => text is null ? null : TimeSpan.Parse(text, CultureInfo.InvariantCulture);
}
