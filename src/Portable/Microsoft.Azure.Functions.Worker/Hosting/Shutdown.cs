using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Azure.Functions.Worker.Hosting;

/// <summary>The two moments of stopping: nothing new is begun, and later what still runs is cancelled.</summary>
internal sealed class Shutdown : IDisposable
{
    /// <summary>What a function that was cancelled at the limit has to tidy up in.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource limit = new();
    private readonly CancellationTokenRegistration stopping;

    public Shutdown(IHostApplicationLifetime lifetime, IConfiguration configuration)
    {
        Stopping = lifetime.ApplicationStopping;
        stopping = Stopping.Register(() => limit.CancelAfter(TimeLimit(configuration)));
    }

    /// <summary>From here on nothing new is begun.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>From here on nobody waits for what still runs.</summary>
    public CancellationToken LimitReached => limit.Token;

    /// <summary>How long running functions may take to finish: 30 seconds.</summary>
    public static TimeSpan TimeLimit(IConfiguration configuration) =>
        configuration["Standalone:ShutdownTimeout"] is { } text ? TimeSpan.Parse(text, CultureInfo.InvariantCulture) : TimeSpan.FromSeconds(30);

    public void Dispose()
    {
        stopping.Dispose();
        limit.Dispose();
    }
}
