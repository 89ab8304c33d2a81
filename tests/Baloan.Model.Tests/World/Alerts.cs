using Microsoft.Extensions.Logging;

namespace Baloan.Model.Tests.World;

/// <summary>Keeps the log lines that alert a person.</summary>
internal sealed class Alerts : ILoggerFactory
{
    private readonly List<string> lines = [];

    public IReadOnlyList<string> Lines => lines;

    /// <summary>Faults of the app itself, which a caller sees as 500.</summary>
    public List<string> Bugs { get; } = [];

    public ILogger CreateLogger(string categoryName) => new Keeper(this);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose() { }

    private sealed class Keeper(Alerts alerts) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (logLevel == LogLevel.Critical)
            {
                alerts.lines.Add(formatter(state, exception));
            }
            else if (exception is not null)
            {
                alerts.Bugs.Add($"{formatter(state, exception)} {exception}");
            }
        }
    }
}
