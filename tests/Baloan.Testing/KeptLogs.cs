using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Baloan.Testing;

/// <summary>Keeps every log line, exceptions included.</summary>
public sealed class KeptLogs : ILoggerFactory, ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> lines = new();

    /// <summary>The lines, each with its level in front, oldest first.</summary>
    public IReadOnlyList<string> Lines => [.. lines.Select(line => $"{line.Level}: {line.Text}")];

    public IReadOnlyList<string> Warnings => [.. lines.Where(line => line.Level == LogLevel.Warning).Select(line => line.Text)];

    public string All => string.Join('\n', lines.Select(line => line.Text));

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    ) => lines.Enqueue((logLevel, exception is null ? formatter(state, null) : $"{formatter(state, exception)} {exception}"));

    public void Dispose() { }
}
