using Microsoft.Extensions.Logging;

namespace LocalFunctionsHost.Tests;

/// <summary>Lines that come from somewhere else, and may be waited for.</summary>
internal sealed class Lines : ILoggerProvider
{
    private readonly List<string> lines = [];

    public string[] All
    {
        get
        {
            lock (lines)
            {
                return [.. lines];
            }
        }
    }

    public void Add(string line)
    {
        lock (lines)
        {
            lines.Add(line);
        }
    }

    public int Count(string part) => All.Count(line => line.Contains(part, StringComparison.Ordinal));

    public Task HaveAsync(string part, int count = 1) =>
        Until.TrueAsync(() => Count(part) >= count, () => $"'{part}' is missing in:\n{this}");

    public override string ToString() => string.Join('\n', All);

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, this);

    public void Dispose() { }

    private sealed class Logger(string category, Lines lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => lines.Add($"{logLevel} {category} {formatter(state, exception)} {exception}");
    }
}
